/* gcp_write.c: adding a version, and making a secret with its first one. The API has
 * no idempotency key and no conditional write: what was done is found out by reading. */
#include "backends/gcp.h"

#include "backends/http_policy.h"
#include "base/encode.h"
#include "base/system.h"

#define WRITE_TRIES 4u
#define WAIT_STEP_MS 100u
#define BODY_MAX (GCP_VALUE_MAX * 2)

/* --- adding a version ------------------------------------------------------------- */

static void make_payload(const struct secret *value, struct buf *out) {
    buf_str(out, "{\"payload\":{\"data\":\"");
    encode_base64(secret_slice(value), out);
    buf_printf(out, "\",\"dataCrc32c\":\"%u\"}}", (unsigned)crc32c(secret_slice(value)));
}

static enum kl_status pause(unsigned n, uint64_t asked_ms, struct error *e) {
    uint64_t left = http_jitter_ms(n);
    if (asked_ms > left)
        left = asked_ms;
    for (; left > 0 && !system_interrupted(); left -= left < WAIT_STEP_MS ? left : WAIT_STEP_MS)
        system_sleep_ms(left < WAIT_STEP_MS ? (unsigned)left : WAIT_STEP_MS);
    return system_interrupted()
               ? error_set(e, KL_ERR_INTERRUPTED, "interrupted while waiting for Secret Manager")
               : KL_OK;
}

/* Whether the latest version is this value: then a write whose answer was lost was done. */
static enum kl_status is_there(struct gcp_vault *v, const char *stored, const struct secret *value,
                               bool *there, char version[VAULT_VERSION_MAX], struct error *e) {
    struct secret held = {0};
    enum kl_status st = gcp_read(v, stored, NULL, &held, version, e);
    *there = st == KL_OK && secret_equal(&held, value);
    secret_release(&held);
    return st == KL_ERR_NOT_FOUND || st == KL_ERR_CONFLICT ? KL_OK : st;
}

/* One try. *again: it may be made once more; *lost: it may have been done. */
static enum kl_status try_add(struct gcp_vault *v, const struct gcp_call *call,
                              char version[VAULT_VERSION_MAX], bool *again, bool *lost, uint64_t *wait_ms,
                              struct error *e) {
    struct gcp_answer answer = {0};
    enum kl_status st = gcp_send(v, call, &answer, e);
    *wait_ms = answer.wait_ms;
    *lost = st == KL_ERR_NETWORK || st == KL_ERR_PROTOCOL;
    if (st == KL_OK && answer.failed) {
        st = gcp_problem_explain(v, call, &answer.problem, e);
        *lost = st == KL_ERR_NETWORK;
    } else if (st == KL_OK && !gcp_version_of(json_string(answer.json, "name"), call->name, version)) {
        st = error_set(e, KL_ERR_PROTOCOL, "%s: the answer is about another secret", call->what);
        *lost = true;
    }
    *again = (*lost || st == KL_ERR_THROTTLED) && *wait_ms <= HTTP_TOTAL_MS;
    gcp_answer_release(&answer);
    return st;
}

static enum kl_status add(struct gcp_vault *v, const char *stored, const struct secret *value,
                          char version[VAULT_VERSION_MAX], struct error *e) {
    struct arena a = ARENA_INIT;
    struct buf body = BUF_INIT_SECRET(BODY_MAX);
    bool again = true, lost = false, there = false;
    make_payload(value, &body);
    const struct gcp_call call = {
        .method = "POST",
        .path = arena_printf(&a, "%s/secrets/%s:addVersion", v->parent, stored),
        .body = buf_as_slice(&body),
        .what = arena_printf(&a, "storing %s", stored),
        .name = stored,
    };
    enum kl_status st = KL_ERR_INTERNAL;
    for (unsigned n = 1; again && !there; n++) {
        struct error unseen = {0};
        uint64_t wait_ms;
        st = try_add(v, &call, version, &again, &lost, &wait_ms, e);
        again = again && n < WRITE_TRIES;
        if (st == KL_OK || (!again && !lost))
            break;
        if ((again && pause(n, wait_ms, &unseen) != KL_OK) ||
            (lost && is_there(v, stored, value, &there, version, &unseen) != KL_OK))
            break;
    }
    buf_release(&body);
    arena_release(&a);
    return there ? KL_OK : st;
}

