/* Writing with check-and-set: the server takes a write only if the secret is still at
 * the version that was read. So no other field and no other program's write is lost,
 * and a write may be sent again when its answer was lost: the second one is refused,
 * and reading tells whether the first one was taken. (KV version 2 API, "cas".) */
#include "backends/hcvault.h"

#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

#define ATTEMPTS 12u /* of one write: others may write other fields of a bundle */
#define PAUSE_MS 40u
#define PAUSE_LONGEST_MS 1000u

struct write {
    struct hcvault *v;
    struct hcvault_place place;
    const char *name;
    const struct secret *value;
    bool add; /* a version; else only if absent */
    struct arena a;
};

static enum kl_status conflict(const struct write *w, const char *problem, struct error *e) {
    return error_set(e, KL_ERR_CONFLICT, "%s: %s%s %s", w->name, w->v->mount, w->place.path, problem);
}

/* Whether what was read may be changed by this write. */
static enum kl_status may_write(const struct write *w, const struct hcvault_secret *s, struct error *e) {
    if (s->presence == HCVAULT_ABSENT)
        return w->add ? error_set(e, KL_ERR_NOT_FOUND, "%s: there is no %s%s to add a version to", w->name,
                                  w->v->mount, w->place.path)
                      : KL_OK;
    if (s->presence != HCVAULT_LIVE)
        return hcvault_gone(w->v, &w->place, w->name, s, KL_ERR_CONFLICT, e);
    if (s->has_field && !w->add)
        return conflict(w, "has a value already", e);
    if (!s->has_field && w->add)
        return error_set(e, KL_ERR_NOT_FOUND, "%s: %s%s has no field %s", w->name, w->v->mount, w->place.path,
                         w->place.field);
    if (!s->managed)
        return error_set(e, KL_ERR_REFUSED,
                         "%s: %s%s was not made by keylift (it lacks the custom metadata " HCVAULT_TAG
                         "=" HCVAULT_TAG_VALUE "), so it is not changed",
                         w->name, w->v->mount, w->place.path);
    return KL_OK;
}

/* {"data": {"value": "..."}, "options": {"cas": 3}} */
static void write_body(const struct write *w, unsigned cas, struct buf *out) {
    cJSON *body = cJSON_CreateObject(), *data = cJSON_AddObjectToObject(body, "data"),
          *options = cJSON_AddObjectToObject(body, "options");
    if (!data || !options)
        mem_die();
    json_add_slice(data, w->place.field, secret_slice(w->value));
    json_add_count(options, "cas", cas);
    json_print(body, false, out);
    json_delete_secret(body);
}

/* A new secret is posted; one with fields is patched by the server itself, so that
 * its other fields never pass through here. */
static enum kl_status send_write(struct write *w, const struct hcvault_secret *s, struct http_response *r,
                                 struct error *e) {
    struct buf url = BUF_INIT(KL_MAX_PATH_BYTES), body = BUF_INIT_SECRET(HCVAULT_MAX_SECRET_BYTES * 8);
    bool patch = s->presence == HCVAULT_LIVE;
    hcvault_append_path(&url, w->v->mount);
    buf_str(&url, "data/");
    hcvault_append_path(&url, w->place.path);
    write_body(w, s->version, &body);
    const struct hcvault_request request = {patch ? "PATCH" : "POST", buf_cstr(&url), buf_as_slice(&body),
                                            .patch = patch};
    enum kl_status st = hcvault_send(w->v, &request, r, e);
    buf_release(&body);
    buf_release(&url);
    return st;
}

static enum kl_status read_version(const struct write *w, const struct http_response *r, unsigned *out,
                                   struct error *e) {
    cJSON *json = NULL;
    enum kl_status st = hcvault_json(r, w->name, &json, e);
    double version = json_number(json_get(json, "data"), "version", 0);
    if (st == KL_OK && (version < 1 || version > 1e9))
        st = error_set(e, KL_ERR_PROTOCOL, "%s: the server does not say which version it wrote", w->name);
    *out = st == KL_OK ? (unsigned)version : 0;
    json_delete_secret(json);
    return st;
}

