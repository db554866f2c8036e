/* classify.c: see classify.h and docs/detection.md: what the name promises,
 * what the value looks like, where it stands. */
#include "scanner/classify.h"

#include "scanner/placeholder.h"
#include "scanner/sinks.h"
#include "scanner/value_known.h"

#define CLASSIFY_MIN_PASSWORD 4u
#define CLASSIFY_MIN_SECRET 8u
#define CLASSIFY_MAX_VALUE 4096u
#define CLASSIFY_MOCK 0.5 /* fake_password: half as likely */

const char *const classify_ids[] = {"generic-password",
                                    "generic-api-key",
                                    "generic-secret",
                                    "generic-token",
                                    "generic-random",
                                    "url-password",
                                    NULL};

/* By kind: the rule, and the words of the report. */
static const struct kind_words {
    const char *rule, *message, *weak, *says;
} kinds[] = {
    [NAME_OTHER] = {CLASSIFY_RANDOM, "Random value", "Random value", "no name that tells"},
    [NAME_PASSWORD] = {"generic-password", "Password", "Weak password", "called a password"},
    [NAME_SECRET] = {"generic-secret", "Secret", "Weak secret", "called a secret"},
    [NAME_KEY] = {"generic-api-key", "Key", "Weak key", "called a key of a service"},
    [NAME_TOKEN] = {"generic-token", "Token", "Weak token", "called a token"},
    [NAME_PLAIN_KEY] = {"generic-secret", "Key or salt", "Key or salt", "called a key or a salt"},
};

/* A cell of the model: how likely, and how bad. Probability 0: no finding. */
struct cell {
    double probability;
    enum severity severity;
};

/* Rows: what the name promises. Columns: what the value looks like, in the order
 * of enum value_shape. The figures are explained in docs/detection.md. */
static const struct cell model[][SHAPE_RANDOM + 1] = {
    [NAME_OTHER] = {[SHAPE_RANDOM] = {0.3, SEVERITY_LOW}}, /* see classify_random */
    [NAME_PASSWORD] = {[SHAPE_PLAIN] = {0.91, SEVERITY_LOW},
                       [SHAPE_NUMBERED] = {0.8, SEVERITY_MEDIUM},
                       [SHAPE_MIXED] = {0.8, SEVERITY_MEDIUM},
                       [SHAPE_RANDOM] = {0.95, SEVERITY_HIGH}},
    [NAME_SECRET] = {[SHAPE_PLAIN] = {0.4, SEVERITY_LOW},
                     [SHAPE_NUMBERED] = {0.4, SEVERITY_LOW},
                     [SHAPE_MIXED] = {0.6, SEVERITY_MEDIUM},
                     [SHAPE_RANDOM] = {0.95, SEVERITY_HIGH}},
    [NAME_KEY] = {[SHAPE_MIXED] = {0.5, SEVERITY_LOW}, [SHAPE_RANDOM] = {0.9, SEVERITY_HIGH}},
    [NAME_TOKEN] = {[SHAPE_MIXED] = {0.3, SEVERITY_LOW}, [SHAPE_RANDOM] = {0.85, SEVERITY_HIGH}},
    [NAME_PLAIN_KEY] = {[SHAPE_RANDOM] = {0.4, SEVERITY_LOW}},
};

/* "Bearer abc": the credential is what follows. */
static struct slice without_scheme(struct slice v) {
    static const char *const schemes[] = {"Bearer ", "bearer ", "Token ", "token ", "ApiKey ", "Key "};
    static const char initials[] = "BbTtAK";
    if (v.len == 0 || memchr(initials, v.ptr[0], sizeof initials - 1) == NULL)
        return v;
    if (slice_starts(v, "Basic "))
        return (struct slice){0}; /* the rule basic-auth decodes it, and knows better */
    for (size_t i = 0; i < KL_ARRAY_LEN(schemes); i++) {
        if (slice_starts(v, schemes[i]))
            return slice_sub(v, strlen(schemes[i]), v.len);
    }
    return v;
}

bool classify_has_scheme(struct slice value) {
    return without_scheme(value).len < value.len;
}

/* Letters only is how programs call things; a place that is not an assignment
 * of some sort says nothing in favour of a weak password. */
static bool place_supports_weak(enum context context) {
    switch (context) {
    case CONTEXT_ASSIGNMENT:
    case CONTEXT_ATTRIBUTE:
    case CONTEXT_SUBSCRIPT:
    case CONTEXT_DICT_VALUE:
    case CONTEXT_KEYWORD:
    case CONTEXT_DEFAULT:
    case CONTEXT_ARGUMENT:
    case CONTEXT_ENV_WRITE:
    case CONTEXT_ENV_DEFAULT:
    case CONTEXT_OPTION_DEFAULT:
    case CONTEXT_WALRUS:
    case CONTEXT_TEXT:
        return true;
    default:
        return false;
    }
}

