/* gcp_problem.c: what a refusal of Google's API means, and what mends it. The shape is
 * google.rpc.Status with an ErrorInfo among its details ("Errors", AIP-193). */
#include "backends/gcp.h"

#define ERROR_INFO "type.googleapis.com/google.rpc.ErrorInfo"

/* Text between `before` and `after`, for servers that send no ErrorInfo:
 * "Permission 'secretmanager.versions.access' denied for resource ...". */
static const char *between(const char *text, const char *before, const char *after, struct arena *a) {
    const char *start = text ? strstr(text, before) : NULL;
    const char *end = start ? strstr(start + strlen(before), after) : NULL;
    return end ? arena_cstr(a, slice_of(start + strlen(before), (size_t)(end - start) - strlen(before)))
               : NULL;
}

static const char *clean(const char *text, struct arena *a) {
    return text ? gcp_clean(slice_cstr(text), a) : NULL;
}

void gcp_problem_read(const struct http_response *r, bool show_text, struct arena *a,
                      struct gcp_problem *out) {
    struct error ignored = {0};
    cJSON *json = NULL;
    *out = (struct gcp_problem){.status = r->status};
    if (json_parse(buf_as_slice(&r->body), "the answer", &json, &ignored) != KL_OK)
        return;
    const cJSON *error = json_get(json, "error"), *details = json_get(error, "details");
    const char *text = json_string(error, "message");
    out->code = clean(json_string(error, "status"), a);
    for (const cJSON *d = cJSON_IsArray(details) ? details->child : NULL; d; d = d->next) {
        const char *type = json_string(d, "@type");
        if (!type || strcmp(type, ERROR_INFO) != 0)
            continue;
        out->reason = clean(json_string(d, "reason"), a);
        out->permission = clean(json_string(json_get(d, "metadata"), "permission"), a);
    }
    if (!out->permission)
        out->permission = clean(between(text, "Permission '", "'", a), a);
    if (show_text)
        out->text = clean(text, a);
    json_delete_secret(json);
}

enum kl_status gcp_problem_status(const struct gcp_problem *p) {
    static const struct {
        unsigned status;
        enum kl_status meaning;
    } meanings[] = {
        {400, KL_ERR_PROTOCOL}, {401, KL_ERR_CREDENTIALS}, {403, KL_ERR_PERMISSION}, {404, KL_ERR_NOT_FOUND},
        {409, KL_ERR_CONFLICT}, {413, KL_ERR_LIMIT},       {429, KL_ERR_THROTTLED},
    };
    if (p->code && strcmp(p->code, "FAILED_PRECONDITION") == 0)
        return KL_ERR_CONFLICT;
    for (size_t i = 0; i < KL_ARRAY_LEN(meanings); i++)
        if (meanings[i].status == p->status)
            return meanings[i].meaning;
    return p->status >= 500 ? KL_ERR_NETWORK : KL_ERR_PROTOCOL;
}

/* The smallest predefined role with a permission ("Access control with IAM" of Secret
 * Manager), and whether it can be given for one secret. */
static const struct role {
    const char *permission, *role;
    bool on_secret;
} roles[] = {
    {"secretmanager.versions.access", "roles/secretmanager.secretAccessor", true},
    {"secretmanager.versions.add", "roles/secretmanager.secretVersionAdder", true},
    {"secretmanager.versions.get", "roles/secretmanager.viewer", true},
    {"secretmanager.versions.list", "roles/secretmanager.viewer", true},
    {"secretmanager.secrets.get", "roles/secretmanager.viewer", true},
    {"secretmanager.secrets.list", "roles/secretmanager.viewer", false},
    {"secretmanager.secrets.create", "roles/secretmanager.admin", false},
};

static const struct role *find_role(const char *permission) {
    for (size_t i = 0; permission && i < KL_ARRAY_LEN(roles); i++)
        if (strcmp(roles[i].permission, permission) == 0)
            return &roles[i];
    return NULL;
}

/* "serviceAccount:name@...", as --member takes it. */
static const char *member(struct gcp_vault *v, struct arena *a) {
    struct credential c = {0};
    struct error ignored = {0};
    const char *text = "MEMBER";
    if (!v->auth.anonymous && credential_get(v->chain, &c, &ignored) == KL_OK && strchr(c.owner, '@'))
        text = arena_printf(
            a, "%s:%s", slice_ends(slice_cstr(c.owner), ".gserviceaccount.com") ? "serviceAccount" : "user",
            c.owner);
    credential_release(&c);
    return text;
}

