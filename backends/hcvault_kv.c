/* Reading a secret of a KV version 2 mount. Deleted versions answer 404 with a body
 * that says so, and a path that never was answers 404 without: the difference
 * matters, because only the second may be written as new. */
#include "backends/hcvault.h"

#include "base/system.h"

#define MAX_URL_BYTES (HCVAULT_MAX_PATH * 8u)
#define SETTLE_ATTEMPTS 5u
#define SETTLE_MS 100u

void hcvault_secret_release(struct hcvault_secret *s) {
    secret_release(&s->value);
    json_delete_secret(s->json);
    *s = (struct hcvault_secret){0};
}

struct hcvault_place hcvault_place_of(const struct hcvault *v, const char *name, struct arena *a) {
    if (v->bundle)
        return (struct hcvault_place){arena_printf(a, "%s%s", v->prefix, v->bundle),
                                      arena_cstr(a, slice_cstr(name))};
    return (struct hcvault_place){arena_printf(a, "%s%s", v->prefix, name), v->field};
}

static enum kl_status parse_field(const cJSON *fields, const char *field, struct hcvault_secret *out) {
    const cJSON *held = json_get(fields, field);
    out->field_count = (size_t)cJSON_GetArraySize(fields);
    out->has_field = held != NULL;
    out->is_text = cJSON_IsString(held);
    if (out->is_text)
        secret_set(&out->value, slice_cstr(held->valuestring));
    return KL_OK;
}

bool hcvault_says_nothing_there(const cJSON *answer) {
    const cJSON *errors = json_get(answer, "errors");
    return cJSON_IsArray(errors) && cJSON_GetArraySize(errors) == 0;
}

static enum kl_status not_as_documented(const char *name, struct error *e) {
    return error_set(e, KL_ERR_PROTOCOL, "%s: the answer is not that of a KV version 2 mount", name);
}

enum kl_status hcvault_secret_parse(const struct http_response *r, const char *field, const char *name,
                                    struct hcvault_secret *out, struct error *e) {
    enum kl_status st = hcvault_json(r, name, &out->json, e);
    if (st != KL_OK)
        return st;
    const cJSON *data = json_get(out->json, "data"), *metadata = json_get(data, "metadata");
    if (r->status == 404 && !metadata)
        return hcvault_says_nothing_there(out->json) ? KL_OK : not_as_documented(name, e);
    double version = json_number(metadata, "version", 0);
    if (version < 1 || version > 1e9)
        return not_as_documented(name, e);
    const char *tag = json_string(json_get(metadata, "custom_metadata"), HCVAULT_TAG);
    const char *deleted = json_string(metadata, "deletion_time");
    const cJSON *fields = json_get(data, "data");
    out->version = (unsigned)version;
    out->managed = tag && strcmp(tag, HCVAULT_TAG_VALUE) == 0;
    (void)snprintf(out->deleted_at, sizeof out->deleted_at, "%.19s", deleted ? deleted : "");
    if (json_bool(metadata, "destroyed", false))
        out->presence = HCVAULT_DESTROYED;
    else if (r->status == 404)
        out->presence = HCVAULT_DELETED;
    else if (cJSON_IsObject(fields))
        out->presence = HCVAULT_LIVE;
    else
        return not_as_documented(name, e);
    return out->presence == HCVAULT_LIVE ? parse_field(fields, field, out) : KL_OK;
}

enum kl_status hcvault_read(struct hcvault *v, const struct hcvault_place *place, const char *name,
                            unsigned version, struct hcvault_secret *out, struct error *e) {
    struct buf url = BUF_INIT(MAX_URL_BYTES);
    struct arena a = ARENA_INIT;
    struct http_response r = {0};
    hcvault_append_path(&url, v->mount);
    buf_str(&url, "data/");
    hcvault_append_path(&url, place->path);
    if (version)
        buf_printf(&url, "?version=%u", version);
    const struct hcvault_request request = {"GET", buf_cstr(&url), .repeatable = true};
    enum kl_status st = hcvault_send(v, &request, &r, e);
    if (st == KL_OK && (r.status == 200 || r.status == 404))
        st = hcvault_secret_parse(&r, place->field, name, out, e);
    else if (st == KL_OK)
        st = hcvault_refused(v, &r, arena_printf(&a, "reading %s", name),
                             hcvault_policy_line(v, &a, "data", "\"read\""), e);
    if (st != KL_OK)
        hcvault_secret_release(out);
    http_response_release(&r);
    arena_release(&a);
    buf_release(&url);
    return st;
}

