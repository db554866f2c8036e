/* style.c: the table of styles, and what they share: templates, quoting. */
#include "rewriters/style.h"

#include "base/buf.h"

static const struct style_kind *const styles[] = {&style_merged, &style_inline, &style_loading_module,
                                                  &style_module, &style_environ};

void style_plan_for(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    *out = (struct style_plan){0};
    for (size_t i = 0; i < KL_ARRAY_LEN(styles); i++) {
        if (!styles[i]->serves(r))
            continue;
        styles[i]->plan(r, arena, out);
        return;
    }
    out->refusal = "this style of retrieval is not available for this vault";
}

static bool is_same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

struct import_need *style_need(struct style_plan *p, const char *module, const char *symbol) {
    for (size_t i = 0; i < p->need_count; i++)
        if (is_same(p->needs[i].module, module) && is_same(p->needs[i].symbol, symbol))
            return &p->needs[i];
    if (p->need_count == STYLE_MAX_NEEDS) {
        p->refusal = "the vault's code needs too many imports";
        return NULL;
    }
    /* Kept in the order of names, as the import statements will be. */
    size_t at = p->need_count++;
    for (; at > 0 && strcmp(p->needs[at - 1].module, module) > 0; at--)
        p->needs[at] = p->needs[at - 1];
    struct import_need *need = &p->needs[at];
    *need = (struct import_need){.module = module, .symbol = symbol, .local = symbol ? symbol : module};
    return need;
}

void style_need_effect(struct style_plan *p, const char *module, struct arena *arena) {
    const char *dot = strrchr(module, '.');
    struct import_need *need = NULL;
    if (!dot) {
        need = style_need(p, module, NULL);
    } else {
        /* The dots of ".secrets" are the package; the last one of "shop.secrets" is no part of it. */
        size_t len = (size_t)(dot - module);
        bool relative = strspn(module, ".") == len + 1;
        need = style_need(p, arena_cstr(arena, slice_of(module, relative ? len + 1 : len)), dot + 1);
    }
    if (need)
        need->for_effect = module;
}

const char *style_quote(const char *text, struct arena *arena) {
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_char(&b, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            buf_printf(&b, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            buf_printf(&b, "\\x%02x", c);
        else
            buf_char(&b, (char)c);
    }
    buf_char(&b, '"');
    const char *quoted = arena_cstr(arena, buf_as_slice(&b));
    buf_release(&b);
    return quoted;
}

static bool is_word(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* Does `word` (perhaps dotted) stand at `at` as a name of its own? */
static bool stands_at(struct slice text, size_t at, const char *word) {
    size_t len = strlen(word);
    if (at + len > text.len || memcmp(text.ptr + at, word, len) != 0)
        return false;
    bool begins = at == 0 || (!is_word(text.ptr[at - 1]) && text.ptr[at - 1] != '.');
    return begins && (at + len == text.len || !is_word(text.ptr[at + len]));
}

static bool mentions(const char *template, const char *word) {
    struct slice text = slice_cstr(template);
    for (size_t at = 0; at < text.len; at++)
        if (stands_at(text, at, word))
            return true;
    return false;
}

void style_need_mentioned(struct style_plan *p) {
    static const char *const modules[] = {"base64", "json", "os"};
    for (size_t i = 0; i < KL_ARRAY_LEN(modules); i++)
        if (mentions(p->read_text, modules[i]) || mentions(p->read_bytes, modules[i]))
            style_need(p, modules[i], NULL);
}

void style_drop_unused(struct style_plan *p, bool uses_text, bool uses_bytes) {
    size_t kept = 0;
    for (size_t i = 0; i < p->need_count; i++) {
        const char *word = p->needs[i].symbol ? p->needs[i].symbol : p->needs[i].module;
        if (p->needs[i].for_effect || (uses_text && mentions(p->read_text, word)) ||
            (uses_bytes && mentions(p->read_bytes, word)))
            p->needs[kept++] = p->needs[i];
    }
    p->need_count = kept;
}

const char *style_from_mapping(const char *template, const char *mapping, struct arena *arena) {
    const struct slice text = slice_cstr(template), wanted = SLICE_LIT("os.environ");
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    size_t from = 0;
    for (size_t at; (at = slice_find(text, wanted, from)) != SIZE_MAX; from = at + wanted.len) {
        buf_slice(&b, slice_sub(text, from, at));
        buf_str(&b, mapping);
    }
    buf_slice(&b, slice_sub(text, from, text.len));
    const char *result = arena_cstr(arena, buf_as_slice(&b));
    buf_release(&b);
    return result;
}

/* Length of what the need's local name replaces at `at`; 0 for none. */
static size_t match_need(struct slice text, size_t at, const struct import_need *n, struct arena *arena) {
    const char *word = n->symbol ? n->symbol : n->module;
    if (n->local_is_attribute)
        word = arena_printf(arena, "%s.%s", n->module, n->attribute);
    return stands_at(text, at, word) ? strlen(word) : 0;
}

/* A name followed by attributes, subscripts and calls: binds tighter than any
 * operator. */
static bool is_primary(struct slice text) {
    int depth = 0;
    char quote = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quote) {
            if (c == '\\')
                i++;
            else if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '(' || c == '[' || c == '{') {
            depth++;
        } else if (c == ')' || c == ']' || c == '}') {
            depth--;
        } else if (depth == 0 && !is_word(c) && c != '.') {
            return false;
        }
    }
    return text.len > 0 && is_word(text.ptr[0]);
}

const char *style_name(const struct style_plan *p, const struct rewrite_site *site) {
    return site->stored_name && !p->by_own_name ? site->stored_name : site->name;
}

const char *style_expression(const struct style_plan *p, const char *name, bool is_bytes,
                             struct arena *arena) {
    struct slice text = slice_cstr(is_bytes ? p->read_bytes : p->read_text);
    struct slice hole = SLICE_LIT("{name}"), tail = SLICE_LIT("{tail}");
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    char quote = 0;
    for (size_t i = 0; i < text.len;) {
        size_t len = 0;
        if (slice_starts(slice_sub(text, i, text.len), hole.ptr)) {
            buf_str(&b, style_quote(name, arena));
            i += hole.len;
            continue;
        }
        if (slice_starts(slice_sub(text, i, text.len), tail.ptr)) {
            buf_str(&b, style_quote(name + p->tail_at, arena));
            i += tail.len;
            continue;
        }
        for (size_t k = 0; k < p->need_count && !len && !quote; k++)
            if ((len = match_need(text, i, &p->needs[k], arena)))
                buf_str(&b, p->needs[k].local);
        if (len) {
            i += len;
            continue;
        }
        char c = text.ptr[i++];
        if (c == '"' || c == '\'')
            quote = quote == c ? 0 : quote ? quote : c;
        buf_char(&b, c);
    }
    const char *result = is_primary(buf_as_slice(&b)) ? arena_cstr(arena, buf_as_slice(&b))
                                                      : arena_printf(arena, "(%s)", buf_cstr(&b));
    buf_release(&b);
    return result;
}
