/* piece_cut.c: see piece_cut.h. Between statements if there are some, else behind a comma; of one string that
 * is too long, anywhere. */
#include "scanner/piece_cut.h"

#include "base/common.h"

#define MAX_OPEN 64u     /* brackets around a place at which is cut */
#define MAX_BLOCKS 100u  /* as the lexer's */
#define SHORT_BYTES 512u /* what is no longer is told in full */
#define NONE UINT32_MAX

/* Where in the code a token stands. */
struct place {
    uint32_t statement;           /* its first token; NONE: between statements */
    uint32_t last_equals;         /* of the statement, outside of brackets; NONE */
    uint32_t open[MAX_OPEN];      /* brackets */
    uint32_t comma[MAX_OPEN + 1]; /* the last one outside of brackets, in the first bracket, ... ; NONE */
    uint32_t open_count, open_more;
    struct {
        uint32_t first, last; /* tokens of the statement that opens the block */
    } blocks[MAX_BLOCKS];
    uint32_t block_count, blocks_more;
    uint32_t fstrings;
};

void piece_cut_init(struct piece_cut *c) {
    *c = (struct piece_cut){0};
    buf_init_secret(&c->imports, 2 * PIECE_IMPORTS_MAX);
    buf_init_secret(&c->lead, 2 * PIECE_LEAD_MAX);
}

void piece_cut_release(struct piece_cut *c) {
    buf_release(&c->imports);
    buf_release(&c->lead);
}

