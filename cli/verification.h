/* verification.h: which of a scan's findings are live: --verify.
 *
 *     verification_check(&c->options, e)        before the scan: are these providers known
 *     verification_run(c, result, &v)           after it: says who is asked, asks, marks the findings
 *     verification_release(&v)
 *
 * Asked about is what a rule of ours has found and the report shows; the token alone, not the literal around
 * it, and each once. A live one is of high severity. */
#ifndef KEYLIFT_CLI_VERIFICATION_H
#define KEYLIFT_CLI_VERIFICATION_H

#include "backends/liveness.h"
#include "cli/command.h"
#include "scanner/finding.h"

#define VERIFY_ALL "all"

struct verification {
    struct liveness_token *tokens; /* each once, by provider */
    size_t token_count;
};

/* KL_ERR_USAGE for an id that no provider has; it names the nearest. */
enum kl_status verification_check(const struct options *o, struct error *e) KL_MUST_USE;
/* The result has its values, and outlives the verification. Where nobody can be asked (no network module), it
 * gains an error entry. */
void verification_run(struct cli *c, struct scan_result *result, struct verification *out);
void verification_release(struct verification *v);

/* Calls fn for each host that is sent tokens, with how many. */
void verification_each_host(const struct verification *v,
                            void (*fn)(void *ctx, const char *host, size_t tokens), void *ctx);

#endif
