/* hcvault.h: what the files of the vault kind "vault" share: HashiCorp Vault and
 * OpenBao, KV version 2. (The vault's KV Secrets Engine, version 2, API reference.)
 *
 *     hcvault.c               the vault_kind: open, names, limits, what Python says
 *     hcvault_settings.c      address, namespace, TLS settings from options and environment
 *     hcvault_send.c          one request with a token; a token that ran out is made anew
 *     hcvault_error.c         what a refusal means, for a person
 *     hcvault_server.c        sealed or not, which mount, whose token; identity and check
 *     hcvault_kv.c            reading a secret
 *     hcvault_write.c         put if absent, add a version: check-and-set
 *     hcvault_list.c          names below a prefix
 *     hcvault_module.c        what Python's module for all sites says
 *     hcvault_policy.c        what a program needs that reads
 *     hcvault_credential*.c   where a token comes from
 *
 * A secret of the vault is a path with fields. A name of keylift is a path of its own
 * with one field, or with --bundle one field of a path that all names share. */
#ifndef KEYLIFT_BACKENDS_HCVAULT_H
#define KEYLIFT_BACKENDS_HCVAULT_H

#include "backends/credential.h"
#include "backends/http.h"
#include "backends/vault.h"
#include "base/json.h"

#define HCVAULT_DEFAULT_FIELD "value"
#define HCVAULT_DEFAULT_MOUNT "secret" /* preferred where there are several */
#define HCVAULT_MAX_PATH 512u          /* of a secret, as the vault sees it */
#define HCVAULT_MAX_TOKEN_BYTES ((size_t)64 << 10)
/* Raft storage takes entries of 1 MiB (max_entry_size), the JSON of all fields included. */
#define HCVAULT_MAX_SECRET_BYTES ((size_t)1000000)
#define HCVAULT_MAX_NAMES 100000u
#define HCVAULT_TAG "managed-by"
#define HCVAULT_TAG_VALUE "keylift"
#define HCVAULT_TAG_RUN "keylift-run"

struct hcvault {
    struct vault vault;
    struct arena arena; /* what open sets, and `mount` */
    const char *address, *address_from;
    const char *namespace; /* NULL: the root */
    const char *mount_wanted;
    const char *field, *bundle, *run_id;
    const char *prefix; /* "" or "shop/prod/" */
    struct http *http;
    bool owns_http;
    struct credential_chain *credentials;
    void (*learn)(void *ctx, struct slice value);
    void *observer;
    struct mutex *lock;    /* of `mount` */
    const char *mount;     /* "secret/"; NULL until the server was asked */
    struct mutex *writing; /* a bundle's fields are written one after another */
};

/* ---- settings ---- */

/* VAULT_<suffix>, or BAO_<suffix>; empty is unset. `name` (may be NULL) gets the name found. */
const char *hcvault_getenv(const char *suffix, const char **name);
enum kl_status hcvault_settings(struct hcvault *v, const struct vault_options *o, struct error *e);
enum kl_status hcvault_open_http(struct hcvault *v, const struct vault_options *o, struct error *e);
/* Letters, digits and "_.@=:-" between single slashes; no "." or ".." alone. */
bool hcvault_path_is_plain(const char *path);

/* ---- requests ---- */

struct hcvault_request {
    const char *method;
    const char *path;  /* below /v1/, percent-encoded, with its query */
    struct slice body; /* JSON */
    bool patch;        /* a JSON merge patch (RFC 7396) */
    bool anonymous;    /* without a token */
    bool outside;      /* without the namespace: calls that only the root has */
    bool repeatable;
};
/* KL_OK for every status that the server gave, but for a token that is no longer
 * valid (KL_ERR_CREDENTIALS). */
enum kl_status hcvault_send(struct hcvault *v, const struct hcvault_request *request,
                            struct http_response *out, struct error *e) KL_MUST_USE;
/* The body as JSON. The caller frees with json_delete_secret. */
enum kl_status hcvault_json(const struct http_response *r, const char *what, cJSON **out,
                            struct error *e) KL_MUST_USE;
void hcvault_append_path(struct buf *url, const char *path); /* percent-encoded, slashes stay */

/* ---- refusals ---- */

/* The server's own words, for a message: the list "errors" without its layout, at most
 * 200 bytes, on one line. "" if there are none. */
void hcvault_error_text(const struct http_response *r, struct arena *a, const char **out);
/* Turns an answer that is no success into an error. `what`: "reading API_KEY".
 * `policy` (may be NULL): the policy line without which the server answers 403. */
enum kl_status hcvault_refused(const struct hcvault *v, const struct http_response *r, const char *what,
                               const char *policy, struct error *e);

