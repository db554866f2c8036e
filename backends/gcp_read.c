/* gcp_read.c: reading one secret. A secret is a container; its values are versions,
 * numbered from 1, which are never changed. */
#include "backends/gcp.h"

#include "base/encode.h"
#include "base/mem.h"

#define READ_TRIES 2u /* of an answer whose checksum is wrong */
#define VERSION_DIGITS_MAX 19u

/* --- answers ---------------------------------------------------------------------- */

/* The number at the end of "projects/123/secrets/NAME/versions/7", if NAME is `stored`. The
 * project is not compared: asked for by its id, it is named by its number. */
bool gcp_version_of(const char *resource, const char *stored, char out[VAULT_VERSION_MAX]) {
    struct arena a = ARENA_INIT;
    struct slice s = slice_cstr(resource),
                 middle = slice_cstr(arena_printf(&a, "/secrets/%s/versions/", stored));
    size_t at = slice_find(s, middle, 0);
    struct slice number = at == SIZE_MAX ? (struct slice){0} : slice_sub(s, at + middle.len, s.len);
    bool good = slice_starts(s, "projects/") && number.len > 0 && number.len <= VERSION_DIGITS_MAX;
    for (size_t i = 0; i < number.len; i++)
        good = good && number.ptr[i] >= '0' && number.ptr[i] <= '9';
    if (good) {
        memcpy(out, number.ptr, number.len);
        out[number.len] = '\0';
    }
    arena_release(&a);
    return good;
}

/* KL_ERR_PROTOCOL with *damaged when only the checksum is wrong. */
static enum kl_status take_payload(const cJSON *json, const struct gcp_call *call, const char *version,
                                   struct secret *out, char version_out[VAULT_VERSION_MAX], bool *damaged,
                                   struct error *e) {
    const cJSON *payload = json_get(json, "payload");
    const char *data = json_string(payload, "data"), *sum = json_string(payload, "dataCrc32c");
    struct buf bytes = BUF_INIT_SECRET(GCP_VALUE_MAX + 3);
    char got[VAULT_VERSION_MAX], expected[16];
    enum kl_status st = KL_OK;
    *damaged = false;
    if (!gcp_version_of(json_string(json, "name"), call->name, got) ||
        (version && strcmp(version, got) != 0)) {
        st = error_set(e, KL_ERR_PROTOCOL, "%s: the answer is about another secret or version", call->what);
    } else if (!data || !sum || !decode_base64(slice_cstr(data), &bytes) || bytes.len > GCP_VALUE_MAX) {
        st = error_set(e, KL_ERR_PROTOCOL, "%s: the answer holds no value with its checksum", call->what);
    } else {
        snprintf(expected, sizeof expected, "%u", (unsigned)crc32c(buf_as_slice(&bytes)));
        *damaged = strcmp(expected, sum) != 0;
        if (*damaged)
            st = error_set(e, KL_ERR_PROTOCOL,
                           "%s: the value arrived damaged (its CRC-32C is another); run again", call->what);
    }
    if (st == KL_OK) {
        secret_set(out, buf_as_slice(&bytes));
        /* Secret Manager does not tell bytes from text. What is not UTF-8 cannot be text. */
        out->binary = !utf8_valid(buf_as_slice(&bytes));
        out->either = !out->binary;
        if (version_out)
            memcpy(version_out, got, sizeof got);
    }
    buf_release(&bytes);
    return st;
}

/* --- reading ---------------------------------------------------------------------- */

const char *gcp_place(const struct gcp_vault *v, struct arena *a) {
    return v->location ? arena_printf(a, "project %s, location %s", v->project, v->location)
                       : arena_printf(a, "project %s", v->project);
}

const char *gcp_flags(const struct gcp_vault *v, struct arena *a) {
    return v->location ? arena_printf(a, "--project %s --location %s", v->project, v->location)
                       : arena_printf(a, "--project %s", v->project);
}

/* The API's reference: a version that is not enabled cannot be accessed. Which of the two
 * it is stands in its state, which may take another permission to see. */