/* Only what bears keylift's label is added to (design: never another's secret).
 * KL_ERR_REFUSED: somebody else made it. */
static enum kl_status check_ours(struct gcp_vault *v, const char *stored, struct error *e) {
    struct arena a = ARENA_INIT;
    struct gcp_answer answer = {0};
    const struct gcp_call call = {
        .method = "GET",
        .path = arena_printf(&a, "%s/secrets/%s", v->parent, stored),
        .repeatable = true,
        .what = arena_printf(&a, "looking at %s", stored),
        .name = stored,
    };
    enum kl_status st = gcp_send_ok(v, &call, &answer, e);
    const char *manager = json_string(json_get(answer.json, "labels"), GCP_MANAGED_LABEL);
    if (st == KL_OK && (!manager || strcmp(manager, GCP_MANAGED_VALUE) != 0))
        st = error_set(
            e, KL_ERR_REFUSED,
            "%s: this secret was not made by keylift, which adds no version to it; to let keylift write "
            "it: gcloud secrets update %s %s --update-labels " GCP_MANAGED_LABEL "=" GCP_MANAGED_VALUE,
            stored, stored, gcp_flags(v, &a));
    gcp_answer_release(&answer);
    arena_release(&a);
    return st;
}

static enum kl_status add_to_ours(struct gcp_vault *v, const char *stored, const struct secret *value,
                                  char version[VAULT_VERSION_MAX], struct error *e) {
    enum kl_status st = check_ours(v, stored, e);
    return st == KL_OK ? add(v, stored, value, version, e) : st;
}

typedef enum kl_status write_fn(struct gcp_vault *v, const char *stored, const struct secret *value,
                                char version[VAULT_VERSION_MAX], struct error *e);

/* What both calls of the interface begin and end with. */
static enum kl_status write_value(struct vault *vault, const char *name, const struct secret *value,
                                  write_fn *write, char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct gcp_vault *v = (struct gcp_vault *)vault;
    struct arena a = ARENA_INIT;
    char version[VAULT_VERSION_MAX];
    const char *stored;
    enum kl_status st = gcp_start(v, e);
    if (st == KL_OK)
        st = gcp_map_name(vault, name, &a, &stored, e);
    if (st == KL_OK)
        st = vault->kind->accepts(vault, name, value, e);
    if (st == KL_OK)
        st = write(v, stored, value, version, e);
    if (st == KL_OK && version_out)
        memcpy(version_out, version, sizeof version);
    arena_release(&a);
    return st;
}

enum kl_status gcp_add_version(struct vault *vault, const char *name, const struct secret *value,
                               char version_out[VAULT_VERSION_MAX], struct error *e) {
    return write_value(vault, name, value, add_to_ours, version_out, e);
}

/* --- put if absent ---------------------------------------------------------------- */

static void make_secret(const struct gcp_vault *v, struct buf *out) {
    buf_str(out, "{");
    if (v->replicas)
        buf_printf(out, "\"replication\":{\"userManaged\":{\"replicas\":%s}},", v->replicas);
    else if (!v->location) /* a regional secret lies where it is */
        buf_str(out, "\"replication\":{\"automatic\":{}},");
    buf_str(out, "\"labels\":{\"" GCP_MANAGED_LABEL "\":\"" GCP_MANAGED_VALUE "\"");
    if (v->run_label[0])
        buf_printf(out, ",\"" GCP_RUN_LABEL "\":\"%s\"", v->run_label);
    buf_str(out, "}}");
}

