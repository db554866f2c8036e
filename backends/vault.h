/* vault.h: one interface for every place that can hold a secret.
 *
 * Calls in the order that upload makes them:
 *
 *     vault_open     which vault, with which credential; nothing is written
 *     vault_identity what the user is asked about before the first write
 *     vault_name     the name as this vault stores it, or why it cannot
 *     vault_accepts  whether the vault can hold the value
 *     vault_get      value, or KL_ERR_NOT_FOUND; vault_get_many is a short cut
 *     vault_put      only if absent; KL_ERR_CONFLICT when something is there
 *     vault_add_version
 *     vault_list, vault_check, vault_policy, vault_close
 *
 * A backend sees names and values, never a file of the scanned project. A new
 * vault is one file and one line in backends/vault_kinds.h (VAULTS), and passes
 * tests/conformance by that line. */
#ifndef KEYLIFT_BACKENDS_VAULT_H
#define KEYLIFT_BACKENDS_VAULT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/python_access.h"
#include "base/secret.h"

#define VAULT_VERSION_MAX 128
#define VAULT_IDENTITY_LINES 24

struct http;

/* What the command line and the environment may say. Strings are borrowed and
 * may be NULL. A flag of another vault was refused before (cli/options). */
struct vault_options {
    const char *root;        /* absolute folder of the project */
    const char *dotenv_file; /* --dotenv-file, relative to root; NULL: .env */
    const char *environment, *environment_variable;
    bool allow_ephemeral;
    const char *run_id; /* tag of this run */
    const char *endpoint, *ca_file, *prefix;
    const char *bundle; /* --bundle: names are fields of this one secret */
    const char *aws_region, *aws_profile, *aws_kms_key;
    const char *azure_vault, *azure_credential;
    const char *gcp_project, *gcp_locations;
    const char *vault_addr, *vault_mount, *vault_namespace, *vault_field;
    const char *helper;        /* exec:PROGRAM */
    const char *setting_lines; /* --setting-lines */
    struct http *http;         /* NULL: the vault opens its own (http.h). Tests bring one. */
    /* Told every token and key that a vault gets hold of, before it is used: the
     * filter that masks them. May be called from several threads. NULL: nobody. */
    void (*learn)(void *ctx, struct slice value);
    /* A line a request, for -vv. May be called from several threads. NULL: nobody. */
    void (*trace)(void *ctx, const char *line);
    void *observer; /* ctx of both */
};

struct vault;

/* One line each of "whose vault is it": "file: /srv/shop/.env (new)". */
struct vault_identity {
    const char *lines[VAULT_IDENTITY_LINES]; /* in the arena given; ends with NULL where shorter */
};

/* One name of get_many. */
struct vault_read {
    const char *name;
    /* KL_OK: `value`. KL_ERR_NOT_FOUND: the vault says that there is none, which may have
     * changed since: no proof. Any other: not told; ask get. */
    enum kl_status status;
    struct secret value; /* the caller releases it */
    char version[VAULT_VERSION_MAX];
};

/* One of many puts. */
struct vault_put {
    const char *name;
    const struct secret *value;
    char *version; /* VAULT_VERSION_MAX bytes, or NULL */
    enum kl_status status;
    struct error *error; /* set unless status is KL_OK */
};

struct vault_kind {
    const char *id;             /* "dotenv" */
    const char *const *aliases; /* NULL-terminated */
    const char *title;          /* ".env file (python-dotenv)" */
    const struct python_access *access;
    bool stores;              /* false for environ: values must be there already */
    bool ephemeral;           /* may forget: needs --allow-ephemeral */
    bool keeps_versions;      /* false: add_version loses the value that was there */
    bool names_are_variables; /* names are environment variables: --prefix is a part of the name itself */
    char environment_mark;    /* stands behind the environment in a prefix: shop/prod/ or shop-prod-; 0: no
                                 environments are kept apart by a prefix */
    bool module_by_default;   /* code reads through a module, unless told otherwise */
    bool bundles;             /* can hold many names as fields of one secret: --bundle */
    bool own_bundles;         /* open does it; else bundle.c does, with `previous` */
    unsigned parallel;        /* calls of get and put that may run at once; 0 and 1: one after another */

