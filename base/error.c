/* error.c: messages for a person, bounded and never cut inside a character. */
#include "base/error.h"

#include <stdarg.h>

/* Every category once: its word, and what to do next. */
static const struct {
    const char *name, *advice;
} categories[] = {
    [KL_OK] = {"ok", NULL},
    [KL_ERR_IO] = {"io",
                   "Look at the file's permissions and at the space on the disk, and run the command again."},
    [KL_ERR_LIMIT] = {"limit", "Make it smaller, or leave it out; the limit is documented."},
    [KL_ERR_PARSE] = {"parse", "Mend the file at the place that the message names."},
    [KL_ERR_USAGE] = {"usage", "\"keylift COMMAND --help\" lists what the command takes."},
    [KL_ERR_NOT_FOUND] = {"not-found",
                          "Check the name, and the account, project or folder that it was looked for in."},
    [KL_ERR_CONFLICT] = {"conflict",
                         "See what is there now; --on-conflict says what an upload does about it."},
    [KL_ERR_LOCKED] = {"locked", "Wait until the other run has ended."},
    [KL_ERR_REFUSED] = {"refused", "Do by hand what the message names, if you mean it."},
    [KL_ERR_UNSUPPORTED] =
        {"unsupported", "Choose another vault or another value; \"keylift vaults list\" names the vaults."},
    [KL_ERR_CREDENTIALS] =
        {"credentials",
         "\"keylift vaults check\" says which credentials were tried, and why each was not used."},
    [KL_ERR_PERMISSION] =
        {"permission",
         "Ask whoever runs the vault for the permission; docs/vaults has the least policy for each."},
    [KL_ERR_THROTTLED] = {"throttled",
                          "Wait a few minutes and run the command again; it goes on where it stopped."},
    [KL_ERR_NETWORK] =
        {"network",
         "Check the address, the proxy (HTTPS_PROXY, NO_PROXY) and the firewall; then run it again."},
    [KL_ERR_TLS] =
        {"tls",
         "Name the certificate authority of the server with --ca-file; there is no way to skip the check."},
    [KL_ERR_PROTOCOL] = {"protocol",
                         "Check that the address is that of the vault itself; -vv shows each request."},
    [KL_ERR_INTERRUPTED] = {"interrupted", "Run the same command again; it goes on where it stopped."},
    [KL_ERR_INTERNAL] = {"internal",
                         "This is a bug in keylift: please report it with the command and the message."},
};
_Static_assert(KL_ARRAY_LEN(categories) == KL_STATUS_COUNT, "a row for each category");

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
    return (size_t)status < KL_STATUS_COUNT ? categories[status].name : "unknown";
}

const char *status_advice(enum kl_status status) {
    return (size_t)status < KL_STATUS_COUNT ? categories[status].advice : NULL;
}
