/* skim.c: what is asked of each literal of a file, so that nothing that scan_code would find is passed over.
 *
 *     a rule matches it, by itself              value_tells
 *     it is text in base64 and the like         value_tells
 *     it is random                              value_tells
 *     it has a name that tells, or a rule's     judge_named
 *     its variable is used as what tells        judge_named
 *     the file reads the environment            reads_environment
 */
#include "scanner/skim.h"

#include <stdlib.h>

#include "base/mem.h"
#include "scanner/encoded.h"
#include "scanner/env_names.h"
#include "scanner/pybytes.h"
#include "scanner/pyimport.h"
#include "scanner/scan_weight.h"
#include "scanner/skim_internal.h"

#define SKIM_MIN_NAMED 4u      /* bytes of a value that a name can make a secret */
#define SKIM_KEPT_BLOCKS 4096u /* 256 KB of text */
#define SKIM_LEAST_WORK 10000u
#define SKIM_WORK_OF_BLOCK 64u
#define SKIM_MIN_RUN                                                                                         \
    12u /* bytes without a blank that hold a token; of matches, only addresses are shorter                   \
         */
#define SKIM_WORD_BEFORE 8u /* "bearer ", "basic " */
#define SKIM_MAX_NAME 64u   /* bytes of a literal that may be a name */

struct skim *skim_new(void) {
    struct skim *s = mem_calloc(1, sizeof *s);
    skim_hints_init(&s->hints);
    return s;
}

void skim_free(struct skim *s) {
    if (s == NULL)
        return;
    free(s->blocks);
    free(s->literals);
    free(s);
}

/* ---- the environment ---- */

/* os.environ, getenv, putenv, dotenv, envvar=, environs; not: environment. */
static bool is_about_environment(struct slice text, size_t at) {
    struct slice rest = slice_sub(text, at, text.len), before = slice_sub(text, 0, at);
    if (slice_starts(rest, "environ"))
        return !slice_starts(rest, "environm");
    return slice_starts(rest, "env") &&
           (slice_starts(rest, "envvar") || slice_ends(before, "get") || slice_ends(before, "put") ||
            slice_ends(before, "set") || slice_ends(before, "dot"));
}

static bool reads_environment(struct skim *s) {
    for (size_t at = skim_next(s, 0, skim_hints); at < s->text.len; at = skim_next(s, at + 1, skim_hints))
        if (s->text.ptr[at] == 'e' && is_about_environment(s->text, at))
            return true;
    return false;
}

/* ---- imports ---- */

/* Lines from the one of the import at `at` to the end of the statement. */
static struct slice import_lines(struct skim *s, size_t at, size_t from) {
    size_t start = at, depth = 0, end;
    while (start > from && (s->text.ptr[start - 1] != '\n' || (start > 1 && s->text.ptr[start - 2] == '\\')))
        start--;
    for (end = at; end < s->text.len; end++) {
        char c = s->text.ptr[end];
        depth += c == '(';
        depth -= c == ')' && depth > 0;
        if (c == '\n' && depth == 0 && s->text.ptr[end - 1] != '\\')
            break;
    }
    return slice_sub(s->text, start, end);
}

static void lex_lines(struct skim *s, struct slice lines) {
    py_lex(lines, &s->w->tokens);
    if (env_names_imported(lines, &s->w->tokens))
        s->reads = true;
    if (scan_follows_imports(s->w))
        module_notes_import(&s->w->notes, s->path, lines, &s->w->tokens);
}

/* Each run of import statements as one text. */
static void take_imports(struct skim *s) {
    struct slice run = {0};
    size_t done = 0;
    for (size_t at = skim_next(s, 0, skim_hints); at < s->text.len; at = skim_next(s, at + 1, skim_hints)) {
        if (at < done || s->text.ptr[at] != 'i' || skim_in_literal(s, at) ||
            !slice_starts(slice_sub(s->text, at, s->text.len), "import"))
            continue;
        struct slice lines = import_lines(s, at, done);
        size_t start = (size_t)(lines.ptr - s->text.ptr);
        if (run.len > 0 && start == done + 1) {
            run.len += lines.len + 1;
        } else {
            if (run.len > 0)
                lex_lines(s, run);
            run = lines;
        }
        done = start + lines.len;
    }
    if (run.len > 0)
        lex_lines(s, run);
}

/* ---- values ---- */

