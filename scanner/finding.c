/* finding.c: the words of reports, fingerprints, and how much of a secret a
 * report may show. */
#include "scanner/finding_make.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"

static const char *const severity_names[] = {"low", "medium", "high"};

const char *severity_name(enum severity s) {
    return (size_t)s < KL_ARRAY_LEN(severity_names) ? severity_names[s] : "unknown";
}

bool severity_parse(const char *name, enum severity *out) {
    for (size_t i = 0; i < KL_ARRAY_LEN(severity_names); i++) {
        if (strcmp(name, severity_names[i]) == 0) {
            *out = (enum severity)i;
            return true;
        }
    }
    return false;
}

static const char *const context_names[CONTEXT_COUNT] = {
    [CONTEXT_NONE] = "none",
    [CONTEXT_ASSIGNMENT] = "assignment",
    [CONTEXT_AUGMENTED] = "augmented-assignment",
    [CONTEXT_WALRUS] = "walrus",
    [CONTEXT_ATTRIBUTE] = "attribute",
    [CONTEXT_SUBSCRIPT] = "subscript",
    [CONTEXT_DICT_VALUE] = "dict-value",
    [CONTEXT_DICT_KEY] = "dict-key",
    [CONTEXT_KEYWORD] = "keyword-argument",
    [CONTEXT_DEFAULT] = "default-argument",
    [CONTEXT_ARGUMENT] = "argument",
    [CONTEXT_COMPARISON] = "comparison",
    [CONTEXT_RETURN] = "return",
    [CONTEXT_ELEMENT] = "element",
    [CONTEXT_ENV_WRITE] = "environment-write",
    [CONTEXT_ENV_DEFAULT] = "environment-default",
    [CONTEXT_OPTION_DEFAULT] = "option-default",
    [CONTEXT_FSTRING] = "f-string",
    [CONTEXT_FORMAT] = "format",
    [CONTEXT_EXPRESSION] = "expression",
    [CONTEXT_COMMENT] = "comment",
    [CONTEXT_DOCSTRING] = "docstring",
    [CONTEXT_TEXT] = "text",
};

const char *context_name(enum context c) {
    return (size_t)c < CONTEXT_COUNT ? context_names[c] : "none";
}

static const char *const suppression_names[] = {
    [SUPPRESSED_NO] = NULL,
    [SUPPRESSED_COMMENT] = "comment",
    [SUPPRESSED_CONFIG] = "configuration",
    [SUPPRESSED_BASELINE] = "baseline",
    [SUPPRESSED_NOT_LIVE] = "--only-live",
};

struct slice finding_token(const struct finding *f) {
    return slice_sub(secret_slice(&f->value), f->token_at, f->token_at + f->token_len);
}

const char *finding_silenced_by(const struct finding *f) {
    bool named = f->suppressed != SUPPRESSED_NO && f->suppressed_by != NULL;
    return named ? f->suppressed_by : suppression_names[f->suppressed];
}

static const char *const access_names[ENV_ACCESS_COUNT] = {
    [ENV_SUBSCRIPT] = "environ[]",
    [ENV_GET] = "environ.get",
    [ENV_POP] = "environ.pop",
    [ENV_SETDEFAULT] = "environ.setdefault",
    [ENV_IN] = "in environ",
    [ENV_GETENV] = "getenv",
    [ENV_WRITE] = "write",
    [ENV_DELETE] = "delete",
    [ENV_LOAD_DOTENV] = "load_dotenv",
    [ENV_DOTENV_VALUES] = "dotenv_values",
    [ENV_DECOUPLE] = "decouple",
    [ENV_ENVIRONS] = "environs",
    [ENV_PYDANTIC] = "pydantic-settings",
    [ENV_STARLETTE] = "starlette",
    [ENV_CLICK] = "click",
};

const char *env_access_name(enum env_access a) {
    return (size_t)a < ENV_ACCESS_COUNT ? access_names[a] : "none";
}

static const char *const skip_names[SKIP_REASON_COUNT] = {
    [SKIP_IGNORED] = "ignored",
    [SKIP_EXCLUDED] = "excluded",
    [SKIP_BINARY] = "binary",
    [SKIP_SPECIAL] = "special",
    [SKIP_LINK] = "link",
    [SKIP_SUBMODULE] = "submodule",
    [SKIP_GIT_FOLDER] = "git-folder",
    [SKIP_TOO_LARGE] = "too-large",
    [SKIP_ARCHIVE] = "archive",
    [SKIP_ENCRYPTED] = "encrypted",
    [SKIP_PACKED] = "unknown-packing",
    [SKIP_DAMAGED] = "damaged",
    [SKIP_MEMBER_SIZE] = "member-too-large",
    [SKIP_RATIO] = "packed-too-densely",
    [SKIP_DEPTH] = "nested-too-deeply",
    [SKIP_MEMBERS] = "too-many-members",
    [SKIP_TOTAL] = "archive-too-large",
};

const char *skip_reason_name(enum skip_reason r) {
    return (size_t)r < SKIP_REASON_COUNT ? skip_names[r] : "none";
}

static const char *const partly_names[PARTLY_COUNT] = {
    [PARTLY_NOT] = "none", [PARTLY_LOCK] = "lock", [PARTLY_MINIFIED] = "minified"};

