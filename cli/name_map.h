/* name_map.h: --names FILE: which name each secret gets, for the user to change.
 *
 *     # shop/pay.py:3  Stripe secret key
 *     API_KEY = STRIPE_KEY
 *
 * On the left the name that keylift chose, on the right the one that is used. A
 * comment begins with "#", blank lines mean nothing, a name without a line keeps
 * keylift's. What cannot be is refused with the number of its line. */
#ifndef KEYLIFT_CLI_NAME_MAP_H
#define KEYLIFT_CLI_NAME_MAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define NAME_MAP_MAX_LINES 100000u

struct name_map_line {
    const char *from, *to;
    uint32_t line;
    bool used; /* the caller's */
};

struct name_map {
    const char *path;
    bool exists;
    struct name_map_line *lines; /* in the arena */
    size_t count;
};

/* A missing file is KL_OK, with `exists` off. Strings live in the arena. */
enum kl_status name_map_read(const char *path, struct arena *a, struct name_map *out,
                             struct error *e) KL_MUST_USE;
enum kl_status name_map_parse(struct slice text, const char *path, struct arena *a, struct name_map *out,
                              struct error *e) KL_MUST_USE;
struct name_map_line *name_map_find(const struct name_map *m, const char *from); /* NULL */

/* The head of a new file, and one name of it with the place where its secret stands. */
void name_map_begin(struct buf *out);
void name_map_add(struct buf *out, const char *place, const char *from, const char *to);

#endif
