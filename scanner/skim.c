/* skim.c: what is asked of each literal of a file, so that nothing that scan_code would find is passed over.
 *
 *     a rule matches it, by itself              skim_value_tells
 *     it is text in base64 and the like         skim_value_tells
 *     it is random                              skim_value_tells
 *     it has a name that tells, or a rule's     judge_named
 *     its variable is used as what tells        judge_named
 *
 * What the names of a file stand for is not followed. Where one may stand for a function that reads the
 * environment (skim_imports.c), any call may be one of it.
 */
#include "scanner/skim.h"

#include <stdlib.h>

#include "base/mem.h"
#include "scanner/scan_weight.h"
#include "scanner/skim_internal.h"

#define SKIM_MIN_NAMED 4u      /* bytes of a value that a name can make a secret */
#define SKIM_KEPT_BLOCKS 4096u /* 256 KB of text */
#define SKIM_LEAST_WORK 10000u
#define SKIM_WORK_OF_BLOCK 64u

struct skim *skim_new(void) {
    struct skim *s = mem_calloc(1, sizeof *s);
    skim_hints_init(&s->hints);
    skim_marks_init(&s->marks);
    return s;
}

void skim_free(struct skim *s) {
    if (s == NULL)
        return;
    free(s->blocks);
    free(s->literals);
    free(s->imports);
    free(s);
}

/* ---- names ---- */

/* Of what the tokens consist that rules know by a name: letters, digits, and few signs. */
static bool may_be_named(struct skim *s, struct slice value) {
    static const char signs[] = "_-+/=.:~*#$ \n"; /* PCRE2 takes a line end for the end */
    bool digit = value.len >= rule_shortest_without_digit(s->w->matcher);
    if (value.len < rule_shortest_by_name(s->w->matcher))
        return false;
    for (size_t i = 0; i < value.len && !digit; i++)
        digit = value.ptr[i] >= '0' && value.ptr[i] <= '9';
    for (size_t i = 0; i < value.len && digit; i++)
        if (!skim_is_word(value.ptr[i]) && memchr(signs, value.ptr[i], sizeof signs - 1) == NULL)
            return false;
    return digit;
}

/* Does one of the rules match that go by a name which the place has? */
static bool named_rules_match(struct skim *s, const struct skim_place *place, struct slice value) {
    uint64_t names[RULE_NAME_BITS] = {0};
    if (place->naming == SKIM_SOMEHOW)
        skim_statement_names(s, names);
    else if (!rule_names_in(place->name, names))
        return false;
    return rule_could_match(s->w->matcher, value, names);
}

/* A value of literals `first` to `last`, or a piece of one; `somehow`: of which only that much is known. */
static bool judge_named(struct skim *s, size_t first, size_t last, struct slice value, bool is_piece,
                        bool somehow) {
    struct skim_place place;
    if (value.len < SKIM_MIN_NAMED)
        return false;
    enum value_words words = value_words(value);
    if (words == WORDS_TEXT && skim_is_prose(s, value))
        return false;
    bool by_rule = may_be_named(s, value);
    bool joined = words == WORDS_JOINED; /* at most what a rule by a name knows */
    if (!by_rule && joined)
        return false;
    if (!skim_is_plain(s))
        return true;
    if (!by_rule && words != WORDS_NONE && !somehow && !skim_may_promise(s, s->literals[first].start))
        return false;
    skim_place_of(s, first, last, &place);
    if (somehow)
        place = (struct skim_place){.naming = SKIM_SOMEHOW};
    if (place.naming == SKIM_NAMELESS || place.naming == SKIM_KEY)
        return false;
    if (by_rule && named_rules_match(s, &place, value))
        return true;
    if (joined)
        return false;
    unsigned kinds = place.naming == SKIM_NAMED ? classify_kinds(place.name) : skim_statement_kinds(s);
    if (classify_could_be(value, kinds, is_piece, place.in_series))
        return true;
    bool assigned = place.naming == SKIM_SOMEHOW || s->open == SIZE_MAX;
    bool asks = assigned && !is_piece && !place.in_series && words == WORDS_NONE && skim_may_be_used(s) &&
                value_shape(value) >= SHAPE_NUMBERED &&
                classify_could_be(value, CLASSIFY_ANY_KIND, false, false);
    return asks && classify_could_be(value, skim_use_kinds(s, first), false, false);
}

/* ---- literals ---- */

static struct slice value_of(struct skim *s, const struct skim_literal *l) {
    struct slice value = slice_sub(s->text, l->body, l->body_end);
    if (l->flags & PY_STR_ESCAPES) {
        struct py_token t = {.start = l->start,
                             .end = l->end,
                             .kind = PY_STRING,
                             .flags = l->flags,
                             .prefix_len = l->prefix_len};
        (void)py_string_value(s->text, &t, &s->w->arena, &value);
    }
    return value;
}

/* A key may be spelled with escapes: where what it says differs from what is written, the place cannot tell.
 */
