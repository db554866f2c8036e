/* aws_secrets.c: secrets in AWS Secrets Manager: get, put, add a version, list. Source:
 * "AWS Secrets Manager API Reference".
 *
 * A write carries a ClientRequestToken, made at random here, which becomes the id of the
 * version. So a repeated call makes no second version, and after a lost reply a read of
 * exactly that version tells what happened. */
#include "backends/aws.h"

#include "base/encode.h"
#include "base/system.h"

#define PAGE_SIZE 100       /* ListSecrets: the most that it gives at once */
#define MAX_PAGES 10000u    /* a million secrets: twice the quota of a region */
#define TOKEN_TEXT_BYTES 37 /* a UUID and its NUL */

static struct aws *self(struct vault *v) {
    return (struct aws *)v;
}

/* RFC 9562, version 4. */
static void make_token(char out[TOKEN_TEXT_BYTES]) {
    unsigned char b[16];
    system_random(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(out, TOKEN_TEXT_BYTES, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
}

static void add_value(cJSON *body, const struct secret *value) {
    if (!value->binary) {
        json_add_slice(body, "SecretString", secret_slice(value));
        return;
    }
    struct buf text = BUF_INIT_SECRET(AWS_MAX_VALUE_BYTES * 2);
    encode_base64(secret_slice(value), &text);
    json_add_slice(body, "SecretBinary", buf_as_slice(&text));
    buf_release(&text);
}

static void add_tag(cJSON *tags, const char *key, const char *value) {
    cJSON *tag = cJSON_CreateObject();
    json_add_string(tag, "Key", key);
    json_add_string(tag, "Value", value);
    cJSON_AddItemToArray(tags, tag);
}

/* {"SecretId": ...} or {"Name": ...} */
static cJSON *body_for(const char *key, const char *stored) {
    cJSON *body = cJSON_CreateObject();
    json_add_string(body, key, stored);
    return body;
}

enum kl_status aws_read_value(const cJSON *answer, const char *stored, const char *version,
                              struct secret *out, char version_out[VAULT_VERSION_MAX], struct error *e) {
    const char *name = json_string(answer, "Name"), *id = json_string(answer, "VersionId");
    const char *text = json_string(answer, "SecretString"), *bytes = json_string(answer, "SecretBinary");
    struct buf decoded = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES);
    enum kl_status st = KL_OK;
    if (!name || strcmp(name, stored) != 0 || !id || strlen(id) >= VAULT_VERSION_MAX || (!text && !bytes) ||
        (version && strcmp(id, version) != 0))
        st = error_set(e, KL_ERR_PROTOCOL, "%s: AWS's answer is not the secret that was asked for", stored);
    else if (bytes && !text && (!decode_base64(slice_cstr(bytes), &decoded) || !buf_ok(&decoded)))
        st = error_set(e, KL_ERR_PROTOCOL, "%s: the bytes in AWS's answer are not base64", stored);
    if (st == KL_OK) {
        secret_set(out, text ? slice_cstr(text) : buf_as_slice(&decoded));
        out->binary = !text;
        if (version_out)
            snprintf(version_out, VAULT_VERSION_MAX, "%s", id);
    }
    buf_release(&decoded);
    return st;
}

/* `description`: what DescribeSecret says. Its DeletedDate is there only between
 * DeleteSecret and the end. */
static bool deleted_at(const cJSON *description, char when[21]) {
    double deleted = json_number(description, "DeletedDate", 0);
    bool is = deleted > 0 && deleted < 253402300800.0; /* the year 10000 */
    when[0] = '\0';
    if (is)
        system_format_time((uint64_t)deleted, when);
    return is;
}

static enum kl_status explain_deleted(const char *stored, const char *when, struct error *e) {
    return error_set(
        e, KL_ERR_CONFLICT,
        "%s: a secret of this name is scheduled for deletion%s%s%s, and AWS keeps the name until "
        "then; take it back with: aws secretsmanager restore-secret --secret-id %s   (or choose "
        "another --prefix)",
        stored, when[0] ? " (DeletedDate " : "", when, when[0] ? ")" : "", stored);
}

/* What AWS says of a name whose secret is scheduled for deletion (emulators differ). */
static bool may_be_deleted(const struct aws_failure *why) {
    return aws_failure_is(why, "InvalidRequestException") || aws_failure_is(why, "ResourceExistsException");
}

/* Such a secret refuses every call: says so, and how to get out of it; else what
 * aws_failure_explain says. */
static enum kl_status explain_refusal(struct aws *w, const char *stored, const struct aws_failure *why,
                                      const char *action, struct error *e) {
    cJSON *body = body_for("SecretId", stored), *answer = NULL;
    struct aws_failure ignored;
    struct error lost;
    char when[21] = "";
    bool deleted = aws_secrets_send(w, "DescribeSecret", stored, body, &answer, &ignored, &lost) == KL_OK &&
                   deleted_at(answer, when);
    /* Without secretsmanager:DescribeSecret, AWS's own words are all there is. */
    if (!deleted && !answer)
        deleted = slice_find(slice_cstr(why->text), SLICE_LIT("deletion"), 0) != SIZE_MAX;
    json_delete_secret(answer);
    json_delete_secret(body);
    return deleted ? explain_deleted(stored, when, e) : aws_failure_explain(why, action, stored, e);
}

static enum kl_status get_stored(struct aws *w, const char *stored, const char *version, struct secret *out,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    cJSON *body = body_for("SecretId", stored), *answer = NULL;
    struct aws_failure why;
    if (version)
        json_add_string(body, "VersionId", version);
    enum kl_status st = aws_secrets_send(w, "GetSecretValue", stored, body, &answer, &why, e);
    if (st == KL_OK)
        st = aws_read_value(answer, stored, version, out, version_out, e);
    else if (may_be_deleted(&why))
        st = explain_refusal(w, stored, &why, "secretsmanager:GetSecretValue", e);
    json_delete_secret(answer);
    json_delete_secret(body);
    return st;
}

enum kl_status aws_get(struct vault *v, const char *name, const char *version, struct secret *out,
                       char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct arena scratch = ARENA_INIT;
    const char *stored;
    enum kl_status st = aws_map_name(v, name, &scratch, &stored, e);
    if (st == KL_OK)
        st = get_stored(self(v), stored, version, out, version_out, e);
    arena_release(&scratch);
    return st;
}

/* Whether the version that we named holds the value: then the write took place. */
static bool is_written(struct aws *w, const char *stored, const char *token, const struct secret *value) {
    struct secret held = {0};
    struct error ignored;
    bool same = get_stored(w, stored, token, &held, NULL, &ignored) == KL_OK && secret_equal(&held, value);
    secret_release(&held);
    return same;
}

/* Whether an error leaves it open if the server did what it was asked. */
static bool is_unsure(enum kl_status st) {
    return st == KL_ERR_NETWORK || st == KL_ERR_PROTOCOL || st == KL_ERR_THROTTLED || st == KL_ERR_LIMIT ||
           st == KL_ERR_TLS;
}

/* One write, with a token of its own. `body` has everything else. */
static enum kl_status write_value(struct aws *w, const char *operation, const char *stored, cJSON *body,
                                  const struct secret *value, char version_out[VAULT_VERSION_MAX],
                                  struct error *e) {
    char token[TOKEN_TEXT_BYTES];
    cJSON *answer = NULL;
    struct aws_failure why;
    struct arena scratch = ARENA_INIT;
    make_token(token);
    json_add_string(body, "ClientRequestToken", token);
    add_value(body, value);
    enum kl_status st = aws_secrets_send(w, operation, stored, body, &answer, &why, e);
    const char *id = st == KL_OK ? json_string(answer, "VersionId") : NULL;
    if (st == KL_OK && (!id || !id[0] || strlen(id) >= VAULT_VERSION_MAX))
        st = error_set(e, KL_ERR_PROTOCOL, "%s: AWS's answer to %s does not name the version", stored,
                       operation);
    /* "Exists already" may be the echo of our own first attempt, whose reply was lost. */
    if ((is_unsure(st) || st == KL_ERR_CONFLICT) && is_written(w, stored, token, value)) {
        id = token;
        st = KL_OK;
    } else if (st != KL_OK && may_be_deleted(&why))
        st = explain_refusal(w, stored, &why, arena_printf(&scratch, "secretsmanager:%s", operation), e);
    if (st == KL_OK && version_out)
        snprintf(version_out, VAULT_VERSION_MAX, "%s", id);
    json_delete_secret(answer);
    arena_release(&scratch);
    return st;
}

enum kl_status aws_put_if_absent(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct aws *w = self(v);
    struct arena scratch = ARENA_INIT;
    const char *stored;
    enum kl_status st = aws_accepts(v, name, value, e);
    if (st == KL_OK)
        st = aws_map_name(v, name, &scratch, &stored, e);
    if (st == KL_OK) {
        cJSON *body = body_for("Name", stored), *tags = cJSON_AddArrayToObject(body, "Tags");
        add_tag(tags, AWS_TAG_KEY, AWS_TAG_VALUE);
        if (w->run_id)
            add_tag(tags, AWS_TAG_RUN, w->run_id);
        if (w->kms_key)
            json_add_string(body, "KmsKeyId", w->kms_key);
        st = write_value(w, "CreateSecret", stored, body, value, version_out, e);
        json_delete_secret(body);
    }
    arena_release(&scratch);
    return st;
}

static bool is_ours(const cJSON *description) {
    const cJSON *tag;
    cJSON_ArrayForEach(tag, json_get(description, "Tags")) {
        const char *key = json_string(tag, "Key"), *value = json_string(tag, "Value");
        if (key && value && strcmp(key, AWS_TAG_KEY) == 0 && strcmp(value, AWS_TAG_VALUE) == 0)
            return true;
    }
    return false;
}

/* Only what keylift made, or was told is its own, gets another value. */
static enum kl_status check_ours(struct aws *w, const char *stored, struct error *e) {
    cJSON *body = body_for("SecretId", stored), *answer = NULL;
    struct aws_failure why;
    char when[21];
    enum kl_status st = aws_secrets_send(w, "DescribeSecret", stored, body, &answer, &why, e);
    const char *named = json_string(answer, "Name");
    if (st == KL_OK && (!named || strcmp(named, stored) != 0))
        st = error_set(e, KL_ERR_PROTOCOL, "%s: AWS described another secret than was asked for", stored);
    else if (st == KL_OK && deleted_at(answer, when))
        st = explain_deleted(stored, when, e);
    else if (st == KL_OK && !is_ours(answer))
        st = error_set(e, KL_ERR_REFUSED,
                       "%s: the secret has no tag " AWS_TAG_KEY "=" AWS_TAG_VALUE
                       ", so keylift does not change it; to hand "
                       "it over: aws secretsmanager tag-resource --secret-id %s --tags Key=" AWS_TAG_KEY
                       ",Value=" AWS_TAG_VALUE,
                       stored, stored);
    json_delete_secret(answer);
    json_delete_secret(body);
    return st;
}

enum kl_status aws_add_version(struct vault *v, const char *name, const struct secret *value,
                               char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct aws *w = self(v);
    struct arena scratch = ARENA_INIT;
    const char *stored;
    enum kl_status st = aws_accepts(v, name, value, e);
    if (st == KL_OK)
        st = aws_map_name(v, name, &scratch, &stored, e);
    if (st == KL_OK)
        st = check_ours(w, stored, e);
    if (st == KL_OK) {
        cJSON *body = body_for("SecretId", stored);
        st = write_value(w, "PutSecretValue", stored, body, value, version_out, e);
        json_delete_secret(body);
    }
    arena_release(&scratch);
    return st;
}

/* Calls fn for each name of one page that begins with the prefix. */
static enum kl_status take_page(const struct aws *w, const cJSON *answer,
                                void (*fn)(void *ctx, const char *name), void *ctx, struct error *e) {
    const cJSON *entry, *entries = json_get(answer, "SecretList");
    size_t prefix = strlen(w->prefix);
    if (!cJSON_IsArray(entries))
        return error_set(e, KL_ERR_PROTOCOL, "AWS's answer to ListSecrets has no list");
    cJSON_ArrayForEach(entry, entries) {
        const char *stored = json_string(entry, "Name");
        if (!stored)
            return error_set(e, KL_ERR_PROTOCOL, "AWS's answer to ListSecrets has an entry without a name");
        if (strncmp(stored, w->prefix, prefix) == 0 && stored[prefix])
            fn(ctx, stored + prefix);
    }
    return KL_OK;
}

static cJSON *list_body(const struct aws *w, const char *next) {
    cJSON *body = cJSON_CreateObject();
    cJSON_AddNumberToObject(body, "MaxResults", PAGE_SIZE);
    if (w->prefix[0]) { /* "name" matches beginnings */
        cJSON *filters = cJSON_AddArrayToObject(body, "Filters"), *filter = cJSON_CreateObject();
        json_add_string(filter, "Key", "name");
        cJSON *values = cJSON_AddArrayToObject(filter, "Values");
        cJSON_AddItemToArray(values, cJSON_CreateString(w->prefix));
        cJSON_AddItemToArray(filters, filter);
    }
    if (next)
        json_add_string(body, "NextToken", next);
    return body;
}

enum kl_status aws_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                        struct error *e) {
    struct aws *w = self(v);
    struct arena tokens = ARENA_INIT;
    const char *next = NULL;
    enum kl_status st = KL_OK;
    for (unsigned page = 0; st == KL_OK && (page == 0 || next); page++) {
        cJSON *body = list_body(w, next), *answer = NULL;
        struct aws_failure why;
        if (page == MAX_PAGES)
            st = error_set(e, KL_ERR_PROTOCOL, "AWS's list of secrets does not end");
        else
            st = aws_secrets_send(w, "ListSecrets", "list of secrets", body, &answer, &why, e);
        if (st == KL_OK)
            st = take_page(w, answer, fn, ctx, e);
        const char *token = st == KL_OK ? json_string(answer, "NextToken") : NULL;
        if (token && next && strcmp(token, next) == 0)
            st = error_set(e, KL_ERR_PROTOCOL, "AWS's list of secrets gives the same page again");
        next = token ? arena_cstr(&tokens, slice_cstr(token)) : NULL;
        json_delete_secret(answer);
        json_delete_secret(body);
    }
    arena_release(&tokens);
    return st;
}