enum kl_status hcvault_read_settled(struct hcvault *v, const struct hcvault_place *place, const char *name,
                                    struct hcvault_secret *out, struct error *e) {
    enum kl_status st = hcvault_read(v, place, name, 0, out, e);
    for (unsigned i = 0;
         i < SETTLE_ATTEMPTS && st == KL_OK && v->bundle && out->version == 1 && !out->managed; i++) {
        system_sleep_ms(SETTLE_MS);
        hcvault_secret_release(out);
        st = hcvault_read(v, place, name, 0, out, e);
    }
    return st;
}

enum kl_status hcvault_gone(const struct hcvault *v, const struct hcvault_place *place, const char *name,
                            const struct hcvault_secret *s, enum kl_status status, struct error *e) {
    int mount_len = (int)strlen(v->mount) - 1;
    if (s->presence == HCVAULT_DESTROYED)
        return error_set(
            e, status,
            "%s: version %u was destroyed and cannot come back; to use the name again, remove its "
            "history: vault kv metadata delete -mount=%.*s %s",
            name, s->version, mount_len, v->mount, place->path);
    return error_set(e, status,
                     "%s: version %u was deleted at %s; bring it back: vault kv undelete -mount=%.*s "
                     "-versions=%u %s   or remove it for good: vault kv metadata delete -mount=%.*s %s",
                     name, s->version, s->deleted_at[0] ? s->deleted_at : "a time not told", mount_len,
                     v->mount, s->version, place->path, mount_len, v->mount, place->path);
}

static enum kl_status no_such_field(const struct hcvault *v, const struct hcvault_place *place,
                                    const char *name, const struct hcvault_secret *s, bool pinned,
                                    struct error *e) {
    if (s->managed || pinned)
        return error_set(e, KL_ERR_NOT_FOUND, "%s%s has no field %s for %s", v->mount, place->path,
                         place->field, name);
    return error_set(e, KL_ERR_CONFLICT,
                     "%s: %s%s is another program's secret (%zu field%s, none called %s); choose another "
                     "--prefix%s, or hand it to keylift: vault kv metadata patch -mount=%.*s "
                     "-custom-metadata=" HCVAULT_TAG "=" HCVAULT_TAG_VALUE " %s",
                     name, v->mount, place->path, s->field_count, s->field_count == 1 ? "" : "s",
                     place->field, v->bundle ? " or --bundle" : "", (int)strlen(v->mount) - 1, v->mount,
                     place->path);
}

static bool parse_version(const char *text, unsigned *out) {
    unsigned long number = 0;
    for (size_t i = 0; text[i]; i++) {
        if (text[i] < '0' || text[i] > '9' || i > 8)
            return false;
        number = number * 10 + (unsigned long)(text[i] - '0');
    }
    *out = (unsigned)number;
    return number > 0;
}

enum kl_status hcvault_get(struct vault *vault, const char *name, const char *version, struct secret *out,
                           char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct hcvault *v = (struct hcvault *)vault;
    struct arena a = ARENA_INIT;
    struct hcvault_secret s = {0};
    struct hcvault_place place = hcvault_place_of(v, name, &a);
    unsigned number = 0;
    enum kl_status st = KL_OK;
    if (version && !parse_version(version, &number))
        st = error_set(e, KL_ERR_NOT_FOUND, "%s: \"%.20s\" is no version of a KV secret; they count from 1",
                       name, version);
    if (st == KL_OK)
        st = hcvault_ready(v, e);
    if (st == KL_OK)
        st = number ? hcvault_read(v, &place, name, number, &s, e)
                    : hcvault_read_settled(v, &place, name, &s, e);
    if (st != KL_OK)
        goto done;
    if (s.presence == HCVAULT_ABSENT)
        st = error_set(e, KL_ERR_NOT_FOUND, "%s: there is no %s%s%s%s", name, v->mount, place.path,
                       version ? " with a version " : "", version ? version : "");
    else if (s.presence != HCVAULT_LIVE)
        st = hcvault_gone(v, &place, name, &s, version ? KL_ERR_NOT_FOUND : KL_ERR_CONFLICT, e);
    else if (!s.has_field)
        st = no_such_field(v, &place, name, &s, version != NULL, e);
    else if (!s.is_text)
        st = error_set(e, KL_ERR_UNSUPPORTED, "%s: the field %s of %s%s is no text", name, place.field,
                       v->mount, place.path);
    if (st != KL_OK)
        goto done;
    secret_move(out, &s.value);
    if (version_out)
        (void)snprintf(version_out, VAULT_VERSION_MAX, "%u", s.version);
done:
    hcvault_secret_release(&s);
    arena_release(&a);
    return st;
}