const char *scan_partly_name(enum scan_partly p) {
    return (size_t)p < PARTLY_COUNT ? partly_names[p] : "none";
}

void scan_result_add_error(struct scan_result *r, const char *path, const char *message) {
    r->errors = mem_grow(r->errors, &r->error_cap, r->error_count + 1, sizeof *r->errors);
    r->errors[r->error_count++] = (struct scan_error){.path = arena_cstr(&r->arena, slice_cstr(path)),
                                                      .message = arena_cstr(&r->arena, slice_cstr(message))};
}

void scan_result_release(struct scan_result *r) {
    for (size_t i = 0; i < r->finding_count; i++)
        secret_release(&r->findings[i].value);
    free(r->findings);
    free(r->reads);
    free(r->errors);
    arena_release(&r->arena);
    *r = (struct scan_result){0};
}

static const struct {
    size_t up_to;
    const char *text;
} length_classes[] = {{8, "up to 8"},   {16, "9 to 16"},    {32, "17 to 32"},
                      {64, "33 to 64"}, {128, "65 to 128"}, {SIZE_MAX, "over 128"}};

/* The longest of them that the value begins with; "" if none. */
static const char *own_prefix(struct slice value, const char *const *prefixes) {
    const char *longest = "";
    for (; prefixes && *prefixes; prefixes++)
        if (slice_starts(value, *prefixes) && strlen(*prefixes) > strlen(longest))
            longest = *prefixes;
    return longest;
}

void finding_redact(struct slice value, const char *const *prefixes, char out[FINDING_REDACTED_MAX]) {
    if (value.len == 0) { /* a file that is a finding by its name */
        snprintf(out, FINDING_REDACTED_MAX, "the file itself");
        return;
    }
    const char *prefix = own_prefix(value, prefixes);
    size_t characters = utf8_count(value), i = 0;
    while (characters > length_classes[i].up_to)
        i++;
    size_t room = FINDING_REDACTED_MAX - strlen("… ( characters)") - strlen(length_classes[i].text) - 1;
    size_t shown = strlen(prefix);
    /* At least half of the value stays hidden, whatever a rule file says. */
    if (shown > room || shown > value.len / 2)
        shown = 0;
    snprintf(out, FINDING_REDACTED_MAX, "%.*s… (%s characters)", (int)shown, prefix, length_classes[i].text);
}

static int compare_u64(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

struct kind {
    uint64_t hash; /* of rule, name and context */
    size_t index;
};

static int compare_kinds(const void *left, const void *right) {
    const struct kind *a = left, *b = right;
    int c = compare_u64(a->hash, b->hash);
    return c ? c : compare_u64(a->index, b->index);
}

static void add_field(struct buf *b, const char *text) {
    buf_str(b, text ? text : "");
    buf_char(b, '\0');
}

static void describe_kind(const struct finding *f, struct buf *b) {
    buf_clear(b);
    add_field(b, "keylift-1");
    add_field(b, f->rule);
    add_field(b, f->name);
    add_field(b, context_name(f->context));
}

void finding_fingerprint(struct finding *all, size_t count) {
    struct kind *kinds = mem_calloc(count, sizeof *kinds);
    struct buf b = BUF_INIT(KL_MAX_FILE_BYTES);
    for (size_t i = 0; i < count; i++) {
        describe_kind(&all[i], &b);
        kinds[i] = (struct kind){hash64(buf_as_slice(&b)), i};
    }
    qsort(kinds, count, sizeof *kinds, compare_kinds);
    size_t ordinal = 0;
    for (size_t i = 0; i < count; i++) {
        struct finding *f = &all[kinds[i].index];
        ordinal = i > 0 && kinds[i].hash == kinds[i - 1].hash ? ordinal + 1 : 0;
        describe_kind(f, &b);
        add_field(&b, path_basename(f->path));
        buf_printf(&b, "%zu", ordinal);
        char hex[65];
        sha256_hex(buf_as_slice(&b), hex);
        memcpy(f->fingerprint, hex, sizeof f->fingerprint - 1);
        f->fingerprint[sizeof f->fingerprint - 1] = '\0';
    }
    buf_release(&b);
    free(kinds);
}

int finding_compare(const void *left, const void *right) {
    const struct finding *a = left, *b = right;
    int c = strcmp(a->path, b->path);
    c = c ? c : compare_u64(a->start_byte, b->start_byte);
    c = c ? c : compare_u64(a->end_byte, b->end_byte);
    c = c ? c : compare_u64(a->line, b->line);
    return c ? c : strcmp(a->rule, b->rule);
}

int env_read_compare(const void *left, const void *right) {
    const struct env_read *a = left, *b = right;
    int c = strcmp(a->path, b->path);
    c = c ? c : compare_u64(a->start_byte, b->start_byte);
    c = c ? c : compare_u64(a->end_byte, b->end_byte);
    c = c ? c : (int)a->access - (int)b->access;
    return c ? c : strcmp(a->name, b->name);
}

int scan_error_compare(const void *left, const void *right) {
    const struct scan_error *a = left, *b = right;
    int c = strcmp(a->path, b->path);
    return c ? c : strcmp(a->message, b->message);
}