static size_t line_of(struct slice text, size_t at) {
    while (at > 0 && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t' || text.ptr[at - 1] == '\f'))
        at--;
    return at;
}

static bool is_between(enum py_kind kind) {
    return kind == PY_NEWLINE || kind == PY_NL || kind == PY_INDENT || kind == PY_DEDENT;
}

/* A string that stands alone explains what is before it, and stays with that. */
static bool begins_statement(struct slice text, const struct py_token *t, size_t i) {
    bool word = t[i].kind == PY_NAME || (t[i].kind == PY_OP && t[i].op == '@');
    if (!word || t[i].depth > 0 || i == 0 || !is_between(t[i - 1].kind))
        return false;
    size_t line = line_of(text, t[i].start);
    return line > 0 && (text.ptr[line - 1] == '\n' || text.ptr[line - 1] == '\r');
}

/* Tokens before it are as they would be if the text went on. */
static size_t reliable(struct slice text, const struct py_tokens *t) {
    for (size_t i = 0; i < t->count; i++) {
        const struct py_token *x = &t->items[i];
        bool open = x->kind == PY_FSTRING_START && x->match == UINT32_MAX;
        bool ends = x->kind == PY_STRING && (x->flags & PY_STR_UNTERMINATED);
        if ((ends || open) && ((x->flags & PY_STR_TRIPLE) || x->end == text.len))
            return i;
        if (x->end >= text.len && !tok_is_op(x, ','))
            return i;
    }
    return t->count - 1;
}

/* The last statement, rather one of the module if that is not far before it; NONE if there is none. */
static size_t last_statement(struct slice text, const struct py_tokens *t, size_t end, size_t lead) {
    size_t any = NONE, quarter = lead + (text.len - lead) / 4;
    for (size_t i = end; i-- > 1 && t->items[i].start > lead;) {
        if (any != NONE && t->items[i].start < quarter)
            break;
        if (!begins_statement(text, t->items, i))
            continue;
        size_t line = line_of(text, t->items[i].start);
        if (line <= lead)
            break;
        if (line == t->items[i].start)
            return i;
        any = any == NONE ? i : any;
    }
    return any;
}

static void walk_op(struct place *p, const struct py_token *t, uint32_t i) {
    switch (t->op) {
    case '(':
    case '[':
    case '{':
        if (p->open_count == MAX_OPEN || p->open_more > 0) {
            p->open_more++;
            break;
        }
        p->open[p->open_count++] = i;
        p->comma[p->open_count] = NONE;
        break;
    case ')':
    case ']':
    case '}':
        if (p->open_more > 0)
            p->open_more--;
        else
            p->open_count -= p->open_count > 0;
        break;
    case ',':
        p->comma[p->open_count] = p->open_more > 0 ? p->comma[p->open_count] : i;
        break;
    case '=':
        p->last_equals = p->open_count == 0 ? i : p->last_equals;
        break;
    default:
        break;
    }
}

static void end_statement(struct place *p) {
    p->statement = p->last_equals = p->comma[0] = NONE;
    p->open_count = p->open_more = p->fstrings = 0;
}

/* Where the token with number `stop` stands. */
static void find_place(struct place *p, const struct py_tokens *t, size_t stop) {
    uint32_t first = 0, last = 0;
    p->block_count = p->blocks_more = 0;
    end_statement(p);
    for (uint32_t i = 0; i < stop; i++) {
        const struct py_token *x = &t->items[i];
        switch (x->kind) {
        case PY_NL:
        case PY_COMMENT:
            continue;
        case PY_INDENT:
            if (p->block_count == MAX_BLOCKS) {
                p->blocks_more++;
                continue;
            }
            p->blocks[p->block_count].first = first;
            p->blocks[p->block_count++].last = last;
            continue;
        case PY_DEDENT:
            if (p->blocks_more > 0)
                p->blocks_more--;
            else
                p->block_count -= p->block_count > 0;
            continue;
        case PY_NEWLINE:
            first = p->statement == NONE ? i : p->statement;
            last = i > 0 ? i - 1 : 0;
            end_statement(p);
            continue;
        case PY_FSTRING_START:
            p->fstrings++;
            break;
        case PY_FSTRING_END:
            p->fstrings -= p->fstrings > 0;
            break;
        case PY_OP:
            if (p->fstrings == 0)
                walk_op(p, x, i);
            break;
        default:
            break;
        }
        p->statement = p->statement == NONE ? i : p->statement;
    }
}

static struct slice between(struct slice text, size_t from, size_t to) {
    return slice_sub(text, from, to);
}

/* The statement that begins with token `i`, without its comments; false if it is long, or not all there. */
static bool put_import(struct buf *out, struct slice text, const struct py_tokens *t, size_t i) {
    size_t from = t->items[i].start, before = out->len;
    for (; i < t->count && t->items[i].kind != PY_NEWLINE && out->len - before <= SHORT_BYTES; i++) {
        if (t->items[i].kind != PY_COMMENT)
            continue;
        buf_slice(out, between(text, from, t->items[i].start));
        from = t->items[i].end;
    }
    if (i < t->count)
        buf_slice(out, between(text, from, t->items[i].start));
    buf_char(out, '\n');
    return i < t->count && t->items[i].kind == PY_NEWLINE && t->items[i].end > t->items[i].start &&
           out->len - before <= SHORT_BYTES;
}

/* What is imported anywhere in the file is known in all of it, as in a file that is scanned whole. */
static void keep_imports(struct piece_cut *c, struct slice text, const struct py_tokens *t, size_t lead) {
    for (size_t k = 0; k < t->import_count; k++) {
        size_t i = t->imports[k], before = c->imports.len;
        if (t->items[i].start < lead || t->items[i].start >= c->at || t->items[i].depth > 0 ||
            (i > 0 && !is_between(t->items[i - 1].kind)))
            continue;
        if (!put_import(&c->imports, text, t, i) || c->imports.len > PIECE_IMPORTS_MAX)
            c->imports.len = before;
    }
}

/* The line that opens a block; of a long one no more than its kind and name. */
static void put_block(struct buf *out, struct slice text, const struct py_token *first,
                      const struct py_token *last) {
    size_t start = line_of(text, first->start);
    struct slice line = between(text, start, last->end);
    if (line.len > SHORT_BYTES) {
        size_t name = slice_find_byte(slice_sub(line, 0, SHORT_BYTES), '(', 0);
        buf_slice(out, slice_sub(line, 0, name == SIZE_MAX ? first->end - start : name));
        buf_char(out, ':');
    } else {
        buf_slice(out, line);
    }
    buf_char(out, '\n');
}

/* Of text[from, to), in which the last comma on its level is token `comma`: all, or what is behind that. */
static void put_level(struct buf *out, struct slice text, const struct py_tokens *t, size_t from, size_t to,
                      uint32_t comma) {
    if (to - from > SHORT_BYTES && comma != NONE && t->items[comma].end > from && t->items[comma].end <= to)
        from = t->items[comma].end;
    buf_slice(out, between(text, from, to));
}

/* What leads to a place behind a comma. */
static void put_statement(struct piece_cut *c, struct slice text, const struct py_tokens *t,
                          const struct place *p) {
    if (p->statement == NONE)
        return;
    size_t from = line_of(text, t->items[p->statement].start), before = c->lead.len;
    for (uint32_t k = 0; k < p->open_count; k++) {
        uint32_t comma = p->comma[k];
        put_level(&c->lead, text, t, from, t->items[p->open[k]].end, comma);
        from = t->items[p->open[k]].end;
    }
    if (p->open_count == 0 && c->at - from > SHORT_BYTES) {
        uint32_t last = p->last_equals != NONE ? p->last_equals : p->statement;
        buf_slice(&c->lead, between(text, from, t->items[last].end));
        buf_char(&c->lead, ' ');
    } else if (c->at - from <= SHORT_BYTES) {
        buf_slice(&c->lead, between(text, from, c->at));
    }
    if (c->lead.len - before > PIECE_LEAD_MAX || p->open_more > 0) {
        c->lead.len = before;
        c->lost = true;
    }
}

/* The quotes, and what is before them, of a string in which is cut. The lexer ends one of several lines that
 * has no end with its first. */
static void put_opening(struct piece_cut *c, struct slice text, const struct py_token *t) {
    size_t len = t->kind == PY_COMMENT ? 1 : (size_t)t->prefix_len + (t->flags & PY_STR_TRIPLE ? 3 : 1);
    bool open = t->end > c->at || (t->flags & PY_STR_UNTERMINATED) || t->kind == PY_FSTRING_START;
    if (!open)
        return;
    if (t->kind != PY_STRING && t->kind != PY_FSTRING_START && t->kind != PY_COMMENT)
        return;
    buf_slice(&c->lead, between(text, t->start, t->start + len));
    for (size_t i = 0; t->kind != PY_COMMENT && i < len - t->prefix_len; i++)
        c->closing[i] = text.ptr[t->start + t->prefix_len];
}

/* In the middle of what has no better place; behind a blank if there is one near the end. */
static size_t cut_anywhere(struct slice text, size_t lead) {
    size_t low = text.len - lead > 2 * SHORT_BYTES ? text.len - SHORT_BYTES : lead + 1, at = text.len;
    while (at > low && text.ptr[at - 1] != '\n' && text.ptr[at - 1] != ' ')
        at--;
    if (at > low)
        return at;
    at = text.len > lead + 4 ? text.len - 4 : text.len;
    while (at > lead + 1 && at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
        at--; /* between characters */
    return at > lead + 1 && text.ptr[at - 1] == '\\' ? at - 1 : at;
}

/* None in the field of an f-string. */
static size_t last_comma(const struct py_tokens *t, size_t end, size_t lead) {
    size_t last = NONE, fstrings = 0;
    for (size_t i = 0; i < end; i++) {
        const struct py_token *x = &t->items[i];
        fstrings += x->kind == PY_FSTRING_START;
        fstrings -= x->kind == PY_FSTRING_END && fstrings > 0;
        fstrings = x->kind == PY_NEWLINE ? 0 : fstrings;
        last = fstrings == 0 && tok_is_op(x, ',') && x->end > lead ? i : last;
    }
    return last;
}

void piece_cut_find(struct piece_cut *c, struct slice text, const struct py_tokens *t, size_t lead,
                    const char *base) {
    static const struct place nowhere = {.statement = NONE};
    struct place p = nowhere;
    size_t end = reliable(text, t), cut = last_statement(text, t, end, lead);
    bool inside = cut == NONE;
    const struct py_token *opening = NULL;
    c->lost = false;
    memset(c->closing, 0, sizeof c->closing);
    if (!inside) {
        find_place(&p, t, cut);
        c->at = line_of(text, t->items[cut].start);
    } else if ((cut = last_comma(t, end, lead)) != NONE) {
        find_place(&p, t, cut + 1);
        c->at = t->items[cut].end;
    } else {
        c->lost = true;
        c->at = cut_anywhere(text, lead);
        while (end > 0 && t->items[end].start >= c->at)
            end--;
        find_place(&p, t, end);
        opening = &t->items[end];
    }
    keep_imports(c, text, t, lead);
    buf_clear(&c->lead);
    buf_str(&c->lead, base);
    buf_slice(&c->lead, buf_as_slice(&c->imports));
    for (uint32_t i = 0; i < p.block_count; i++)
        put_block(&c->lead, text, &t->items[p.blocks[i].first], &t->items[p.blocks[i].last]);
    if (opening) {
        size_t at = c->at;
        c->at = opening->start; /* what leads to it */
        if (p.statement == NONE)
            buf_slice(&c->lead, between(text, line_of(text, c->at), c->at));
        put_statement(c, text, t, &p);
        c->at = at;
        put_opening(c, text, opening);
    } else if (inside) {
        put_statement(c, text, t, &p);
    }
    if (!buf_ok(&c->lead)) {
        buf_clear(&c->lead);
        buf_str(&c->lead, base);
        c->lost = true;
    }
}