static const char *grant(struct gcp_vault *v, const struct gcp_call *call, const struct gcp_problem *p,
                         struct arena *a) {
    const struct role *role = find_role(p->permission);
    if (!role)
        return arena_printf(a, "gcloud projects add-iam-policy-binding %s --member %s --role ROLE",
                            v->project, member(v, a));
    if (call->name && role->on_secret)
        return arena_printf(a, "gcloud secrets add-iam-policy-binding %s %s --member %s --role %s",
                            call->name, gcp_flags(v, a), member(v, a), role->role);
    return arena_printf(a, "gcloud projects add-iam-policy-binding %s --member %s --role %s", v->project,
                        member(v, a), role->role);
}

/* Reasons of a 403 that no role on the secret would mend. */
static const char *other_reason(struct gcp_vault *v, const struct gcp_problem *p, struct arena *a) {
    const char *reason = p->reason ? p->reason : "";
    const char *payer = v->quota_project ? v->quota_project : v->project;
    if (strcmp(reason, "SERVICE_DISABLED") == 0)
        return arena_printf(
            a, "the API is not enabled: gcloud services enable secretmanager.googleapis.com --project %s",
            payer);
    if (strcmp(reason, "BILLING_DISABLED") == 0)
        return arena_printf(a, "project %s has no billing account; link one in the console", payer);
    if (strcmp(reason, "ACCESS_TOKEN_SCOPE_INSUFFICIENT") == 0)
        return "the token has too few scopes; give the machine the scope cloud-platform, or sign in again";
    if (strcmp(reason, "USER_PROJECT_DENIED") == 0 || strcmp(reason, "CONSUMER_INVALID") == 0)
        return arena_printf(
            a,
            "the quota project %s cannot be used; it needs roles/serviceusage.serviceUsageConsumer, "
            "or set GOOGLE_CLOUD_QUOTA_PROJECT to another",
            payer);
    return NULL;
}

static const char *permission_step(struct gcp_vault *v, const struct gcp_call *call,
                                   const struct gcp_problem *p, struct arena *a) {
    const char *other = other_reason(v, p, a);
    if (other)
        return other;
    const struct role *role = find_role(p->permission);
    return arena_printf(a, "%s%s is missing%s%s (or project %s is not the right one); grant it: %s",
                        p->permission ? "permission " : "a permission", p->permission ? p->permission : "",
                        role ? ", which is part of " : "", role ? role->role : "", v->project,
                        grant(v, call, p, a));
}

static const char *conflict_step(const struct gcp_problem *p) {
    if (p->text && strstr(p->text, "constraints/gcp.resourceLocations"))
        return "the organisation allows only some locations; name them with --gcp-locations";
    if (p->code && strcmp(p->code, "ALREADY_EXISTS") == 0)
        return "a secret of this name exists already";
    if (p->code && strcmp(p->code, "FAILED_PRECONDITION") == 0)
        return "see the policies of the organisation (with constraints on locations: --gcp-locations)";
    return "another program changed it at the same time; run keylift again";
}

static const char *next_step(struct gcp_vault *v, const struct gcp_call *call, const struct gcp_problem *p,
                             enum kl_status st, struct arena *a) {
    switch (st) {
    case KL_ERR_CREDENTIALS:
        return v->auth.anonymous
                   ? "the endpoint wants a credential; run: gcloud auth application-default login"
                   : "the token was refused; \"keylift vaults check gcp\" says whose it is";
    case KL_ERR_PERMISSION:
        return permission_step(v, call, p, a);
    case KL_ERR_NOT_FOUND:
        return arena_printf(a, "it is not in %s", gcp_place(v, a));
    case KL_ERR_CONFLICT:
        return conflict_step(p);
    case KL_ERR_THROTTLED:
        return "the quota of calls a minute is used up; wait a minute, or ask for more in the console";
    case KL_ERR_LIMIT:
        return "the server takes no request of this size";
    case KL_ERR_NETWORK:
        return "Secret Manager is in trouble; try again later";
    default:
        return "the server does not understand the request; check --endpoint";
    }
}

enum kl_status gcp_problem_explain(struct gcp_vault *v, const struct gcp_call *call,
                                   const struct gcp_problem *p, struct error *e) {
    struct arena a = ARENA_INIT;
    enum kl_status st = gcp_problem_status(p);
    const char *step = next_step(v, call, p, st, &a);
    const char *code = p->code ? p->code : "";
    error_set(e, st, "%s: Secret Manager answered %u%s%s; %s%s%s%s", call->what, p->status,
              code[0] ? " " : "", code, step, p->text ? " [" : "", p->text ? p->text : "",
              p->text ? "]" : "");
    arena_release(&a);
    return st;
}