static void note_match(void *ctx, const struct rule_match *m) {
    (void)m;
    *(bool *)ctx = true;
}

static bool rules_match(struct skim *s, struct slice value) {
    bool found = false;
    struct error e;
    e.message[0] = '\0';
    return rule_match_value(s->w->matcher, value, (struct slice){0}, note_match, &found, &e) != KL_OK ||
           found;
}

static struct slice fixed_piece(struct slice value) {
    const struct candidate template = {.context = CONTEXT_FORMAT};
    return classify_fixed_piece(&template, value);
}

static bool rules_match_decoded(struct skim *s, struct slice text) {
    struct encoded e;
    size_t at = 0;
    return rules_match(s, text) || encoded_next(text, &at, &s->w->arena, &e);
}

static bool encoding_tells(struct skim *s, struct slice value) {
    struct encoded e;
    for (size_t at = 0; encoded_next(value, &at, &s->w->arena, &e);)
        if (rules_match_decoded(s, e.text))
            return true;
    return false;
}

static bool is_random(struct slice value) {
    struct slice fixed = fixed_piece(value);
    return value_is_surely_random(value) || (fixed.len < value.len && value_is_surely_random(fixed));
}

/* Words of the rules whose match may hold blanks between the word and the secret, or be short. Of all others
 * a match is a long run without a blank, but for the word right before it. test_skim asks every rule. */
static const char *const distant_words[] = {"password", "pwd", "private key", "://"};
#define LONGEST_DISTANT 11u

static bool is_distant_word(struct slice text) {
    for (size_t i = 0; i < KL_ARRAY_LEN(distant_words); i++)
        if (slice_eq_nocase(slice_sub(text, 0, strlen(distant_words[i])), distant_words[i]))
            return true;
    return false;
}

/* Does a long run without a blank hold the place, which is searched anyway? */
static bool is_in_long_run(struct skim *s, size_t at, size_t start, size_t end) {
    size_t first = at, last = at;
    while (first > start && (unsigned char)s->text.ptr[first - 1] > ' ')
        first--;
    while (last < end && last - first < SKIM_MIN_RUN && (unsigned char)s->text.ptr[last] > ' ')
        last++;
    return last - first >= SKIM_MIN_RUN;
}

/* As they are written in the text. */
static bool has_distant_word(struct skim *s, const struct skim_literal *l) {
    for (size_t at = skim_next(s, l->body, skim_hints); at < l->body_end;
         at = skim_next(s, at + 1, skim_hints)) {
        bool searched = s->text.ptr[at] == ':' && l->kind != SKIM_FORMATTED && !(l->flags & PY_STR_ESCAPES) &&
                        is_in_long_run(s, at, l->body, l->body_end);
        if (!searched && is_distant_word(slice_sub(s->text, at, l->body_end)))
            return true;
    }
    return false;
}

/* Escapes that neither spell a character of a word nor vanish. */
static bool has_plain_escapes(struct slice body) {
    for (size_t at = slice_find_byte(body, '\\', 0); at != SIZE_MAX; at = slice_find_byte(body, '\\', at + 2))
        if (at + 1 == body.len || strchr("nrt\"'\\", body.ptr[at + 1]) == NULL)
            return false;
    return true;
}

/* The same of what literals `first` to `last` spell together. */
static bool literals_have_distant_word(struct skim *s, size_t first, size_t last) {
    char seam[2 * LONGEST_DISTANT];
    for (size_t i = first; i <= last; i++) {
        const struct skim_literal *l = &s->literals[i];
        struct slice body = slice_sub(s->text, l->body, l->body_end);
        if (has_distant_word(s, l) || (l->flags & PY_STR_ESCAPES && !has_plain_escapes(body)))
            return true;
        size_t after = i + 1; /* comments may stand between the two */
        while (after <= last && s->literals[after].kind == SKIM_COMMENT)
            after++;
        if (after > last || l->kind == SKIM_COMMENT)
            continue;
        struct slice next = slice_sub(s->text, s->literals[after].body, s->literals[after].body_end);
        if (next.len == 0)
            continue;
        struct slice tail =
            slice_sub(body, body.len < LONGEST_DISTANT ? 0 : body.len - LONGEST_DISTANT, body.len);
        struct slice head = slice_sub(next, 0, LONGEST_DISTANT);
        memcpy(seam, tail.ptr, tail.len);
        memcpy(seam + tail.len, head.ptr, head.len);
        for (size_t k = 0; k < tail.len; k++)
            if (is_distant_word(slice_sub(slice_of(seam, tail.len + head.len), k, sizeof seam)))
                return true;
    }
    return false;
}

