/* name_form.c: see name_form.h. */
#include "rewriters/name_form.h"

#include "base/buf.h"
#include "base/file.h"
#include "rewriters/names.h"

#define FORM_MAX_BYTES 500u
#define FILLED_MAX_BYTES ((size_t)64 << 10)

static const char *const fields[NAME_FORM_WORDS] = {"name", "file", "module", "environment"};

/* The field that begins at `at`, behind its brace; NAME_FORM_WORDS for none. */
static size_t field_at(const char *at, size_t *len) {
    *len = strcspn(at, "}");
    for (size_t i = 0; at[*len] && i < NAME_FORM_WORDS; i++)
        if (strlen(fields[i]) == *len && strncmp(at, fields[i], *len) == 0)
            return i;
    return NAME_FORM_WORDS;
}

enum kl_status names_check_form(const char *form, const char *environment, struct error *e) {
    bool any = false;
    if (strlen(form) > FORM_MAX_BYTES)
        return error_set(e, KL_ERR_LIMIT, "--name-template: more than %u bytes", FORM_MAX_BYTES);
    for (const char *at = strchr(form, '{'); at; at = strchr(at + 1, '{')) {
        size_t len, field = field_at(at + 1, &len);
        any = true;
        if (field == NAME_FORM_WORDS)
            return error_set(
                e, KL_ERR_USAGE,
                "--name-template: \"%.40s\" is none of {name}, {file}, {module} and {environment}", at);
        if (strcmp(fields[field], "environment") == 0 && !environment)
            return error_set(e, KL_ERR_USAGE, "--name-template: {environment} is not known here");
    }
    return any ? KL_OK
               : error_set(e, KL_ERR_USAGE,
                           "--name-template: say {name}, {file}, {module} or {environment} somewhere");
}

const char *name_fill(struct arena *a, const char *form, const char *const words[NAME_FORM_WORDS]) {
    struct buf out = BUF_INIT(FILLED_MAX_BYTES);
    while (*form) {
        size_t len, field = *form == '{' ? field_at(form + 1, &len) : NAME_FORM_WORDS;
        if (field < NAME_FORM_WORDS) {
            buf_str(&out, words[field]);
            form += len + 2;
        } else {
            buf_char(&out, *form++);
        }
    }
    const char *filled = arena_cstr(a, buf_as_slice(&out));
    buf_release(&out);
    return filled;
}

char *name_module(struct arena *a, const char *path, const char *root) {
    const char *real = root ? path_real(a, path) : NULL;
    struct slice module = slice_cstr(real ? path_relative(a, real, root) : path);
    static const char *const ends[] = {".py", ".pyw", "/__init__", "/__main__"};
    for (size_t i = 0; i < KL_ARRAY_LEN(ends); i++)
        if (slice_ends(module, ends[i]))
            module.len -= strlen(ends[i]);
    return name_from_words(a, module);
}
