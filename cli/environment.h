/* environment.h: secrets of one environment of several (--environment dev): under the same
 * names as those of the others, in a .env file of its own, or with a prefix of its own.
 *
 *     environment_check     is it a name for one
 *     environment_dotenv    ".env" and "dev": ".env.dev"
 *     environment_prefix    "shop" and "dev": "shop/dev/"
 *     environment_is_in     a --name-template puts it into the names
 *     environment_at        where the environment stands in such a prefix
 */
#ifndef KEYLIFT_CLI_ENVIRONMENT_H
#define KEYLIFT_CLI_ENVIRONMENT_H

#include "base/arena.h"
#include "base/error.h"

#define ENVIRONMENT_VARIABLE "SECRETS_ENVIRONMENT"
#define ENVIRONMENT_MAX 32 /* characters of a name */

/* `where` begins the message: "--environment". */
enum kl_status environment_check(const char *name, const char *where, struct error *e) KL_MUST_USE;
const char *environment_dotenv(const char *base, const char *name, struct arena *a);
/* `prefix` may be NULL; `mark`: vault_kind.environment_mark. */
const char *environment_prefix(const char *prefix, const char *name, char mark, struct arena *a);
bool environment_is_in(const char *name_template); /* which may be NULL */
/* SIZE_MAX where the prefix is none of environment_prefix. */
size_t environment_at(const char *prefix, const char *name, char mark);

#endif
