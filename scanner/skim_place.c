/* skim_place.c: what names a literal. The commonest places (a keyword's argument, the value of a key, a plain
 * argument, an element of a list in one of these, NAME = "...") are read exactly; anywhere else any name of
 * the statement may be it. */
#include "scanner/sinks.h"
#include "scanner/skim_internal.h"

#define MAX_ANNOTATION 128u
#define MAX_SPAN 4096u /* bytes of a bracket whose place is read exactly */
#define MAX_LEVELS 8u  /* lists in lists */

/* The byte before and the byte behind the literals; 0: nothing, or what cannot be told. */
struct neighbours {
    size_t before; /* behind the byte */
    size_t next;
    char left, right;
};

static struct neighbours look_around(struct skim *s, size_t first, size_t last) {
    struct neighbours n = {0};
    bool inside = s->open != SIZE_MAX;
    n.before = skim_back_over_blanks(s, s->literals[first].start, inside);
    n.next = skim_over_blanks(s, s->literals[last].end, inside);
    bool behind_comment = first > 0 && s->literals[first - 1].kind == SKIM_COMMENT &&
                          s->literals[first - 1].end >= n.before && n.before > 0 && inside;
    if (n.before > 0 && !behind_comment)
        n.left = s->text.ptr[n.before - 1];
    n.right = n.next < s->text.len ? s->text.ptr[n.next] : '\n';
    return n;
}

static bool ends_argument(char c) {
    return c == ',' || c == ')';
}

bool skim_is_assignment_sign(struct skim *s, size_t at) {
    return s->text.ptr[at] == '=' && s->text.ptr[at + 1] != '=' &&
           (at == 0 || !strchr("=!<>:+-*/%&|^@~", s->text.ptr[at - 1]));
}

/* Before `NAME: ANNOTATION`, the last byte of NAME and one more; `end` where there is none that is plain. */
static size_t before_annotation(struct skim *s, size_t end) {
    size_t at = end, depth = 0;
    for (; at > 0 && end - at < MAX_ANNOTATION; at--) {
        char c = s->text.ptr[at - 1];
        depth += c == ']';
        if (c == '[' && depth-- == 0)
            return end;
        if (c == ':' && depth == 0)
            return skim_back_over_blanks(s, at - 1, s->open != SIZE_MAX);
        if (!skim_is_word(c) && strchr("[]., |", c) == NULL && !(depth > 0 && c == '\n'))
            return end;
        if (c == ',' && depth == 0)
            return end;
    }
    return end;
}

/* NAME of `NAME =` and `NAME: ANNOTATION =` that ends at `equals`; empty if it is something else. */
static struct slice name_before_equals(struct skim *s, size_t equals) {
    if (!skim_is_assignment_sign(s, equals))
        return (struct slice){0};
    size_t end = skim_back_over_blanks(s, equals, s->open != SIZE_MAX);
    struct slice name = skim_word_before(s, before_annotation(s, end));
    unsigned keyword = py_keyword_of(name); /* else: NAME = "..." */
    return keyword != KW_NONE && keyword < KW_MATCH ? skim_word_before(s, end) : name;
}

static bool names_otherwise(struct slice keyword) {
    return slice_eq_cstr(keyword, "default") || slice_eq_cstr(keyword, "fallback");
}

/* The dotted name that ends with a word; without what may stand before it on another line. */
struct slice skim_dotted(struct skim *s, struct slice word) {
    size_t start = skim_offset_of(s, word), end = start + word.len;
    while (start > 0 && (skim_is_word_at(s, start - 1) || s->text.ptr[start - 1] == '.'))
        start--;
    return slice_sub(s->text, start, end);
}

/* client . login: what stands before the dot is none of the dotted name. */
static bool has_distant_owner(struct skim *s, struct slice dotted) {
    size_t end = skim_back_over_blanks(s, skim_offset_of(s, dotted), true);
    return end > 0 && s->text.ptr[end - 1] == '.';
}