static bool spells_name(struct slice value, struct slice spelled) {
    uint64_t names[RULE_NAME_BITS];
    if (value.len > SKIM_MAX_NAME || value.ptr == spelled.ptr)
        return false;
    return classify_kinds(value) != 0 || (rule_names_in(value, names) && !rule_names_in(spelled, names));
}

static bool judge_string(struct skim *s, size_t i) {
    const struct skim_literal *l = &s->literals[i];
    struct slice value = value_of(s, l);
    return skim_value_tells(s, i, i, value) || judge_named(s, i, i, value, false, false) ||
           spells_name(value, slice_sub(s->text, l->body, l->body_end));
}

/* May the lexer's reader of literals see the two as one: "a" "b", "a" + "b"? Line ends and comments between
 * them are blanks where a bracket is open; here, everywhere. */
static bool touch(struct skim *s, const struct skim_literal *a, const struct skim_literal *b) {
    if (a->kind != SKIM_STRING || b->kind != SKIM_STRING)
        return false;
    for (size_t at = a->end; at < b->start; at++) {
        char c = s->text.ptr[at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\\' && c != '\f' && c != '+')
            return false;
    }
    return true;
}

static bool judge_joined(struct skim *s, size_t first, size_t last) {
    size_t room = 0, len = 0;
    for (size_t i = first; i <= last; i++)
        room += s->literals[i].end - s->literals[i].start;
    char *joined = arena_alloc(&s->w->arena, room);
    for (size_t i = first; i <= last; i++) {
        struct slice value =
            s->literals[i].kind == SKIM_STRING ? value_of(s, &s->literals[i]) : (struct slice){0};
        if (value.len > 0 && value.len <= room - len) {
            memcpy(joined + len, value.ptr, value.len);
            len += value.len;
        }
    }
    struct slice value = {joined, len};
    return skim_value_tells(s, first, last, value) || judge_named(s, first, last, value, false, true) ||
           (len <= SKIM_MAX_NAME && classify_kinds(value) != 0);
}

/* One that stands behind comments, or with them between it and the one before, is joined to that, too. */
static size_t joined_end(struct skim *s, size_t first) {
    size_t last = first;
    struct skim_literal from = s->literals[first];
    for (size_t i = first + 1; i < s->literal_count; i++) {
        const struct skim_literal *l = &s->literals[i];
        struct skim_literal as = *l;
        as.kind = SKIM_STRING;
        if (l->kind == SKIM_FORMATTED || !touch(s, &from, &as))
            break;
        from.end = l->end;
        if (l->kind == SKIM_STRING)
            last = i;
    }
    return last;
}

/* An f-string: the text between its fields, and strings in them. */
static bool judge_piece(struct skim *s, size_t i, size_t start, size_t end, bool is_text, bool is_piece) {
    const struct skim_literal *l = &s->literals[i];
    struct slice value = slice_sub(s->text, start, end);
    if (is_text && (l->flags & PY_STR_ESCAPES || slice_find(value, SLICE_LIT("{{"), 0) != SIZE_MAX ||
                    slice_find(value, SLICE_LIT("}}"), 0) != SIZE_MAX)) {
        struct py_token t = {.start = (uint32_t)start,
                             .end = (uint32_t)end,
                             .kind = PY_FSTRING_MIDDLE,
                             .flags = l->flags | PY_STR_ESCAPES};
        if (l->flags & PY_STR_RAW)
            t.flags = l->flags;
        (void)py_string_value(s->text, &t, &s->w->arena, &value);
    }
    return skim_value_tells(s, i, i, value) || judge_named(s, i, i, value, is_piece, !is_text);
}

static bool judge_formatted(struct skim *s, size_t i) {
    const struct skim_literal *l = &s->literals[i];
    size_t depth = 0, start = l->body;
    char quote = '\0';
    bool has_field = false;
    for (size_t at = l->body; at < l->body_end; at++) {
        char c = s->text.ptr[at];
        bool doubled = at + 1 < l->body_end && s->text.ptr[at + 1] == c;
        if (depth == 0 && (c == '\\' || ((c == '{' || c == '}') && doubled))) {
            at++;
        } else if (depth == 0 && c == '{') {
            has_field = true;
            if (at > start && judge_piece(s, i, start, at, true, true))
                return true;
            depth = 1;
        } else if (depth == 0) {
            continue;
        } else if (quote != '\0') {
            if (c == quote && judge_piece(s, i, start, at, false, false))
                return true;
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
            start = at + 1;
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && --depth == 0) {
            start = at + 1;
        }
    }
    if (quote != '\0' || depth > 0)
        return true; /* braces in a string of a field: not what it was taken for */
    return l->body_end > start && judge_piece(s, i, start, l->body_end, true, has_field);
}

struct commented {
    struct skim *s;
    size_t literal;
    struct slice text;
    bool found;
};

static void judge_commented(void *ctx, struct slice name, size_t start, size_t end) {
    struct commented *x = ctx;
    struct slice value = slice_sub(x->text, start + 1, end - 1);
    uint64_t names[RULE_NAME_BITS] = {0};
    x->found = x->found || skim_value_tells(x->s, x->literal, x->literal, value) ||
               classify_could_be(value, classify_kinds(name), false, false);
    if (!x->found && value.len >= rule_shortest_by_name(x->s->w->matcher) && rule_names_in(name, names))
        x->found = rule_could_match(x->s->w->matcher, value, names);
}

static bool judge_comment(struct skim *s, size_t i) {
    const struct skim_literal *l = &s->literals[i];
    struct slice whole = slice_sub(s->text, l->start, l->end);
    if (skim_value_tells(s, i, i, candidate_comment_text(whole)))
        return true;
    struct commented x = {s, i, whole, false};
    if (skim_has(s, l->start, l->end, skim_quotes))
        candidate_comment_values(whole, judge_commented, &x);
    return x.found;
}

static bool literal_tells(struct skim *s, size_t i) {
    switch ((enum skim_kind)s->literals[i].kind) {
    case SKIM_COMMENT:
        return judge_comment(s, i);
    case SKIM_FORMATTED:
        return judge_formatted(s, i);
    case SKIM_STRING:
        return judge_string(s, i);
    }
    return true;
}

static bool some_literal_tells(struct skim *s) {
    for (size_t i = 0, joined = 0; i < s->literal_count; i++) {
        if (s->work > s->most_work)
            return true;
        if (s->literals[i].start < s->cleared)
            continue;
        bool tells = literal_tells(s, i);
        if (!tells && i >= joined && s->literals[i].kind == SKIM_STRING) {
            joined = joined_end(s, i) + 1;
            tells = joined > i + 1 && judge_joined(s, i, joined - 1);
        }
        if (tells && skim_statement_tells(s, i))
            return true;
        if (tells)
            joined = 0; /* what was taken for one with a literal of a statement behind it */
    }
    return false;
}

static void find_blocks(struct skim *s, struct slice text) {
    s->text = text;
    s->block_count = skim_block_count(text.len);
    s->blocks = mem_grow(s->blocks, &s->block_capacity, s->block_count + 1, sizeof *s->blocks);
    skim_blocks_fill(&s->hints, text, s->blocks);
}

/* What one large file took is not kept for the small ones. */
static void drop_large(struct skim *s) {
    if (s->block_capacity > SKIM_KEPT_BLOCKS) {
        free(s->blocks);
        s->blocks = NULL;
        s->block_capacity = 0;
    }
    if (s->literal_capacity > SKIM_KEPT_BLOCKS) {
        free(s->literals);
        s->literals = NULL;
        s->literal_capacity = 0;
    }
    if (s->import_capacity > SKIM_KEPT_BLOCKS) {
        free(s->imports);
        s->imports = NULL;
        s->import_capacity = 0;
    }
}

static size_t weigh(struct skim *s, struct slice text) {
    size_t weight = 0, at = 0;
    find_blocks(s, text);
    if (slice_find_byte(text, '\r', 0) != SIZE_MAX || !skim_walk(s))
        return SIZE_MAX;
    for (size_t i = 0; i < s->literal_count; i++) {
        weight += scan_weight(SCAN_PYTHON, slice_sub(text, at, s->literals[i].start));
        weight += scan_weight(SCAN_PYTHON, SLICE_LIT("''"));
        at = s->literals[i].end;
    }
    return weight + scan_weight(SCAN_PYTHON, slice_sub(text, at, text.len));
}

size_t skim_weight(struct skim *s, struct slice text) {
    size_t weight = weigh(s, text);
    drop_large(s);
    return weight;
}

static void begin(struct skim *s, struct scan_worker *w, const char *path, struct slice text) {
    find_blocks(s, text);
    skim_mark(s);
    s->w = w;
    s->path = path;
    s->around_at = 0;
    s->around = SIZE_MAX;
    s->statement = (struct skim_statement){.end = SIZE_MAX};
    s->functions.at = SIZE_MAX;
    s->functions_promise = SKIM_UNKNOWN;
    s->plain = SKIM_UNKNOWN;
    s->reads = s->renames_readers = false;
    s->asked = 0;
    s->cleared = 0;
    s->work = 0;
    s->most_work = SKIM_LEAST_WORK + SKIM_WORK_OF_BLOCK * s->block_count;
}

static enum skim_outcome look(struct skim *s, struct scan_worker *w, const char *path, struct slice text) {
    if (slice_find_byte(text, '\r', 0) != SIZE_MAX)
        return SKIM_TELLS_NOTHING;
    begin(s, w, path, text);
    skim_look_at_hints(s);
    if (!skim_walk(s) || skim_blocks_nest(s->blocks, s->block_count) != 0 || some_literal_tells(s))
        return SKIM_TELLS_NOTHING;
    bool knew = s->renames_readers;
    skim_take_imports(s);
    if (s->renames_readers && !knew)
        return SKIM_TELLS_NOTHING; /* too late for the literals that were judged */
    return s->reads && scan_wants_reads(w) ? SKIM_READS : SKIM_PASSES;
}

enum skim_outcome skim_python(struct skim *s, struct scan_worker *w, const char *path, struct slice text) {
    enum skim_outcome outcome = look(s, w, path, text);
    drop_large(s);
    return outcome;
}