/* ---- the server ---- */

/* Asks once: is it up and unsealed, and where is the KV version 2 mount. Sets v->mount. */
enum kl_status hcvault_ready(struct hcvault *v, struct error *e) KL_MUST_USE;
enum kl_status hcvault_identity(struct vault *v, struct arena *a, struct vault_identity *out,
                                struct error *e);
enum kl_status hcvault_check(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e);
/* path "secret/data/shop/STAR" { capabilities = ["read"] }, with an asterisk for STAR;
 * `kind`: data or metadata. */
const char *hcvault_policy_line(const struct hcvault *v, struct arena *a, const char *kind,
                                const char *capabilities);

/* ---- secrets ---- */

/* Where a name lies. */
struct hcvault_place {
    const char *path, *field;
};
struct hcvault_place hcvault_place_of(const struct hcvault *v, const char *name, struct arena *a);

enum hcvault_presence {
    HCVAULT_ABSENT, /* no version was ever written, or the path was removed for good */
    HCVAULT_LIVE,
    HCVAULT_DELETED, /* can be undeleted */
    HCVAULT_DESTROYED
};
struct hcvault_secret {
    enum hcvault_presence presence;
    unsigned version;
    bool managed; /* tagged as keylift's */
    char deleted_at[40];
    size_t field_count;
    bool has_field, is_text;
    struct secret value; /* of the field, if it is text */
    cJSON *json;
};
void hcvault_secret_release(struct hcvault_secret *s); /* wipes; may be called on {0} */
/* version 0: the latest. */
enum kl_status hcvault_read(struct hcvault *v, const struct hcvault_place *place, const char *name,
                            unsigned version, struct hcvault_secret *out, struct error *e) KL_MUST_USE;
/* As hcvault_read of the latest. A bundle's first version is tagged a moment after it
 * is written: one that another keylift just made is waited for. */
enum kl_status hcvault_read_settled(struct hcvault *v, const struct hcvault_place *place, const char *name,
                                    struct hcvault_secret *out, struct error *e) KL_MUST_USE;
/* A 404 is of the vault, and no proxy's, when "errors" is there and empty. */
bool hcvault_says_nothing_there(const cJSON *answer);
/* The part of hcvault_read that needs no server. */
enum kl_status hcvault_secret_parse(const struct http_response *r, const char *field, const char *name,
                                    struct hcvault_secret *out, struct error *e) KL_MUST_USE;
/* Why a version cannot be read, and the command that brings it back. */
enum kl_status hcvault_gone(const struct hcvault *v, const struct hcvault_place *place, const char *name,
                            const struct hcvault_secret *s, enum kl_status status, struct error *e);

enum kl_status hcvault_get(struct vault *v, const char *name, const char *version, struct secret *out,
                           char version_out[VAULT_VERSION_MAX], struct error *e);
enum kl_status hcvault_put_if_absent(struct vault *v, const char *name, const struct secret *value,
                                     char version_out[VAULT_VERSION_MAX], struct error *e);
enum kl_status hcvault_finish_put(struct vault *v, const char *name, const struct secret *value,
                                  struct error *e);
enum kl_status hcvault_add_version(struct vault *v, const char *name, const struct secret *value,
                                   char version_out[VAULT_VERSION_MAX], struct error *e);
enum kl_status hcvault_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                            struct error *e);

/* For a vault that hcvault_ready found. */
const struct python_module *hcvault_module(const struct hcvault *v, struct arena *a);

/* hcvault_policy.c */
enum kl_status hcvault_policy(struct vault *v, const char *const *stored, size_t count, struct buf *out,
                              struct error *e);

/* ---- credentials ---- */

extern const struct credential_link *const hcvault_links[];
extern const size_t hcvault_link_count;
extern const struct credential_link hcvault_link_environment, hcvault_link_token_file, hcvault_link_approle,
    hcvault_link_kubernetes, hcvault_link_jwt;

/* The one token that a file or a variable holds: blanks at both ends are dropped.
 * KL_ERR_CREDENTIALS if it could not stand in a header. `from` names it. */
enum kl_status hcvault_token_text(struct slice text, const char *from, struct secret *out,
                                  struct error *e) KL_MUST_USE;
enum kl_status hcvault_token_file(const char *path, struct secret *out, struct error *e) KL_MUST_USE;

struct hcvault_login_field {
    const char *name;
    struct slice value; /* empty: left out */
};
/* POST auth/<mount>/login. */
enum kl_status hcvault_login(struct hcvault *v, const char *mount, const struct hcvault_login_field *fields,
                             size_t count, struct credential *out, struct error *e) KL_MUST_USE;

#endif
