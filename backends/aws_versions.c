/* aws_versions.c: what the labels of versions tell: AWSCURRENT is the latest one, and
 * AWSPREVIOUS the one that was it before. Source: "ListSecretVersionIds". */
#include "backends/aws.h"

#define VERSIONS_PAGE 100
#define VERSIONS_MAX_PAGES 100u

struct labels {
    char current[VAULT_VERSION_MAX], previous[VAULT_VERSION_MAX];
};

static bool has_label(const cJSON *version, const char *label) {
    const cJSON *item;
    cJSON_ArrayForEach(item, json_get(version, "VersionStages")) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, label) == 0)
            return true;
    }
    return false;
}

static enum kl_status take_labels(const cJSON *answer, const char *stored, struct labels *out,
                                  struct error *e) {
    const cJSON *version, *versions = json_get(answer, "Versions");
    if (!cJSON_IsArray(versions))
        return error_set(e, KL_ERR_PROTOCOL, "%s: AWS's answer to ListSecretVersionIds has no list", stored);
    cJSON_ArrayForEach(version, versions) {
        const char *id = json_string(version, "VersionId");
        if (!id || strlen(id) >= VAULT_VERSION_MAX)
            return error_set(e, KL_ERR_PROTOCOL, "%s: AWS's list of versions has one without an id", stored);
        if (has_label(version, "AWSCURRENT"))
            snprintf(out->current, sizeof out->current, "%s", id);
        else if (has_label(version, "AWSPREVIOUS"))
            snprintf(out->previous, sizeof out->previous, "%s", id);
    }
    return KL_OK;
}

static enum kl_status read_labels(struct aws *w, const char *stored, struct labels *out, struct error *e) {
    struct arena tokens = ARENA_INIT;
    const char *next = NULL;
    enum kl_status st = KL_OK;
    for (unsigned page = 0; st == KL_OK && (page == 0 || next); page++) {
        cJSON *body = cJSON_CreateObject(), *answer = NULL;
        struct aws_failure why;
        json_add_string(body, "SecretId", stored);
        cJSON_AddNumberToObject(body, "MaxResults", VERSIONS_PAGE);
        if (next)
            json_add_string(body, "NextToken", next);
        st = page == VERSIONS_MAX_PAGES
                 ? error_set(e, KL_ERR_PROTOCOL, "%s: AWS's list of versions does not end", stored)
                 : aws_secrets_send(w, "ListSecretVersionIds", stored, body, &answer, &why, e);
        if (st == KL_OK)
            st = take_labels(answer, stored, out, e);
        const char *token = st == KL_OK ? json_string(answer, "NextToken") : NULL;
        /* An empty token asks for the first page again. */
        next = token && token[0] ? arena_cstr(&tokens, slice_cstr(token)) : NULL;
        json_delete_secret(answer);
        json_delete_secret(body);
    }
    arena_release(&tokens);
    return st;
}

/* Only the latest version's predecessor has a label. */
enum kl_status aws_previous(struct vault *v, const char *name, const char *version,
                            char previous_out[VAULT_VERSION_MAX], struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct labels labels = {"", ""};
    const char *stored = NULL;
    enum kl_status st = aws_map_name(v, name, &scratch, &stored, e);
    if (st == KL_OK)
        st = read_labels((struct aws *)(void *)v, stored, &labels, e);
    if (st == KL_OK && strcmp(labels.current, version) != 0)
        st = error_set(e, KL_ERR_NOT_FOUND, "%s: version %.64s is not the latest one any more", stored,
                       version);
    if (st == KL_OK)
        memcpy(previous_out, labels.previous, sizeof labels.previous);
    arena_release(&scratch);
    return st;
}