static bool is_cas_mismatch(const struct http_response *r, struct arena *a) {
    const char *said;
    hcvault_error_text(r, a, &said);
    return r->status == 400 && strstr(said, "check-and-set");
}

/* One attempt. *again: the outcome is not known, or another write came first; the
 * secret is to be read again. */
static enum kl_status attempt(struct write *w, const struct hcvault_secret *s, unsigned *version, bool *again,
                              struct error *e) {
    struct http_response r = {0};
    bool patch = s->presence == HCVAULT_LIVE;
    enum kl_status st = send_write(w, s, &r, e);
    *again = st == KL_ERR_NETWORK || st == KL_ERR_PROTOCOL || st == KL_ERR_LIMIT;
    if (st == KL_OK && (r.status == 200 || r.status == 204)) {
        st = read_version(w, &r, version, e);
        *again = st != KL_OK;
    } else if (st == KL_OK) {
        const char *needs = patch ? "\"patch\"" : "\"create\", \"update\"";
        bool mismatch = is_cas_mismatch(&r, &w->a);
        st = hcvault_refused(w->v, &r, arena_printf(&w->a, "storing %s", w->name),
                             hcvault_policy_line(w->v, &w->a, "data", needs), e);
        *again = mismatch || st == KL_ERR_THROTTLED || st == KL_ERR_NETWORK;
        if (mismatch)
            st = conflict(w, "was changed by another program in this moment", e);
    }
    http_response_release(&r);
    return st;
}

/* After a write whose outcome is not known: whether it was taken. */
static bool is_ours(const struct write *w, const struct hcvault_secret *before,
                    const struct hcvault_secret *now) {
    return now->presence == HCVAULT_LIVE && now->version > before->version && now->is_text &&
           secret_equal(&now->value, w->value);
}

/* Whether the field that is to be replaced is as it was. */
static bool is_same_field(const struct hcvault_secret *before, const struct hcvault_secret *now) {
    return before->has_field == now->has_field && before->is_text == now->is_text &&
           secret_equal(&before->value, &now->value);
}

static void pause_before(unsigned attempt_number) {
    uint32_t random;
    unsigned longest = PAUSE_MS << (attempt_number < 6 ? attempt_number : 6);
    longest = longest < PAUSE_LONGEST_MS ? longest : PAUSE_LONGEST_MS;
    system_random(&random, sizeof random);
    system_sleep_ms(random % (longest + 1));
}

static enum kl_status write_field(struct write *w, unsigned *version, struct error *e) {
    struct hcvault_secret before = {0}, now = {0};
    bool again = true, sent = false;
    double end = system_seconds() + HTTP_TOTAL_MS / 1e3;
    enum kl_status st = hcvault_read_settled(w->v, &w->place, w->name, &before, e);
    for (unsigned i = 0; st == KL_OK && again; i++) {
        struct error why = {0};
        st = may_write(w, &before, e);
        if (st == KL_OK)
            st = attempt(w, &before, version, &again, e);
        if (st == KL_OK || !again)
            break;
        why = *e;
        sent = st != KL_ERR_CONFLICT || sent;
        pause_before(i);
        st = hcvault_read_settled(w->v, &w->place, w->name, &now, e);
        if (st == KL_OK && sent && is_ours(w, &before, &now)) {
            *version = now.version;
            break;
        }
        if (st == KL_OK &&
            (i + 1 == ATTEMPTS || system_seconds() > end || (w->add && !is_same_field(&before, &now)))) {
            *e = why;
            st = why.status;
        }
        hcvault_secret_release(&before);
        before = now;
        now = (struct hcvault_secret){0};
    }
    hcvault_secret_release(&before);
    hcvault_secret_release(&now);
    return st;
}

