/* vault_session.h: one vault, opened for a command with what the command line, the
 * project and the filter of all output have to say. The only way in which commands
 * open a vault, so that none of them forgets to learn a token or to show a request.
 *
 *     struct vault_session s = {0};
 *     vault_session_choose(&s, c, id, origin, e)   which kind; a flag of another one is refused
 *     s.options.dotenv_file = ...                  what only the caller knows
 *     vault_session_open(&s, root, e)              no request yet
 *     s.kind->get(s.vault, ...)
 *     vault_session_close(&s)
 */
#ifndef KEYLIFT_CLI_VAULT_SESSION_H
#define KEYLIFT_CLI_VAULT_SESSION_H

#include "backends/vault.h"
#include "base/json.h"
#include "base/thread.h"
#include "cli/command.h"

struct vault_session {
    struct cli *cli;
    const struct vault_kind *kind; /* after open: that of `vault`, which may be a bundle's */
    const char *origin;            /* "command line", "pyproject.toml", "default" */
    struct vault_options options;
    const cJSON *recalled; /* what a run's journal says of it, for what the line leaves open; NULL */
    struct vault *vault;
    struct mutex *lock; /* of the redactor and of standard error while vaults work */
};

#define VAULT_SESSION_DEFAULT "dotenv"

/* `id` NULL: --to, or what the configuration says, or dotenv. KL_ERR_USAGE for an
 * unknown vault, which names the nearest, and for a flag of another one. */
enum kl_status vault_session_choose(struct vault_session *s, struct cli *c, const char *id,
                                    struct error *e) KL_MUST_USE;
enum kl_status vault_session_open(struct vault_session *s, const char *root, struct error *e) KL_MUST_USE;
void vault_session_close(struct vault_session *s); /* may be called twice, and on {0} */

/* What a journal keeps of the options, so that undo finds the same names. No endpoint,
 * helper or credential: a journal outside of a git directory may have been put there
 * by somebody else. */
cJSON *vault_session_record(const struct vault_session *s);

/* "12 of 500" on a terminal, over itself; gone at the end. Elsewhere nothing. */
void vault_session_progress(struct vault_session *s, size_t done, size_t count);

#endif
