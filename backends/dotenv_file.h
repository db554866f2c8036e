/* dotenv_file.h: the text of a .env file, read and written as python-dotenv
 * reads it. Nothing here touches a file.
 *
 *     dotenv_parse    bytes -> bindings, in order, with their byte spans
 *     dotenv_resolve  ${NAME} and ${NAME:-default}, as load_dotenv does it
 *     dotenv_value    what a program gets for one name, under every dialect
 *     dotenv_set      the bytes with one name added or changed, checked by
 *                     reading them again under every dialect
 *     dotenv_append   the bytes with many new names at the end, checked likewise
 *
 * python-dotenv has two grammars. Up to 1.2.2 a backslash before the closing
 * quote hides it even when that backslash is itself escaped, a quote that is
 * never closed may end at an escaped one, and a byte order mark belongs to the
 * first name; 1.2.3 reads all three the way one would expect, and takes
 * `NAME= # text` for an empty value with a comment. Which one a program has
 * installed is not known here, so a value counts only when both read the same.
 *
 * Python opens the file in text mode: CR and CRLF are LF before the grammar
 * sees them, and bytes that are not UTF-8 stop the program that loads them. */
#ifndef KEYLIFT_BACKENDS_DOTENV_FILE_H
#define KEYLIFT_BACKENDS_DOTENV_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum dotenv_dialect { DOTENV_CLASSIC, DOTENV_STRICT, DOTENV_DIALECTS };

#define DOTENV_MAX_FILE_BYTES KL_MAX_CONFIG_BYTES
/* What all values of a file may grow to by interpolation: `A=${B}${B}` doubles. */
#define DOTENV_MAX_RESOLVED_BYTES ((size_t)16 << 20)
/* Linux gives one "NAME=value" of an environment 128 KiB; with a longer one the
 * program could no longer start any other program. */
#define DOTENV_MAX_ENTRY_BYTES ((size_t)128 << 10)

/* What one step of python-dotenv's parser consumes. Neither a name nor an
 * error: blank lines and comments. */
struct dotenv_binding {
    struct slice key;   /* ptr NULL when there is none */
    struct slice value; /* escapes decoded, not yet interpolated; in the arena */
    bool has_value;     /* false for a line that holds just a name */
    bool error;
    uint32_t line;                 /* of the first byte that is not blank, from 1 */
    size_t start, end;             /* of the whole step, line end included */
    size_t value_start, value_end; /* as written, quotes included */
};

struct dotenv_file {
    struct dotenv_binding *bindings; /* in the arena */
    size_t count;
};

/* KL_ERR_PARSE for bytes that are not UTF-8; a line that python-dotenv cannot
 * read is a binding with `error`. `what` names the file in messages. */
enum kl_status dotenv_parse(struct slice bytes, enum dotenv_dialect dialect, const char *what,
                            struct arena *a, struct dotenv_file *out, struct error *e) KL_MUST_USE;
/* The last binding of a name counts. NULL when there is none. */
const struct dotenv_binding *dotenv_find(const struct dotenv_file *f, const char *name);

/* The environment as interpolation sees it; NULL for an empty one. */
typedef const char *(*dotenv_env_fn)(void *ctx, const char *name);
/* values[i] belongs to bindings[i], with variables filled in from the
 * environment first and from earlier names second, as load_dotenv() does with
 * override=False. KL_ERR_LIMIT when the values grow without measure. */
enum kl_status dotenv_resolve(const struct dotenv_file *f, dotenv_env_fn env, void *ctx, const char *what,
                              struct arena *a, struct slice **values, struct error *e) KL_MUST_USE;

/* What load_dotenv() makes of a file, under every dialect: for many questions about
 * the same bytes. Borrows the bytes. */
struct dotenv_reading {
    struct dotenv_file file[DOTENV_DIALECTS];
    struct slice *values[DOTENV_DIALECTS]; /* values[d][i] belongs to file[d].bindings[i] */
};
/* An error is one that stops load_dotenv(), or a limit. */
enum kl_status dotenv_read(struct slice bytes, dotenv_env_fn env, void *ctx, const char *what,
                           struct arena *a, struct dotenv_reading *out, struct error *e) KL_MUST_USE;
/* The value that every dialect agrees on; it lives as long as the reading. KL_ERR_NOT_FOUND
 * (also for a name without "="); KL_ERR_CONFLICT when versions of python-dotenv differ. */
enum kl_status dotenv_reading_value(const struct dotenv_reading *r, const char *name, const char *what,
                                    struct slice *out, struct error *e) KL_MUST_USE;
/* Both in one. */
enum kl_status dotenv_value(struct slice bytes, const char *name, dotenv_env_fn env, void *ctx,
                            const char *what, struct arena *a, struct slice *out,
                            struct error *e) KL_MUST_USE;

/* The line end that the last line of a text has; "\n" without one. */
const char *dotenv_newline(struct slice bytes);

/* What a .env file can hold: KL_ERR_UNSUPPORTED or KL_ERR_LIMIT, without the value. */
enum kl_status dotenv_accepts_name(const char *name, struct error *e) KL_MUST_USE;
enum kl_status dotenv_accepts(const char *name, struct slice value, struct error *e) KL_MUST_USE;

/* Appends to *out (which should wipe) the file with `name` set: its last value replaced
 * where it stands, or a line at the end. Every other byte stays, and every
 * other name keeps its value under every dialect, else KL_ERR_UNSUPPORTED. */
enum kl_status dotenv_set(struct slice bytes, const char *name, struct slice value, const char *what,
                          struct buf *out, struct error *e) KL_MUST_USE;

struct dotenv_entry {
    const char *name; /* that dotenv_accepts, as it does the value */
    struct slice value;
};
/* Appends to *out (which should wipe) the file with all entries at its end. False, and *out
 * is of no use, when that is not what every dialect would read, or one of the names is there
 * already: dotenv_set, entry by entry, says which and why. */
bool dotenv_append(struct slice bytes, const struct dotenv_entry *entries, size_t count, const char *what,
                   struct buf *out) KL_MUST_USE;

#endif
