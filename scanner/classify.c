/* classify.c: see classify.h and docs/detection.md: what the name promises,
 * what the value looks like, where it stands. */
#include "scanner/classify.h"

#include "scanner/placeholder.h"
#include "scanner/sinks.h"
#include "scanner/value_shape.h"

#define CLASSIFY_MIN_PASSWORD 4u
#define CLASSIFY_MIN_SECRET 8u
#define CLASSIFY_MAX_VALUE 4096u

/* By kind: the rule, and the words of the report. */
static const struct kind_words {
    const char *rule, *message, *weak;
} kinds[] = {
    [NAME_PASSWORD] = {"generic-password", "Password", "Weak password"},
    [NAME_SECRET] = {"generic-secret", "Secret", "Weak secret"},
    [NAME_KEY] = {"generic-api-key", "Key", "Weak key"},
    [NAME_TOKEN] = {"generic-token", "Token", "Weak token"},
    [NAME_PLAIN_KEY] = {"generic-secret", "Key or salt", "Key or salt"},
};

/* A cell of the model: how likely, and how bad. Probability 0: no finding. */
struct cell {
    double probability;
    enum severity severity;
};

/* Rows: what the name promises. Columns: what the value looks like, in the order
 * of enum value_shape. The figures are explained in docs/detection.md. */
static const struct cell model[][SHAPE_RANDOM + 1] = {
    [NAME_PASSWORD] = {[SHAPE_PLAIN] = {0.5, SEVERITY_LOW},
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
    static const char *const schemes[] = {"Bearer ", "bearer ", "Token ", "token ",
                                          "Basic ",  "ApiKey ", "Key "};
    for (size_t i = 0; i < KL_ARRAY_LEN(schemes); i++) {
        if (slice_starts(v, schemes[i]))
            return slice_sub(v, strlen(schemes[i]), v.len);
    }
    return v;
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
    if (c->context != CONTEXT_ELEMENT || name.len < 2 || (name.ptr[name.len - 1] | 0x20) != 's')
        return (struct name_meaning){NAME_OTHER, false};
    return name_meaning(slice_sub(name, 0, name.len - 1));
}

bool classify_value(const struct candidate *c, struct classification *out) {
    if (c->value.len < CLASSIFY_MIN_PASSWORD || c->value.len > CLASSIFY_MAX_VALUE ||
        c->context == CONTEXT_DICT_KEY)
        return false;
    struct name_meaning meaning = name_meaning(c->name);
    if (meaning.kind == NAME_OTHER && c->context == CONTEXT_ARGUMENT)
        meaning.kind = sink_kind(c->callee, c->argument);
    bool collective = meaning.kind == NAME_OTHER;
    if (collective)
        meaning = collective_meaning(c);
    if (meaning.kind == NAME_OTHER)
        return false;
    struct slice value = meaning.kind == NAME_TOKEN ? without_scheme(c->value) : c->value;
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
    if ((c->is_partial || collective) && shape != SHAPE_RANDOM)
        return false;
    struct cell cell = model[meaning.kind][shape];
    if (cell.probability <= 0)
        return false;
    bool weak = cell.severity == SEVERITY_LOW;
    if (c->in_test || meaning.is_mock)
        cell.severity = SEVERITY_LOW;
    *out = (struct classification){
        .probability = meaning.is_mock ? cell.probability * 0.5 : cell.probability,
        .severity = cell.severity,
        .kind = meaning.kind,
        .rule = kinds[meaning.kind].rule,
        .message = weak ? kinds[meaning.kind].weak : kinds[meaning.kind].message,
    };
    return true;
}

bool classify_name_is_secret(struct slice name) {
    enum name_kind kind = name_meaning(name).kind;
    return kind != NAME_OTHER && kind != NAME_PLAIN_KEY;
}