/* What a person types as a password: short, and no word of the trade. */
static bool is_plausible_word(struct slice v) {
    static const char *const trade[] = {"pass", "pwd",   "token", "key",    "auth",    "cred", "login",
                                        "user", "input", "field", "prompt", "encrypt", "hash", "plain"};
    char text[33];
    if (v.len > 32)
        return false;
    for (size_t i = 0; i < v.len; i++)
        text[i] = (char)(v.ptr[i] >= 'A' && v.ptr[i] <= 'Z' ? v.ptr[i] + 32 : v.ptr[i]);
    for (size_t i = 0; i < KL_ARRAY_LEN(trade); i++) {
        if (slice_find(slice_of(text, v.len), slice_cstr(trade[i]), 0) != SIZE_MAX)
            return false;
    }
    return true;
}

static bool is_capitalised(struct slice v) {
    return v.len > 1 && v.ptr[0] >= 'A' && v.ptr[0] <= 'Z' && v.ptr[1] >= 'a' && v.ptr[1] <= 'z';
}

/* passwords = ["..", ".."]: what is said of one of them. Lists of words have such
 * names too, so only random values count there. */
static struct name_meaning collective_meaning(const struct candidate *c) {
    struct slice name = c->name;
    if ((c->context != CONTEXT_ELEMENT && !c->in_list) || name.len < 2 ||
        (name.ptr[name.len - 1] | 0x20) != 's')
        return (struct name_meaning){NAME_OTHER, false};
    return name_meaning(slice_sub(name, 0, name.len - 1));
}

/* get(url, auth=("me", "...")): a user and a password. */
static bool is_login_password(const struct candidate *c) {
    return c->context == CONTEXT_ELEMENT && c->argument == 1 &&
           (slice_eq_cstr(c->name, "auth") || slice_ends(c->name, "_auth"));
}

static struct name_meaning meaning_of(const struct candidate *c, bool *collective) {
    struct name_meaning m = name_meaning(c->name);
    *collective = false;
    if (is_login_password(c))
        return (struct name_meaning){NAME_PASSWORD, m.is_mock};
    if (m.kind == NAME_OTHER && c->given_to.len > 0)
        m = name_meaning(c->given_to);
    if (m.kind == NAME_OTHER && c->context == CONTEXT_ARGUMENT)
        m.kind = sink_kind(c->callee, c->argument);
    if (m.kind == NAME_OTHER) {
        *collective = true;
        m = collective_meaning(c);
    }
    return m;
}

struct slice classify_fixed_piece(const struct candidate *c, struct slice value) {
    size_t field = c->context == CONTEXT_FORMAT ? slice_find_byte(value, '%', 0) : SIZE_MAX;
    if (c->context == CONTEXT_FORMAT && field == SIZE_MAX)
        field = slice_find_byte(value, '{', 0);
    return field == SIZE_MAX || field < CLASSIFY_MIN_SECRET ? value : slice_sub(value, 0, field);
}

/* A piece of a string says less: it must be random, or enough of a password. */
static bool piece_tells(enum name_kind kind, enum value_shape shape, struct slice value) {
    return shape == SHAPE_RANDOM ||
           (kind == NAME_PASSWORD && shape >= SHAPE_NUMBERED && value.len >= CLASSIFY_MIN_SECRET);
}

bool classify_value(const struct candidate *c, struct classification *out) {
    if (c->value.len < CLASSIFY_MIN_PASSWORD || c->value.len > CLASSIFY_MAX_VALUE ||
        c->context == CONTEXT_DICT_KEY)
        return false;
    bool collective;
    struct name_meaning meaning = meaning_of(c, &collective);
    if (meaning.kind == NAME_OTHER)
        return false;
    struct slice value = meaning.kind == NAME_TOKEN ? without_scheme(c->value) : c->value;
    value = classify_fixed_piece(c, value);
    if (value.len < (meaning.kind == NAME_PASSWORD ? CLASSIFY_MIN_PASSWORD : CLASSIFY_MIN_SECRET))
        return false;
    bool is_template = placeholder_is(value) || placeholder_has_field(value);
    if (placeholder_is_worded(value) || (is_template && !value_is_machine_made(value)) ||
        value_echoes_name(value, c->name))
        return false;
    enum value_shape shape = value_shape(value);
    if (shape == SHAPE_PLAIN &&
        (!place_supports_weak(c->context) || !is_plausible_word(value) || is_capitalised(value)))
        return false;
    if ((collective && shape != SHAPE_RANDOM) || (c->is_partial && !piece_tells(meaning.kind, shape, value)))
        return false;
    struct cell cell = model[meaning.kind][shape];
    if (cell.probability <= 0 || (meaning.kind == NAME_TOKEN && value_is_message(value)))
        return false;
    bool weak = cell.severity == SEVERITY_LOW;
    if (c->in_test || meaning.is_mock)
        cell.severity = SEVERITY_LOW;
    *out = (struct classification){
        .probability = meaning.is_mock ? cell.probability * CLASSIFY_MOCK : cell.probability,
        .severity = cell.severity,
        .kind = meaning.kind,
        .shape = shape,
        .is_mock = meaning.is_mock,
        .rule = kinds[meaning.kind].rule,
        .message = weak ? kinds[meaning.kind].weak : kinds[meaning.kind].message,
    };
    return true;
}

