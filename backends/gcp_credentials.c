/* gcp_credentials.c: the links of Google's chain, in the order of AIP-4110; gcloud's
 * own sign-in comes last, since the libraries do not use it. */
#include "backends/gcp_credentials.h"

static const struct credential_link *const links[] = {
    &gcp_credential_environment, &gcp_credential_well_known, &gcp_credential_metadata,
    &gcp_credential_gcloud,      &gcp_credential_none,
};

struct credential_chain *gcp_chain(struct gcp_auth *a) {
    return credential_chain_new(links, KL_ARRAY_LEN(links), NULL, a, a->learn, a->observer);
}

enum kl_status gcp_token_from_file(struct gcp_auth *a, const struct gcp_file *f, const char *path,
                                   struct credential *out, struct error *e) {
    static gcp_token_maker *const makers[] = {
        [GCP_SERVICE_ACCOUNT] = gcp_token_service_account,
        [GCP_AUTHORIZED_USER] = gcp_token_authorized_user,
        [GCP_EXTERNAL_ACCOUNT] = gcp_token_external_account,
        [GCP_IMPERSONATED] = gcp_token_impersonated,
    };
    return makers[f->type](a, f, path, out, e);
}

/* The number of the pool's project in //iam.googleapis.com/projects/NUMBER/...: Secret
 * Manager takes it where it takes an id. */
static const char *audience_project(const char *audience, struct arena *a) {
    static const char before[] = "/projects/";
    struct slice s = slice_cstr(audience);
    size_t at = slice_find(s, slice_cstr(before), 0);
    size_t start = at + strlen(before), end = start;
    if (at == SIZE_MAX)
        return NULL;
    while (end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9')
        end++;
    return end > start && end < s.len && s.ptr[end] == '/' ? arena_cstr(a, slice_sub(s, start, end)) : NULL;
}

enum kl_status gcp_credential_use_file(struct gcp_auth *a, const char *path, struct credential *out,
                                       struct error *e) {
    struct gcp_file f;
    struct arena scratch = ARENA_INIT;
    enum kl_status st = gcp_file_read(path, &f, e);
    if (st == KL_OK)
        st = gcp_token_from_file(a, &f, path, out, e);
    if (st == KL_OK) {
        const char *number = f.audience ? audience_project(f.audience, &scratch) : NULL;
        gcp_know(a, f.project_id ? f.project_id : number, number, f.quota_project_id);
    }
    gcp_file_release(&f);
    arena_release(&scratch);
    return st;
}