unsigned skim_callee_kinds(struct skim *s, struct slice callee) {
    struct slice dotted = skim_dotted(s, callee);
    return has_distant_owner(s, dotted) ? CLASSIFY_ANY_KIND : sink_kinds(dotted);
}

/* A dotted name that begins with "env", or on another line. */
static bool is_called_on_env(struct skim *s, struct slice callee) {
    struct slice dotted = skim_dotted(s, callee);
    return slice_starts(dotted, "env") || slice_starts(dotted, ".") || has_distant_owner(s, dotted);
}

static enum skim_naming as_argument(struct skim *s, struct slice callee, bool is_first) {
    if (callee.len == 0)
        return SKIM_NAMELESS;
    return candidate_callee_names(callee, is_first) || skim_callee_kinds(s, callee) != 0 ||
                   (!is_first && (s->renames_readers || is_called_on_env(s, callee)))
               ? SKIM_SOMEHOW
               : SKIM_NAMELESS;
}

/* NAME of `(NAME = ` and `, NAME = ` in a call; empty if it is something else. */
static struct slice keyword_before(struct skim *s, size_t open, size_t equals) {
    struct slice keyword = name_before_equals(s, equals);
    size_t before = skim_back_over_blanks(s, keyword.len > 0 ? skim_offset_of(s, keyword) : 0, true);
    bool is_keyword = before > 0 && (before - 1 == open || s->text.ptr[before - 1] == ',');
    return is_keyword ? keyword : (struct slice){0};
}

/* The string before a colon that ends at `colon`, if it is the key of a dictionary and no more. */
static bool key_before(struct skim *s, size_t colon, struct slice *name) {
    size_t end = skim_back_over_blanks(s, colon, true);
    const struct skim_literal *key = end > 0 ? skim_literal_at(s, end - 1) : NULL;
    if (!key || key->kind != SKIM_STRING || key->end != end || key->flags & PY_STR_ESCAPES)
        return false;
    size_t before = skim_back_over_blanks(s, key->start, true);
    *name = slice_sub(s->text, key->body, key->body_end);
    return before > 0 && (s->text.ptr[before - 1] == ',' || s->text.ptr[before - 1] == '{');
}

/* ---- the place of a bracket as a whole ---- */

/* SIZE_MAX if it is far. */
static size_t closing_of(struct skim *s, size_t open) {
    size_t end = s->text.len - open > MAX_SPAN ? open + MAX_SPAN : s->text.len, depth = 0;
    for (size_t at = open; at < end; at = skim_next(s, at + 1, skim_brackets)) {
        if (skim_opens(s, at))
            depth++;
        else if (--depth == 0)
            return at;
    }
    return SIZE_MAX;
}

/* `NAME = [...]` and `a.NAME = [...]` alone in its statement. */
static enum skim_naming as_target(struct skim *s, size_t equals, struct slice *name) {
    skim_find_statement(s, s->here);
    size_t start = skim_over_blanks(s, s->statement.start, false);
    struct slice target = name_before_equals(s, equals);
    if (target.len == 0)
        return SKIM_SOMEHOW;
    if (skim_offset_of(s, skim_dotted(s, target)) > start)
        return SKIM_SOMEHOW;
    *name = target;
    return SKIM_NAMED;
}

/* What names the expression from `start` on that ends with the bracket `open`: where it is an element of a
 * list, what names the list. */
