/* process.h: running another program (git, a vault helper) without a shell.
 *
 * The child gets only the variables named in `env` (NULL: our own), its
 * standard input from a slice, and a deadline. Values never go into argv or
 * the environment: callers pass them by standard input. */
#ifndef KEYLIFT_BASE_PROCESS_H
#define KEYLIFT_BASE_PROCESS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct process_request {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    const char *const *env;  /* NULL-terminated "NAME=value"; NULL inherits */
    const char *cwd;         /* NULL: ours */
    struct slice input;      /* its standard input; empty gives /dev/null */
    size_t max_output;       /* bytes of stdout, and of stderr */
    /* If set, stdout is not kept but handed over in pieces as it comes; the next one overwrites a piece.
     * Anything but KL_OK ends the child and is returned. The time that this takes does not count as the
     * child's. */
    enum kl_status (*take)(void *ctx, struct slice piece, struct error *e);
    void *take_ctx;
    unsigned timeout_ms; /* the child is killed after it; 0: 30,000 */
};

struct process_result {
    int exit_code;  /* 128 + signal when it was killed */
    struct buf out; /* wiped on release */
    struct buf err;
};

/* The path at which process_run would start argv[0]; NULL if PATH has no such program. */
const char *process_find(struct arena *a, const char *name);
/* KL_ERR_NOT_FOUND if there is no such program; KL_ERR_LIMIT; KL_ERR_IO on a
 * time-out. A non-zero exit is KL_OK with exit_code set. */
enum kl_status process_run(const struct process_request *req, struct process_result *out,
                           struct error *e) KL_MUST_USE;
void process_result_release(struct process_result *r);

/* The same for a program that takes no input and writes more than is held: what it writes comes as it is
 * asked for. `timeout_ms` is how long one step of it may take, `max_output` goes for what it says on its
 * standard error alone. */
struct process_stream;
enum kl_status process_stream_open(struct process_stream **out, const struct process_request *req,
                                   struct error *e) KL_MUST_USE;
/* Appends at most `want` bytes; none at the end. */
enum kl_status process_stream_next(struct process_stream *s, size_t want, struct buf *out,
                                   struct error *e) KL_MUST_USE;
/* Its standard error so far. */
struct slice process_stream_said(const struct process_stream *s);
/* Ends a program that has not come to its end; else its exit code, which is -1 then. */
int process_stream_close(struct process_stream *s);

#endif