/* *exists: the name is taken. Asking twice does no harm: the second answer says so too. */
static enum kl_status create(struct gcp_vault *v, const char *stored, bool *exists, struct error *e) {
    struct arena a = ARENA_INIT;
    struct buf body = BUF_INIT(GCP_TOKEN_MAX_BYTES);
    struct gcp_answer answer = {0};
    make_secret(v, &body);
    const struct gcp_call call = {
        .method = "POST",
        .path = arena_printf(&a, "%s/secrets?secretId=%s", v->parent, stored),
        .body = buf_as_slice(&body),
        .repeatable = true,
        .what = arena_printf(&a, "creating %s", stored),
    };
    enum kl_status st = gcp_send(v, &call, &answer, e);
    *exists = st == KL_OK && answer.failed && answer.problem.code &&
              strcmp(answer.problem.code, "ALREADY_EXISTS") == 0;
    if (st == KL_OK && answer.failed && !*exists)
        st = gcp_problem_explain(v, &call, &answer.problem, e);
    gcp_answer_release(&answer);
    buf_release(&body);
    arena_release(&a);
    return st;
}

/* A secret of ours without a version is what a killed run left between its two calls, or
 * our own whose answer was lost. Any other one is somebody else's. */
static enum kl_status may_complete(struct gcp_vault *v, const char *stored, struct error *e) {
    struct secret held = {0};
    enum kl_status st = gcp_read(v, stored, NULL, &held, NULL, e);
    secret_release(&held);
    if (st == KL_OK)
        return error_set(e, KL_ERR_CONFLICT, "%s: Secret Manager has a value under this name already",
                         stored);
    if (st != KL_ERR_NOT_FOUND)
        return st;
    st = check_ours(v, stored, e);
    return st == KL_ERR_REFUSED ? e->status = KL_ERR_CONFLICT : st;
}

/* No call of the API says "only the first version". The first one has number 1; where ours
 * has another, somebody wrote at the same moment, or our own lost write was done after all. */
static enum kl_status check_first(struct gcp_vault *v, const char *stored, const struct secret *value,
                                  const char *version, struct error *e) {
    struct secret first = {0};
    struct arena a = ARENA_INIT;
    if (strcmp(version, "1") == 0)
        return KL_OK;
    enum kl_status st = gcp_read(v, stored, "1", &first, NULL, e);
    if (st != KL_OK || !secret_equal(&first, value))
        st = error_set(
            e, KL_ERR_CONFLICT,
            "%s: another program stored a value under this name at the same time; ours is version %s; "
            "compare them: gcloud secrets versions list %s %s",
            stored, version, stored, gcp_flags(v, &a));
    arena_release(&a);
    secret_release(&first);
    return st;
}

/* The two calls of one put are not one step: while they run, another thread of ours must
 * not take the secret for one that a killed run left. False: another one is at it. */
static bool begin_put(struct gcp_vault *v, struct gcp_put *mine) {
    mutex_lock(v->lock);
    const struct gcp_put *other = v->puts;
    while (other && strcmp(other->stored, mine->stored) != 0)
        other = other->next;
    if (!other) {
        mine->next = v->puts;
        v->puts = mine;
    }
    mutex_unlock(v->lock);
    return !other;
}

static void end_put(struct gcp_vault *v, struct gcp_put *mine) {
    mutex_lock(v->lock);
    struct gcp_put **at = &v->puts;
    while (*at != mine)
        at = &(*at)->next;
    *at = mine->next;
    mutex_unlock(v->lock);
}

static enum kl_status put(struct gcp_vault *v, const char *stored, const struct secret *value,
                          char version[VAULT_VERSION_MAX], struct error *e) {
    struct gcp_put mine = {.stored = stored};
    bool exists = false;
    if (!begin_put(v, &mine))
        return error_set(e, KL_ERR_CONFLICT, "%s: it is being stored just now, by another part of this run",
                         stored);
    enum kl_status st = create(v, stored, &exists, e);
    if (st == KL_OK && exists)
        st = may_complete(v, stored, e);
    if (st == KL_OK)
        st = add(v, stored, value, version, e);
    if (st == KL_OK)
        st = check_first(v, stored, value, version, e);
    end_put(v, &mine);
    return st;
}

enum kl_status gcp_put_if_absent(struct vault *vault, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    return write_value(vault, name, value, put, version_out, e);
}
