/* envread_default.c: which literal default of a variable an inventory may show. What could
 * be a secret is not shown, and so anything is hidden that is not plainly something else. */
#include "base/encode.h"
#include "scanner/classify.h"
#include "scanner/envread_internal.h"
#include "scanner/value_shape.h"

#define MAX_SHOWN_DEFAULT 100u /* bytes; a longer one tells a reader of a list nothing */
#define MAX_MIXED 12u          /* letters with digits, like "eu1" and "gpt-4o": not longer than that */

static bool has_control(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
            return true;
    return false;
}

/* user:password@host */
static bool has_userinfo(struct slice s) {
    size_t scheme = slice_find(s, SLICE_LIT("://"), 0);
    return scheme != SIZE_MAX && slice_find_byte(s, '@', scheme) != SIZE_MAX;
}

/* Letters, digits, and what joins them. */
static bool is_plain_word(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] >= '0' && s.ptr[i] <= '9') &&
            !((s.ptr[i] | 0x20) >= 'a' && (s.ptr[i] | 0x20) <= 'z') && !strchr("._-:/", s.ptr[i]))
            return false;
    return true;
}

static bool could_be_secret(struct slice value, const char *variable) {
    struct classification found;
    struct candidate c = {.context = CONTEXT_ENV_DEFAULT,
                          .first_token = UINT32_MAX,
                          .last_token = UINT32_MAX,
                          .name = slice_cstr(variable),
                          .value = value,
                          .parts = 1};
    enum value_shape shape = value_shape(value);
    return shape == SHAPE_RANDOM ||
           (shape == SHAPE_MIXED && (value.len > MAX_MIXED || !is_plain_word(value))) ||
           has_userinfo(value) || value_is_machine_made(value) || classify_value(&c, &found);
}

const char *env_default_text(const struct env_reader *r, const struct env_site *site, const char *variable) {
    struct token_range range = site->fallback;
    if (site->default_kind != ENV_DEFAULT_LITERAL || range_is_empty(range) || range.first == 0)
        return NULL;
    struct slice written = slice_sub(r->text, r->t[range.first].start, r->t[range.last].end);
    const struct py_token *first = &r->t[range.first];
    if (written.len > MAX_SHOWN_DEFAULT)
        return NULL;
    if (first->kind != PY_STRING)
        return first->kind == PY_NUMBER || first->kind == PY_OP || first->kind == PY_NAME
                   ? arena_cstr(r->arena, written)
                   : NULL;
    struct slice value = env_string(r, range);
    if (value.len == 0)
        return "";
    if (has_control(value) || !utf8_valid(value) || could_be_secret(value, variable))
        return NULL;
    return arena_cstr(r->arena, value);
}