/* A run of bytes without a blank, value[start, end). */
static bool run_tells(struct skim *s, struct slice value, size_t start, size_t end) {
    struct slice run = slice_sub(value, start, end);
    size_t from = start < SKIM_WORD_BEFORE ? 0 : start - SKIM_WORD_BEFORE, fixed = fixed_piece(run).len;
    struct slice window = slice_sub(value, from, end + 1);
    bool words = rule_words_in(s->w->matcher, window);
    return (words && (rules_match(s, window) ||
                      (fixed < run.len && rules_match(s, slice_sub(value, from, start + fixed))))) ||
           (run.len >= ENCODED_MIN_BYTES && encoding_tells(s, run)) ||
           (run.len == value.len && is_random(run));
}

/* Does a control character end the run, or stand before it? Patterns see no blank in it ([^\s@]). */
static bool is_cut_by_control(struct slice value, size_t start, size_t end) {
    static const char blanks[] = " \t\n\v\f\r";
    return (start > 0 && memchr(blanks, value.ptr[start - 1], sizeof blanks - 1) == NULL) ||
           (end < value.len && memchr(blanks, value.ptr[end], sizeof blanks - 1) == NULL);
}

/* Is there something in it, whatever it is called? Most texts end here: the words of the rules are looked for
 * where a token could stand, in runs of bytes without a blank. */
static bool value_tells(struct skim *s, size_t first, size_t last, struct slice value) {
    const unsigned char *begin = (const unsigned char *)value.ptr, *end = begin + value.len, *p, *stop;
    struct encoded e;
    bool is_cut = false;
    if (value.len < rule_shortest(s->w->matcher))
        return false;
    for (p = pybytes_find_run(begin, end, SKIM_MIN_RUN); p < end;
         p = pybytes_find_run(stop, end, SKIM_MIN_RUN)) {
        stop = pybytes_run_end(p, end);
        size_t start = (size_t)(p - begin), length = (size_t)(stop - p);
        if (run_tells(s, value, start, start + length))
            return true;
        is_cut |= is_cut_by_control(value, start, start + length);
    }
    struct slice fixed = fixed_piece(value);
    if ((is_cut || literals_have_distant_word(s, first, last)) &&
        (rules_match(s, value) || (fixed.len < value.len && rules_match(s, fixed))))
        return true;
    if (fixed.len < value.len && value_is_surely_random(fixed))
        return true;
    return encoded_percent(value, &s->w->arena, &e) && rules_match_decoded(s, e.text);
}

enum value_sort {
    VALUE_PROSE,  /* words with blanks between them: nobody's secret under any name */
    VALUE_JOINED, /* joined words: at most what a rule by a name knows */
    VALUE_OTHER
};

static enum value_sort sort_of(struct slice v) {
    if (!value_is_wordy(v))
        return VALUE_OTHER;
    size_t blank = slice_find_byte(v, ' ', 0);
    if (blank == SIZE_MAX) {
        for (size_t i = 0; i < v.len; i++)
            if (!skim_is_word(v.ptr[i]) || v.ptr[i] == '_')
                return VALUE_JOINED;
        return VALUE_OTHER;
    }
    bool in_fours = v.len > 14 && v.ptr[4] == ' ' && v.ptr[9] == ' ' && v.ptr[14] == ' ';
    struct slice fixed = fixed_piece(v);
    bool prose = !in_fours && (fixed.len == v.len || blank < fixed.len) && !classify_has_scheme(v);
    return prose ? VALUE_PROSE : VALUE_OTHER;
}

/* Of what the tokens consist that rules know by a name: letters, digits, and few signs. */
static bool may_be_named(struct slice value) {
    static const char signs[] = "_-+/=.:~*#$ \n"; /* PCRE2 takes a line end for the end */
    for (size_t i = 0; i < value.len; i++)
        if (!skim_is_word(value.ptr[i]) && memchr(signs, value.ptr[i], sizeof signs - 1) == NULL)
            return false;
    return true;
}