unsigned classify_kinds(struct slice name) {
    enum name_kind kind = name_meaning(name).kind;
    unsigned promised = slice_ends(name, "auth") ? 1u << NAME_PASSWORD : 0;
    if (kind != NAME_OTHER)
        return promised | 1u << kind;
    bool plural = name.len > 1 && (name.ptr[name.len - 1] | 0x20) == 's' &&
                  name_meaning(slice_sub(name, 0, name.len - 1)).kind != NAME_OTHER;
    return plural ? 1u << NAME_PLAIN_KEY : promised; /* of such a list, only what is random counts */
}

static bool is_shape_of(enum value_shape shape, unsigned promised) {
    for (unsigned kind = NAME_PASSWORD; kind < KL_ARRAY_LEN(model); kind++)
        if ((promised >> kind & 1) != 0 && model[kind][shape].probability > 0)
            return true;
    return false;
}

/* The conditions of classify_value, without a name. */
static bool could_be(struct slice value, unsigned promised, bool is_piece, bool in_series) {
    size_t least = promised & 1u << NAME_PASSWORD ? CLASSIFY_MIN_PASSWORD : CLASSIFY_MIN_SECRET;
    if (value.len < least || placeholder_is_worded(value))
        return false;
    if ((placeholder_is(value) || placeholder_has_field(value)) && !value_is_machine_made(value))
        return false;
    enum value_shape shape = value_shape(value);
    if (!is_shape_of(shape, promised) || (is_piece && !piece_tells(NAME_PASSWORD, shape, value)))
        return false;
    return shape != SHAPE_PLAIN || (!in_series && is_plausible_word(value) && !is_capitalised(value));
}

bool classify_could_be(struct slice value, unsigned promised, bool is_piece, bool in_series) {
    const struct candidate template = {.context = CONTEXT_FORMAT};
    if (value.len > CLASSIFY_MAX_VALUE || promised == 0)
        return false;
    struct slice bare = without_scheme(value), fixed = classify_fixed_piece(&template, value),
                 bare_fixed = classify_fixed_piece(&template, bare);
    return could_be(value, promised, is_piece, in_series) ||
           (bare.len < value.len && could_be(bare, promised, is_piece, in_series)) ||
           (fixed.len < value.len && could_be(fixed, promised, true, in_series)) ||
           (bare_fixed.len < bare.len && could_be(bare_fixed, promised, true, in_series));
}

void classify_explain(const struct classification *c, struct buf *out) {
    static const char *const shapes[SHAPE_RANDOM + 1] = {
        [SHAPE_PLAIN] = "one word",
        [SHAPE_NUMBERED] = "a word with a number",
        [SHAPE_MIXED] = "letters with digits or signs",
        [SHAPE_RANDOM] = "a random value",
    };
    double weight = c->is_mock ? c->probability / CLASSIFY_MOCK : c->probability;
    buf_printf(out, "%s, %s: %.2f", kinds[c->kind].says, shapes[c->shape], weight);
    if (c->is_mock)
        buf_printf(out, "; a name for tests: × %.2f", CLASSIFY_MOCK);
}

/* Places in which a value of a program may stand. */
static bool place_holds_values(enum context context) {
    return context != CONTEXT_NONE && context != CONTEXT_DICT_KEY && context != CONTEXT_COMMENT &&
           context != CONTEXT_DOCSTRING && context != CONTEXT_TEXT;
}

bool classify_random(const struct candidate *c, struct classification *out) {
    struct slice value = classify_fixed_piece(c, c->value);
    if (!place_holds_values(c->context) || !value_is_surely_random(value) || name_denies_secret(c->name) ||
        placeholder_is_worded(value))
        return false;
    struct cell cell = model[NAME_OTHER][SHAPE_RANDOM];
    *out = (struct classification){.probability = cell.probability,
                                   .severity = cell.severity,
                                   .kind = NAME_OTHER,
                                   .shape = SHAPE_RANDOM,
                                   .rule = kinds[NAME_OTHER].rule,
                                   .message = kinds[NAME_OTHER].message};
    return true;
}

bool classify_name_is_secret(struct slice name) {
    enum name_kind kind = name_meaning(name).kind;
    return kind != NAME_OTHER && kind != NAME_PLAIN_KEY;
}