static void tag_body(const struct write *w, struct buf *out) {
    cJSON *json = cJSON_CreateObject(), *custom = cJSON_AddObjectToObject(json, "custom_metadata");
    json_add_string(custom, HCVAULT_TAG, HCVAULT_TAG_VALUE);
    if (w->v->run_id)
        json_add_string(custom, HCVAULT_TAG_RUN, w->v->run_id);
    json_print(json, false, out);
    cJSON_Delete(json);
}

/* The tag comes after the value: before it, it could fall on a secret that somebody
 * else makes in this moment. A merge patch keeps what else the metadata says. A standby
 * node may not have heard yet of the path that was just written through it. */
static enum kl_status tag(struct write *w, struct error *e) {
    struct buf url = BUF_INIT(KL_MAX_PATH_BYTES), body = BUF_INIT(KL_MAX_PATH_BYTES);
    struct http_response r = {0};
    tag_body(w, &body);
    hcvault_append_path(&url, w->v->mount);
    buf_str(&url, "metadata/");
    hcvault_append_path(&url, w->place.path);
    const struct hcvault_request request = {"PATCH", buf_cstr(&url), buf_as_slice(&body), .patch = true,
                                            .repeatable = true};
    enum kl_status st = hcvault_send(w->v, &request, &r, e);
    for (unsigned i = 0; i < ATTEMPTS && st == KL_OK && r.status == 404; i++) {
        pause_before(i);
        http_response_release(&r);
        st = hcvault_send(w->v, &request, &r, e);
    }
    if (st == KL_OK && r.status != 200 && r.status != 204)
        st = hcvault_refused(w->v, &r, arena_printf(&w->a, "%s is stored; marking it as keylift's", w->name),
                             hcvault_policy_line(w->v, &w->a, "metadata", "\"patch\""), e);
    http_response_release(&r);
    buf_release(&body);
    buf_release(&url);
    return st;
}

static enum kl_status store(struct hcvault *v, const char *name, const struct secret *value, bool add,
                            char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct write w = {.v = v, .name = name, .value = value, .add = add};
    unsigned version = 0;
    enum kl_status st = hcvault_ready(v, e);
    if (st != KL_OK)
        return st;
    w.place = hcvault_place_of(v, name, &w.a);
    if (v->bundle)
        mutex_lock(v->writing);
    st = write_field(&w, &version, e);
    /* A later version finds the tag there: it is what allowed the write. */
    if (st == KL_OK && version == 1)
        st = tag(&w, e);
    if (v->bundle)
        mutex_unlock(v->writing);
    if (st == KL_OK && version_out)
        (void)snprintf(version_out, VAULT_VERSION_MAX, "%u", version);
    arena_release(&w.a);
    return st;
}

enum kl_status hcvault_put_if_absent(struct vault *v, const char *name, const struct secret *value,
                                     char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store((struct hcvault *)v, name, value, false, version_out, e);
}

enum kl_status hcvault_add_version(struct vault *v, const char *name, const struct secret *value,
                                   char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store((struct hcvault *)v, name, value, true, version_out, e);
}

/* Only a first version lacks the mark, and only one with the very value can be that of the
 * put that was killed. */
enum kl_status hcvault_finish_put(struct vault *vault, const char *name, const struct secret *value,
                                  struct error *e) {
    struct hcvault *v = (struct hcvault *)vault;
    struct write w = {.v = v, .name = name, .value = value};
    struct hcvault_secret now = {0};
    const struct hcvault_secret none = {0};
    enum kl_status st = hcvault_ready(v, e);
    if (st != KL_OK)
        return st;
    w.place = hcvault_place_of(v, name, &w.a);
    if (v->bundle)
        mutex_lock(v->writing);
    st = hcvault_read(v, &w.place, name, 0, &now, e);
    if (st == KL_OK && now.version == 1 && !now.managed && is_ours(&w, &none, &now))
        st = tag(&w, e);
    if (v->bundle)
        mutex_unlock(v->writing);
    hcvault_secret_release(&now);
    arena_release(&w.a);
    return st;
}
