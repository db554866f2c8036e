/* aws_batch.c: the latest values of up to 20 secrets in one call. Source:
 * "BatchGetSecretValue" in the AWS Secrets Manager API Reference.
 *
 * What a batch leaves out is not told, nor is an error: a secret that is not permitted or
 * is about to be deleted is one for get, which says so. */
#include "backends/aws.h"

/* Of one batch. A page may be empty, but not all of them. */
#define MAX_PAGES (2u * AWS_BATCH_NAMES)

struct batch {
    struct aws *w;
    struct vault_read *reads;
    size_t count;
    const char **stored; /* of each read */
    const char *what;    /* for messages */
    cJSON *ids;
};

/* Two reads may be of one name, which is asked for once. */
static bool is_asked(const struct batch *b, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (strcmp(b->stored[k], b->stored[i]) == 0)
            return true;
    return false;
}

static enum kl_status add_names(struct batch *b, struct arena *a, struct error *e) {
    enum kl_status st = KL_OK;
    b->stored = arena_alloc(a, b->count * sizeof *b->stored);
    for (size_t i = 0; st == KL_OK && i < b->count; i++) {
        st = aws_map_name(&b->w->vault, b->reads[i].name, a, &b->stored[i], e);
        if (st == KL_OK && !is_asked(b, i))
            cJSON_AddItemToArray(b->ids, cJSON_CreateString(b->stored[i]));
    }
    return st;
}

static void take_values(const struct batch *b, const cJSON *answer) {
    const cJSON *entry;
    cJSON_ArrayForEach(entry, json_get(answer, "SecretValues")) {
        const char *name = json_string(entry, "Name");
        for (size_t i = 0; name && i < b->count; i++) {
            struct vault_read *r = &b->reads[i];
            struct error ignored;
            if (r->status != KL_OK && strcmp(name, b->stored[i]) == 0 &&
                aws_read_value(entry, b->stored[i], NULL, &r->value, r->version, &ignored) == KL_OK)
                r->status = KL_OK;
        }
    }
    cJSON_ArrayForEach(entry, json_get(answer, "Errors")) {
        const char *name = json_string(entry, "SecretId"), *code = json_string(entry, "ErrorCode");
        for (size_t i = 0; name && code && i < b->count; i++)
            if (b->reads[i].status != KL_OK && strcmp(name, b->stored[i]) == 0 &&
                strcmp(code, "ResourceNotFoundException") == 0)
                b->reads[i].status = KL_ERR_NOT_FOUND;
    }
}

/* One page; *next is the token of the page after it, or NULL. */
static enum kl_status read_page(const struct batch *b, struct arena *a, const char **next, struct error *e) {
    cJSON *body = cJSON_CreateObject(), *answer = NULL;
    struct aws_failure why;
    cJSON_AddItemToObject(body, "SecretIdList", cJSON_Duplicate(b->ids, true));
    if (*next)
        json_add_string(body, "NextToken", *next);
    enum kl_status st = aws_secrets_send(b->w, "BatchGetSecretValue", b->what, body, &answer, &why, e);
    if (st == KL_OK)
        take_values(b, answer);
    const char *token = json_string(answer, "NextToken");
    *next = token && token[0] ? arena_cstr(a, slice_cstr(token)) : NULL;
    json_delete_secret(answer);
    json_delete_secret(body);
    return st;
}

/* Whether get would meet the same. All else is about this call: it needs a permission of
 * its own, its answer may be too long, and not every emulator has it. */
static bool is_of_every_call(enum kl_status st) {
    return st == KL_ERR_NETWORK || st == KL_ERR_TLS || st == KL_ERR_THROTTLED || st == KL_ERR_CREDENTIALS ||
           st == KL_ERR_INTERRUPTED;
}

enum kl_status aws_get_many(struct vault *v, struct vault_read *reads, size_t count, struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct batch b = {.w = (struct aws *)v, .reads = reads, .count = count, .ids = cJSON_CreateArray()};
    const char *next = NULL;
    enum kl_status st = add_names(&b, &scratch, e);
    if (st == KL_OK)
        b.what = arena_printf(&scratch, "%s and %zu more", b.stored[0], count - 1);
    for (unsigned page = 0; st == KL_OK && page < MAX_PAGES && (page == 0 || next); page++)
        st = read_page(&b, &scratch, &next, e);
    if (st != KL_OK && !is_of_every_call(st))
        st = error_set(e, KL_ERR_UNSUPPORTED, "AWS gives no values of many secrets in one call");
    cJSON_Delete(b.ids);
    arena_release(&scratch);
    return st;
}