/* Does one of the rules match that go by a name which the place has? */
static bool named_rules_match(struct skim *s, const struct skim_place *place, struct slice value) {
    if (value.len < rule_shortest_by_name(s->w->matcher) || !may_be_named(value))
        return false;
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
    enum value_sort sort = value.len < SKIM_MIN_NAMED ? VALUE_PROSE : sort_of(value);
    struct skim_place place;
    if (sort == VALUE_PROSE || (sort == VALUE_JOINED && value.len < rule_shortest_by_name(s->w->matcher)))
        return false;
    if (!skim_is_plain(s))
        return true;
    skim_place_of(s, first, last, &place);
    if (somehow)
        place = (struct skim_place){.naming = SKIM_SOMEHOW};
    if (place.naming == SKIM_NAMELESS || place.naming == SKIM_KEY)
        return false;
    if (named_rules_match(s, &place, value))
        return true;
    if (sort == VALUE_JOINED)
        return false;
    unsigned kinds = place.naming == SKIM_NAMED ? classify_kinds(place.name) : skim_statement_kinds(s);
    if (classify_could_be(value, kinds, is_piece, place.in_series))
        return true;
    bool assigned = place.naming == SKIM_SOMEHOW || s->open == SIZE_MAX;
    bool asks = assigned && !is_piece && !place.in_series && !value_is_wordy(value) &&
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
    return value_tells(s, i, i, value) || judge_named(s, i, i, value, false, false) ||
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
    return value_tells(s, first, last, value) || judge_named(s, first, last, value, false, true) ||
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
    return value_tells(s, i, i, value) || judge_named(s, i, i, value, is_piece, !is_text);
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
    x->found = x->found || value_tells(x->s, x->literal, x->literal, value) ||
               classify_could_be(value, classify_kinds(name), false, false);
    if (!x->found && value.len >= rule_shortest_by_name(x->s->w->matcher) && rule_names_in(name, names))
        x->found = rule_could_match(x->s->w->matcher, value, names);
}

static bool judge_comment(struct skim *s, size_t i) {
    const struct skim_literal *l = &s->literals[i];
    struct slice whole = slice_sub(s->text, l->start, l->end);
    if (value_tells(s, i, i, candidate_comment_text(whole)))
        return true;
    struct commented x = {s, i, whole, false};
    if (slice_find_byte(whole, '"', 0) != SIZE_MAX || slice_find_byte(whole, '\'', 0) != SIZE_MAX)
        candidate_comment_values(whole, judge_commented, &x);
    return x.found;
}

static bool some_literal_tells(struct skim *s) {
    for (size_t i = 0, joined = 0; i < s->literal_count; i++) {
        if (s->work > s->most_work)
            return true;
        switch ((enum skim_kind)s->literals[i].kind) {
        case SKIM_COMMENT:
            if (judge_comment(s, i))
                return true;
            break;
        case SKIM_FORMATTED:
            if (judge_formatted(s, i))
                return true;
            break;
        case SKIM_STRING:
            if (judge_string(s, i))
                return true;
            if (i >= joined) {
                joined = joined_end(s, i) + 1;
                if (joined > i + 1 && judge_joined(s, i, joined - 1))
                    return true;
            }
            break;
        }
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
    s->w = w;
    s->path = path;
    s->around_at = 0;
    s->around = SIZE_MAX;
    s->statement = (struct skim_statement){.end = SIZE_MAX};
    s->functions.at = SIZE_MAX;
    s->plain = SKIM_UNKNOWN;
    s->reads = false;
    s->asked = 0;
    s->work = 0;
    s->most_work = SKIM_LEAST_WORK + SKIM_WORK_OF_BLOCK * s->block_count;
}

static bool passes(struct skim *s, struct scan_worker *w, const char *path, struct slice text) {
    if (slice_find_byte(text, '\r', 0) != SIZE_MAX)
        return false;
    begin(s, w, path, text);
    if (reads_environment(s) || !skim_walk(s) || skim_blocks_nest(s->blocks, s->block_count) != 0 ||
        some_literal_tells(s))
        return false;
    bool follows = scan_follows_imports(w);
    if (follows)
        module_notes_begin_imports(&w->notes, path);
    take_imports(s);
    if (follows && !s->reads)
        module_notes_finish(&w->notes, path);
    return !s->reads;
}

bool skim_passes(struct skim *s, struct scan_worker *w, const char *path, struct slice text) {
    bool nothing = passes(s, w, path, text);
    drop_large(s);
    return nothing;
}
