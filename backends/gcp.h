/* gcp.h: Google Cloud Secret Manager, REST v1: what the files of this vault share.
 *
 *     gcp.c            the vault: options, names, values, whose it is
 *     gcp_read.c       get
 *     gcp_write.c      put if absent, add a version
 *     gcp_list.c       list; whose it is and what may be done
 *     gcp_call.c       one call: token, headers, answer
 *     gcp_problem.c    what a refusal means, and what mends it
 *     gcp_auth.h       where the token comes from
 *
 * Source: "Secret Manager API" (REST reference v1) and its discovery document. */
#ifndef KEYLIFT_BACKENDS_GCP_H
#define KEYLIFT_BACKENDS_GCP_H

#include "backends/gcp_auth.h"
#include "backends/vault.h"
#include "base/thread.h"

#define GCP_NAME_MAX 255u
#define GCP_VALUE_MAX 65536u
#define GCP_MANAGED_LABEL "managed-by"
#define GCP_MANAGED_VALUE "keylift"
#define GCP_RUN_LABEL "keylift-run"

/* A put that is under way, on the stack of its thread. */
struct gcp_put {
    const char *stored;
    struct gcp_put *next;
};

struct gcp_vault {
    struct vault vault;
    struct arena arena;
    struct http *http;
    bool own_http;
    struct gcp_auth auth;
    struct credential_chain *chain;
    const char *endpoint; /* without a slash at its end */
    const char *location; /* of a regional secret; NULL: global */
    const char *prefix;   /* "" without --prefix */
    const char *replicas; /* --gcp-locations as JSON; NULL: automatic */
    const char *locations;
    char run_label[64]; /* empty without a run */
    struct mutex *lock; /* of what gcp_start sets, once, and of `puts` */
    struct gcp_put *puts;
    bool started;
    const char *project;        /* id or number; from the options or gcp_start */
    const char *project_source; /* "--gcp-project" */
    const char *quota_project;  /* NULL: none */
    const char *parent;         /* "projects/shop" or "projects/shop/locations/europe-west3" */
};

/* Finds the credential and the project, on the first call; cheap after it. */
enum kl_status gcp_start(struct gcp_vault *v, struct error *e) KL_MUST_USE;

/* What is wrong, from the body of a refusal (google.rpc.Status). In the arena; NULL where
 * the answer does not say. */
struct gcp_problem {
    unsigned status;        /* 403 */
    const char *code;       /* "PERMISSION_DENIED" */
    const char *reason;     /* of an ErrorInfo: "SERVICE_DISABLED" */
    const char *permission; /* "secretmanager.versions.access" */
    const char *text;       /* the server's words, cleaned */
};

struct gcp_call {
    const char *method;
    const char *path; /* below /v1/, percent-encoded */
    struct slice body;
    bool repeatable;
    const char *what; /* for messages: "reading API_KEY" */
    const char *name; /* the secret that it is about, as stored; NULL: the project */
};

struct gcp_answer {
    cJSON *json;      /* an object, of a 2xx */
    bool failed;      /* any other status: see problem */
    uint64_t wait_ms; /* what a refusal asks to wait */
    struct gcp_problem problem;
    struct arena arena;
};

/* KL_OK for every answer of the API. gcp_answer_release wipes; may be called twice, and on {0}. */
enum kl_status gcp_send(struct gcp_vault *v, const struct gcp_call *call, struct gcp_answer *out,
                        struct error *e) KL_MUST_USE;
/* As gcp_send, and a refusal is an error with its next step. */
enum kl_status gcp_send_ok(struct gcp_vault *v, const struct gcp_call *call, struct gcp_answer *out,
                           struct error *e) KL_MUST_USE;
void gcp_answer_release(struct gcp_answer *a);

void gcp_problem_read(const struct http_response *r, bool show_text, struct arena *a,
                      struct gcp_problem *out);
enum kl_status gcp_problem_status(const struct gcp_problem *p);
/* Fills *e in for a person. `v` for the commands that mend it. */
enum kl_status gcp_problem_explain(struct gcp_vault *v, const struct gcp_call *call,
                                   const struct gcp_problem *p, struct error *e);

/* gcp_read.c */
enum kl_status gcp_get(struct vault *v, const char *name, const char *version, struct secret *out,
                       char version_out[VAULT_VERSION_MAX], struct error *e);
/* As gcp_get, by the stored name. */
enum kl_status gcp_read(struct gcp_vault *v, const char *stored, const char *version, struct secret *out,
                        char version_out[VAULT_VERSION_MAX], struct error *e) KL_MUST_USE;
/* The number of a version by its resource name (may be NULL); false if it is not one of `stored`. */
bool gcp_version_of(const char *resource, const char *stored, char out[VAULT_VERSION_MAX]);
const char *gcp_place(const struct gcp_vault *v, struct arena *a); /* "project shop" */
const char *gcp_flags(const struct gcp_vault *v, struct arena *a); /* "--project shop", for gcloud */
/* gcp_write.c */
enum kl_status gcp_put_if_absent(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e);
enum kl_status gcp_add_version(struct vault *v, const char *name, const struct secret *value,
                               char version_out[VAULT_VERSION_MAX], struct error *e);
/* gcp_list.c */
enum kl_status gcp_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx, struct error *e);
enum kl_status gcp_check(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e);
enum kl_status gcp_identity(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e);

/* gcp.c */
enum kl_status gcp_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                            struct error *e);

/* gcp_policy.c */
enum kl_status gcp_policy(struct vault *v, const char *const *stored, size_t count, struct buf *out,
                          struct error *e);

#endif