    enum kl_status (*open)(const struct vault_options *o, struct vault **out, struct error *e);
    enum kl_status (*identity)(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e);
    /* The stored name for `name`, reversible. KL_ERR_UNSUPPORTED says why not. */
    enum kl_status (*map_name)(struct vault *v, const char *name, struct arena *a, const char **out,
                               struct error *e);
    /* KL_ERR_UNSUPPORTED or KL_ERR_LIMIT with a message without the value. */
    enum kl_status (*accepts)(struct vault *v, const char *name, const struct secret *value, struct error *e);
    /* version NULL: latest. version_out (may be NULL) gets the version read. */
    enum kl_status (*get)(struct vault *v, const char *name, const char *version, struct secret *out,
                          char version_out[VAULT_VERSION_MAX], struct error *e);
    /* The latest values of up to `many` names with fewer calls than get makes: sets `status`
     * of those that it can tell. KL_ERR_UNSUPPORTED: the vault cannot be asked like this (no
     * permission, say), and get may do; other errors are those that get would meet. NULL: the
     * vault has no such call. Callers use vault_get_many. */
    enum kl_status (*get_many)(struct vault *v, struct vault_read *reads, size_t count, struct error *e);
    unsigned many;
    enum kl_status (*put_if_absent)(struct vault *v, const char *name, const struct secret *value,
                                    char version_out[VAULT_VERSION_MAX], struct error *e);
    /* put_if_absent of many names, each with its own status, for a vault to which a write
     * costs the same however many names it holds. NULL: they are put one by one. */
    void (*put_many)(struct vault *v, struct vault_put *puts, size_t count);
    enum kl_status (*add_version)(struct vault *v, const char *name, const struct secret *value,
                                  char version_out[VAULT_VERSION_MAX], struct error *e);
    /* Ends a put_if_absent that was killed between the value and the mark that says whose the
     * secret is. The caller knows that the put was begun, and that the name was free before. Does
     * nothing where the mark is there, or where the secret is not as that put left it. NULL: one
     * call makes both. */
    enum kl_status (*finish_put)(struct vault *v, const char *name, const struct secret *value,
                                 struct error *e);
    /* The version that was the latest one before `version` became it; "" for the first.
     * KL_ERR_NOT_FOUND when that cannot be told any more. NULL: the vault cannot tell. */
    enum kl_status (*previous)(struct vault *v, const char *name, const char *version,
                               char previous_out[VAULT_VERSION_MAX], struct error *e);
    /* Calls fn once a name. May lag behind: never proof of absence. */
    enum kl_status (*list)(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                           struct error *e);
    /* Which credential, whose it is, what it may do: lines for a person. */
    enum kl_status (*check)(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e);
    /* Appends the least that a program must be allowed which reads these names, as they are
     * stored, and no other: in the provider's own language. May make a request. NULL: there
     * is nothing to allow. */
    enum kl_status (*policy)(struct vault *v, const char *const *stored, size_t count, struct buf *out,
                             struct error *e);
    void (*close)(struct vault *v); /* wipes; frees */
    /* `access` with what only the opened vault knows: its mount, its address, a helper's
     * own answer. May make a request. NULL: `access` says it all. Callers use vault_python. */
    enum kl_status (*python)(struct vault *v, struct arena *a, struct python_access *out, struct error *e);
};

/* Names in these calls are keylift's own (API_KEY); what the vault stores is
 * map_name's business, with --prefix before it. list gives names back as get takes
 * them, and leaves out what is outside of the prefix. */

/* Every vault begins with this; open sets it. */
struct vault {
    const struct vault_kind *kind;
};

/* The registry, in the order of `keylift vaults list`. */
size_t vault_kind_count(void);
const struct vault_kind *vault_kind_at(size_t index);
/* By id or alias; NULL if unknown. "exec:PROGRAM" is the vault "exec". */
const struct vault_kind *vault_kind_find(const char *id);
/* What Python must say to read from this very vault. Strings in the arena, or static. */
enum kl_status vault_python(struct vault *v, struct arena *a, struct python_access *out,
                            struct error *e) KL_MUST_USE;
/* Sets all of `reads`, with as many calls as it takes, from as many threads as the kind
 * allows. KL_OK also where the vault has no such call: then nothing is told. */
enum kl_status vault_get_many(struct vault *v, struct vault_read *reads, size_t count,
                              struct error *e) KL_MUST_USE;
#define VAULT_EXEC_PREFIX "exec:"
/* kind->open, and with --bundle the names of the vault that it opens are fields of one
 * secret: (*out)->kind is then a kind of its own, with the same id. Callers go on with that. */
enum kl_status vault_open(const struct vault_kind *kind, const struct vault_options *o, struct vault **out,
                          struct error *e) KL_MUST_USE;

#endif