static enum skim_naming naming_of_bracket(struct skim *s, size_t start, size_t open, struct slice *name) {
    for (unsigned level = 0; level < MAX_LEVELS; level++) {
        size_t outer = skim_bracket_outside(s, open), close = closing_of(s, open);
        bool inside = outer != SIZE_MAX;
        size_t before = skim_back_over_blanks(s, start, inside);
        if (close == SIZE_MAX || before == 0 || skim_in_comment(s, before - 1))
            return SKIM_SOMEHOW;
        size_t next = skim_over_blanks(s, close + 1, inside);
        char left = s->text.ptr[before - 1], right = next < s->text.len ? s->text.ptr[next] : '\n';
        if (!inside)
            return left == '=' && (right == '\n' || right == '#') ? as_target(s, before - 1, name)
                                                                  : SKIM_SOMEHOW;
        char bracket = s->text.ptr[outer], end = bracket == '(' ? ')' : (char)(bracket + 2);
        bool is_element = (left == ',' || before - 1 == outer);
        struct slice callee;
        if (right != ',' && right != end)
            return SKIM_SOMEHOW;
        if (skim_is_call(s, outer, &callee)) {
            struct slice keyword =
                bracket == '(' && left == '=' ? keyword_before(s, outer, before - 1) : (struct slice){0};
            if (bracket == '(' && is_element)
                return as_argument(s, callee, left != ',');
            if (keyword.len == 0 || names_otherwise(keyword))
                return SKIM_SOMEHOW;
            *name = keyword;
            return SKIM_NAMED;
        }
        if (bracket == '{' && left == ':')
            return key_before(s, before - 1, name) ? SKIM_NAMED : SKIM_SOMEHOW;
        if (!is_element)
            return SKIM_SOMEHOW;
        start = open = outer;
    }
    return SKIM_SOMEHOW;
}

/* f(default="..."): goes by the name of what the call gives. */
static enum skim_naming as_default(struct skim *s, size_t open, struct slice callee, struct slice *name) {
    if (callee.len == 0 || s->renames_readers || candidate_callee_names(callee, true) ||
        candidate_callee_names(callee, false) || is_called_on_env(s, callee))
        return SKIM_SOMEHOW;
    return naming_of_bracket(s, skim_offset_of(s, skim_dotted(s, callee)), open, name);
}

static enum skim_naming as_keyword(struct skim *s, size_t open, size_t equals, struct slice callee,
                                   struct slice *name) {
    struct slice keyword = keyword_before(s, open, equals);
    if (keyword.len == 0)
        return SKIM_SOMEHOW;
    if (names_otherwise(keyword))
        return as_default(s, open, callee, name);
    *name = keyword;
    return SKIM_NAMED;
}

static enum skim_naming in_parentheses(struct skim *s, const struct neighbours *n, struct slice *name) {
    size_t open = s->open;
    struct slice callee;
    if (!skim_is_call(s, open, &callee) || !ends_argument(n->right))
        return SKIM_SOMEHOW;
    if (n->left == '=')
        return as_keyword(s, open, n->before - 1, callee, name);
    if (n->left != ',' && n->before != open + 1)
        return SKIM_SOMEHOW;
    return as_argument(s, callee, n->left != ',');
}

static enum skim_naming in_braces(struct skim *s, const struct neighbours *n, struct slice *name) {
    if (n->right == ':' && (n->left == ',' || n->left == '{'))
        return SKIM_KEY;
    if (n->left != ':' || (n->right != ',' && n->right != '}'))
        return SKIM_SOMEHOW;
    return key_before(s, n->before - 1, name) ? SKIM_NAMED : SKIM_SOMEHOW;
}

static enum skim_naming in_brackets(struct skim *s, const struct neighbours *n) {
    struct slice word;
    bool alone = n->before == s->open + 1 && n->right == ']';
    return alone && skim_is_call(s, s->open, &word) ? SKIM_NAMELESS : SKIM_SOMEHOW;
}

/* `a.b = "..."`, `a: str = "..."` and what stands alone. */
static enum skim_naming in_statement(struct skim *s, const struct neighbours *n, struct slice *name) {
    skim_find_statement(s, s->here);
    if (n->right != '\n' && n->right != '#')
        return SKIM_SOMEHOW;
    if (n->before <= skim_over_blanks(s, s->statement.start, false))
        return SKIM_NAMELESS;
    return n->left == '=' ? as_target(s, n->before - 1, name) : SKIM_SOMEHOW;
}

/* Behind the last = of an assignment before `at`; 0: there is none. */
size_t skim_targets_end(struct skim *s, size_t at) {
    while (at-- > s->statement.start + 1)
        if (s->text.ptr[at] == '=' && skim_is_assignment_sign(s, at) && !skim_in_literal(s, at))
            return at;
    return 0;
}

