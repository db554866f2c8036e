/* gcp_file.h: a credential file of Google: the JSON that GOOGLE_APPLICATION_CREDENTIALS
 * names, or that "gcloud auth application-default login" wrote.
 *
 *     struct gcp_file f;
 *     gcp_file_read(path, &f, e)         which type, all its fields there, every URL one of Google's
 *     gcp_file_release(&f)               wipes
 *
 * Source: Google's AIP-4110 to 4117 (application default credentials), and the
 * library google-auth, whose answers tests/vaults/test_gcp_default.py compares. */
#ifndef KEYLIFT_BACKENDS_GCP_FILE_H
#define KEYLIFT_BACKENDS_GCP_FILE_H

#include "base/arena.h"
#include "base/json.h"

#define GCP_FILE_MAX_BYTES ((size_t)1 << 20)

enum gcp_file_type {
    GCP_SERVICE_ACCOUNT,
    GCP_AUTHORIZED_USER,
    GCP_EXTERNAL_ACCOUNT,
    GCP_IMPERSONATED,
};

/* Strings lie in `json`, or are literals; NULL where the file does not have them. */
struct gcp_file {
    cJSON *json; /* NULL in a view of another file's part */
    enum gcp_file_type type;
    const char *project_id, *quota_project_id, *universe_domain;
    const char *client_email, *private_key, *private_key_id;  /* service_account */
    const char *client_id, *client_secret, *refresh_token;    /* authorized_user */
    const char *account;                                      /* authorized_user: an e-mail, or empty */
    const char *token_url;                                    /* of all but impersonated_service_account */
    const char *audience, *subject_token_type, *user_project; /* external_account */
    const char *source_file, *source_url, *source_field;      /* source_field NULL: the token is plain text */
    const cJSON *source_headers;                              /* an object, or NULL */
    const char *impersonation_url; /* external_account (may be NULL), impersonated */
    double impersonation_lifetime; /* seconds */
    const cJSON *delegates;        /* impersonated: an array, or NULL */
    const cJSON *source;           /* impersonated: another file's object */
};

/* KL_ERR_NOT_FOUND: no such file. KL_ERR_CREDENTIALS: one that cannot be used, and why.
 * `path` is borrowed and named in messages. */
enum kl_status gcp_file_read(const char *path, struct gcp_file *out, struct error *e) KL_MUST_USE;
enum kl_status gcp_file_parse(struct slice text, const char *path, struct gcp_file *out,
                              struct error *e) KL_MUST_USE;
/* The file that an impersonated_service_account file has within: a view, not to be released. */
enum kl_status gcp_file_source(const struct gcp_file *f, const char *path, struct gcp_file *out,
                               struct error *e) KL_MUST_USE;
void gcp_file_release(struct gcp_file *f);
const char *gcp_file_type_name(enum gcp_file_type type); /* as the file says it: "service_account" */
/* The service account that an impersonation URL names, into the arena; NULL if it names none. */
const char *gcp_impersonated_account(const char *url, struct arena *a);
/* Where a token or key may be sent: HTTPS to Google's own hosts, or this very machine. */
bool gcp_url_is_trusted(const char *url);

#endif
