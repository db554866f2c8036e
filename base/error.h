/* error.h: the one way in which keylift's functions fail.
 *
 * A fallible function returns `enum kl_status` and takes a `struct error *`
 * as its last parameter (never NULL). On failure it fills in a message for a
 * person: what happened, to which file or vault, what to do. A message never
 * holds a secret: put names, paths and counts into it, no values.
 *
 *     struct error err = {0};
 *     if (file_read(path, KL_MAX_FILE_BYTES, &bytes, &err) != KL_OK)
 *         goto done;                       // err.message says it all
 *
 * Running out of memory is no status: the program ends at once (mem.h). */
#ifndef KEYLIFT_BASE_ERROR_H
#define KEYLIFT_BASE_ERROR_H

#include "base/common.h"

enum kl_status {
    KL_OK = 0,
    KL_ERR_IO,          /* the operating system refused: open, read, write, rename */
    KL_ERR_LIMIT,       /* larger, deeper or longer than keylift or a vault takes */
    KL_ERR_PARSE,       /* bytes that are not what they should be */
    KL_ERR_USAGE,       /* the command line or the configuration is wrong */
    KL_ERR_NOT_FOUND,   /* a file, a name or a secret that is not there */
    KL_ERR_CONFLICT,    /* something else is there, or has changed since */
    KL_ERR_LOCKED,      /* another run holds the lock */
    KL_ERR_REFUSED,     /* keylift could, but must not (a promise would break) */
    KL_ERR_UNSUPPORTED, /* a value or a feature that this vault or file cannot hold */
    KL_ERR_CREDENTIALS, /* no usable credential */
    KL_ERR_PERMISSION,  /* the credential may not do this */
    KL_ERR_THROTTLED,   /* the server asks to slow down */
    KL_ERR_NETWORK,     /* no connection, or it broke */
    KL_ERR_TLS,         /* the peer could not prove who it is */
    KL_ERR_PROTOCOL,    /* the server answered something that it should not */
    KL_ERR_INTERRUPTED, /* the user pressed Ctrl-C */
    KL_ERR_INTERNAL     /* a bug in keylift */
};

#define KL_ERROR_MESSAGE_MAX 1024

struct error {
    enum kl_status status;
    char message[KL_ERROR_MESSAGE_MAX];
};

/* Fills *e and returns `status`, so that `return error_set(...)` reads well.
 * A message that is too long is cut at a character boundary with "...". */
enum kl_status error_set(struct error *e, enum kl_status status, const char *fmt, ...) KL_PRINTF(3, 4);

/* As error_set, and appends ": " and the text of errno. */
enum kl_status error_set_errno(struct error *e, enum kl_status status, int errnum, const char *fmt, ...)
    KL_PRINTF(4, 5);

/* Puts "prefix: " before the message that *e holds already. Returns e->status. */
enum kl_status error_prefix(struct error *e, const char *fmt, ...) KL_PRINTF(2, 3);

/* A stable lower-case word for the category, e.g. "not-found". Static. */
const char *status_name(enum kl_status status);
/* The next step that is right for every error of the category: what a person does when
 * the message alone does not help. A sentence; NULL for KL_OK and for no category. */
const char *status_advice(enum kl_status status);
#define KL_STATUS_COUNT ((size_t)KL_ERR_INTERNAL + 1)

#endif
