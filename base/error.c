/* error.c: messages for a person, bounded and never cut inside a character. */
#include "base/error.h"

#include <stdarg.h>

static const char *const status_names[] = {
    [KL_OK] = "ok",
    [KL_ERR_IO] = "io",
    [KL_ERR_LIMIT] = "limit",
    [KL_ERR_PARSE] = "parse",
    [KL_ERR_USAGE] = "usage",
    [KL_ERR_NOT_FOUND] = "not-found",
    [KL_ERR_CONFLICT] = "conflict",
    [KL_ERR_LOCKED] = "locked",
    [KL_ERR_REFUSED] = "refused",
    [KL_ERR_UNSUPPORTED] = "unsupported",
    [KL_ERR_CREDENTIALS] = "credentials",
    [KL_ERR_PERMISSION] = "permission",
    [KL_ERR_THROTTLED] = "throttled",
    [KL_ERR_NETWORK] = "network",
    [KL_ERR_TLS] = "tls",
    [KL_ERR_PROTOCOL] = "protocol",
    [KL_ERR_INTERRUPTED] = "interrupted",
    [KL_ERR_INTERNAL] = "internal",
};

/* `wanted` is what vsnprintf would have written into a buffer of `size`. */
static void mark_cut(char *text, size_t size, int wanted) {
    if (wanted >= 0 && (size_t)wanted < size)
        return;
    size_t end = size - sizeof("...");
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    memcpy(text + end, "...", sizeof("..."));
}

enum kl_status error_set(struct error *e, enum kl_status status, const char *fmt, ...) {
    char text[KL_ERROR_MESSAGE_MAX] = {0};
    va_list args;
    va_start(args, fmt);
    int wanted = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    mark_cut(text, sizeof(text), wanted);
    e->status = status;
    memcpy(e->message, text, sizeof(text));
    return status;
}

enum kl_status error_set_errno(struct error *e, enum kl_status status, int errnum, const char *fmt, ...) {
    char text[KL_ERROR_MESSAGE_MAX] = {0};
    va_list args;
    va_start(args, fmt);
    int wanted = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    mark_cut(text, sizeof(text), wanted);
    char why[128] = {0};
#if defined(__GLIBC__)
    const char *known = strerror_r(errnum, why, sizeof(why));
#else
    const char *known = strerror_r(errnum, why, sizeof(why)) == 0 ? why : "unknown error";
#endif
    return error_set(e, status, "%s: %s", text, known);
}

enum kl_status error_prefix(struct error *e, const char *fmt, ...) {
    char text[KL_ERROR_MESSAGE_MAX] = {0};
    va_list args;
    va_start(args, fmt);
    int wanted = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    mark_cut(text, sizeof(text), wanted);
    return error_set(e, e->status, "%s: %s", text, e->message);
}

const char *status_name(enum kl_status status) {
    size_t i = (size_t)status;
    return i < KL_ARRAY_LEN(status_names) ? status_names[i] : "unknown";
}