static enum kl_status explain_state(struct gcp_vault *v, const char *stored, const char *version,
                                    struct error *e) {
    struct arena a = ARENA_INIT;
    struct gcp_answer answer = {0};
    const struct gcp_call call = {
        .method = "GET",
        .path = arena_printf(&a, "%s/secrets/%s/versions/%s", v->parent, stored, version),
        .repeatable = true,
        .what = "the state of the version",
        .name = stored,
    };
    char number[VAULT_VERSION_MAX] = "";
    bool known = gcp_send(v, &call, &answer, e) == KL_OK && !answer.failed;
    const char *state = known ? json_string(answer.json, "state") : NULL;
    if (!known || !gcp_version_of(json_string(answer.json, "name"), stored, number))
        snprintf(number, sizeof number, "%s", version);
    if (state && strcmp(state, "DISABLED") == 0)
        error_set(
            e, KL_ERR_CONFLICT,
            "%s: version %s is disabled; to use it again: gcloud secrets versions enable %s --secret %s %s",
            stored, number, number, stored, gcp_flags(v, &a));
    else if (state && strcmp(state, "DESTROYED") == 0)
        error_set(
            e, KL_ERR_CONFLICT,
            "%s: version %s is destroyed, and nobody can bring it back; store a new one with keylift put %s",
            stored, number, stored);
    else
        error_set(
            e, KL_ERR_CONFLICT,
            "%s: version %s is disabled or destroyed; see: gcloud secrets versions list %s --project %s",
            stored, number, stored, v->project);
    gcp_answer_release(&answer);
    arena_release(&a);
    return e->status;
}

static enum kl_status read_refused(struct gcp_vault *v, const struct gcp_call *call, const char *version,
                                   const struct gcp_problem *p, struct error *e) {
    struct arena a = ARENA_INIT;
    enum kl_status st = gcp_problem_status(p);
    if (p->code && strcmp(p->code, "FAILED_PRECONDITION") == 0)
        st = explain_state(v, call->name, version ? version : "latest", e);
    else if (st == KL_ERR_NOT_FOUND && version)
        error_set(e, st, "%s: Secret Manager has no version %s of it in %s", call->name, version,
                  gcp_place(v, &a));
    else if (st == KL_ERR_NOT_FOUND)
        error_set(e, st, "%s: Secret Manager has no such secret, or no version of it, in %s", call->name,
                  gcp_place(v, &a));
    else
        gcp_problem_explain(v, call, p, e);
    arena_release(&a);
    return st;
}

static bool is_version(const char *version) {
    size_t len = strspn(version, "0123456789");
    return len > 0 && len <= VERSION_DIGITS_MAX && version[len] == '\0';
}

enum kl_status gcp_read(struct gcp_vault *v, const char *stored, const char *version, struct secret *out,
                        char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct arena a = ARENA_INIT;
    bool damaged = true;
    enum kl_status st = gcp_start(v, e);
    if (st == KL_OK && version && !is_version(version))
        st = error_set(e, KL_ERR_USAGE, "%s: \"%s\" is no version of Secret Manager, which are numbers",
                       stored, version);
    const struct gcp_call call = {
        .method = "GET",
        .path = arena_printf(&a, "%s/secrets/%s/versions/%s:access", v->parent ? v->parent : "", stored,
                             version ? version : "latest"),
        .repeatable = true,
        .what = arena_printf(&a, "reading %s", stored),
        .name = stored,
    };
    for (unsigned i = 0; i < READ_TRIES && damaged && (st == KL_OK || i > 0); i++) {
        struct gcp_answer answer = {0};
        damaged = false;
        st = gcp_send(v, &call, &answer, e);
        if (st == KL_OK && answer.failed)
            st = read_refused(v, &call, version, &answer.problem, e);
        else if (st == KL_OK)
            st = take_payload(answer.json, &call, version, out, version_out, &damaged, e);
        gcp_answer_release(&answer);
    }
    arena_release(&a);
    return st;
}

enum kl_status gcp_get(struct vault *vault, const char *name, const char *version, struct secret *out,
                       char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct arena a = ARENA_INIT;
    const char *stored;
    enum kl_status st = gcp_map_name(vault, name, &a, &stored, e);
    if (st == KL_OK)
        st = gcp_read((struct gcp_vault *)vault, stored, version, out, version_out, e);
    arena_release(&a);
    return st;
}