/* x, y = "...", "..."; what could be that, with the statement up to the literal at `at`. */
static bool unpacks(struct skim *s, size_t at) {
    skim_find_statement(s, at);
    if (s->statement.unpacks == SKIM_UNKNOWN) {
        size_t start = skim_over_blanks(s, s->statement.start, false);
        struct slice head =
            slice_sub(s->text, start, at - start > SKIM_MAX_TARGETS ? start + SKIM_MAX_TARGETS : at);
        size_t equals = slice_find_byte(head, '=', 0), comma = slice_find_byte(head, ',', 0);
        bool bracketed = head.len > 0 && (head.ptr[0] == '(' || head.ptr[0] == '[');
        bool may = equals == SIZE_MAX ? head.len == SKIM_MAX_TARGETS
                                      : bracketed || comma < equals || head.len == SKIM_MAX_TARGETS;
        s->statement.unpacks = may ? SKIM_YES : SKIM_NO;
    }
    return s->statement.unpacks == SKIM_YES;
}

/* "a" of ["a", "b"], of {"a"} and of ("a", "b"). */
static bool is_in_series(struct skim *s, const struct neighbours *n, size_t at) {
    size_t open = s->open;
    char bracket = s->text.ptr[open], close = bracket == '(' ? ')' : (char)(bracket + 2);
    bool begins = n->left == ',' || n->before == open + 1, ends = n->right == ',' || n->right == close;
    bool alone = n->left != ',' && n->right != ',';
    struct slice word;
    return begins && ends && !(alone && bracket == '(') && !skim_is_call(s, open, &word) && !unpacks(s, at);
}

/* x == "a", "a" != x */
static bool is_compared(struct skim *s, const struct neighbours *n) {
    bool left = n->left == '=' && n->before > 1 && strchr("=!<>", s->text.ptr[n->before - 2]) != NULL;
    char behind = n->next + 1 < s->text.len ? s->text.ptr[n->next + 1] : '\0';
    return left || ((n->right == '=' || n->right == '!') && behind == '=');
}

/* What the bytes around say without a look at brackets: a key, a subscript, the value of a key. */
static bool is_plain_place(struct skim *s, const struct neighbours *n, struct skim_place *place) {
    if (n->right == ':' && (n->left == ',' || n->left == '{')) {
        place->naming = SKIM_KEY;
        return true;
    }
    if (n->left == ':' && (n->right == ',' || n->right == '}')) {
        place->naming = in_braces(s, n, &place->name);
        return place->naming == SKIM_NAMED;
    }
    return false;
}

void skim_place_of(struct skim *s, size_t first, size_t last, struct skim_place *place) {
    *place = (struct skim_place){.naming = SKIM_SOMEHOW};
    s->here = s->literals[first].start;
    s->open = 0; /* as inside a bracket: what is told without one is only told there */
    struct neighbours n = look_around(s, first, last);
    if (n.left != '\0' && is_plain_place(s, &n, place))
        return;
    s->open = skim_bracket_around(s, s->here);
    n = look_around(s, first, last);
    place->in_series = is_compared(s, &n);
    s->alone = n.before == s->open + 1 && n.right == ')';
    if (s->open == SIZE_MAX) {
        place->naming = in_statement(s, &n, &place->name);
        return;
    }
    if (n.left == '\0')
        return;
    switch (s->text.ptr[s->open]) {
    case '(':
        place->naming = in_parentheses(s, &n, &place->name);
        break;
    case '{':
        place->naming = in_braces(s, &n, &place->name);
        break;
    default:
        place->naming = in_brackets(s, &n);
        break;
    }
    if (place->naming == SKIM_SOMEHOW && !place->in_series && is_in_series(s, &n, s->here)) {
        place->in_series = true;
        place->naming = naming_of_bracket(s, s->open, s->open, &place->name);
    }
}
