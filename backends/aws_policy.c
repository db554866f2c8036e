/* aws_policy.c: the IAM policy of a program that reads some secrets. (AWS: Actions,
 * resources, and condition keys for AWS Secrets Manager; the same for AWS KMS.) */
#include "backends/aws.h"

#include "base/buf.h"

#define ARN_SUFFIX "-\?\?\?\?\?\?" /* Secrets Manager adds "-" and six characters to a name */
#define ANY_ACCOUNT "*"
#define ARN_START "arn:"

struct place {
    const char *partition, *account;
};

/* arn:aws-cn:sts::123456789012:... Where STS cannot be reached, the account is left
 * open: a policy of an account can allow no more than what is in it. */
static enum kl_status find_place(struct aws *w, struct arena *a, struct place *out, struct error *e) {
    const char *arn = NULL, *account = NULL;
    enum kl_status st = aws_sts_caller(w, a, &account, &arn, e);
    if (st != KL_OK && st != KL_ERR_NETWORK)
        return st;
    *out = (struct place){"aws", st == KL_OK ? account : ANY_ACCOUNT};
    if (slice_starts(slice_cstr(w->region), "cn-"))
        out->partition = "aws-cn";
    else if (slice_starts(slice_cstr(w->region), "us-gov-"))
        out->partition = "aws-us-gov";
    if (st == KL_OK && slice_starts(slice_cstr(arn), ARN_START)) {
        const char *start = arn + strlen(ARN_START);
        out->partition = arena_printf(a, "%.*s", (int)strcspn(start, ":"), start);
    }
    *e = (struct error){0};
    return KL_OK;
}

static cJSON *allow(const char *id, const char *action) {
    cJSON *statement = cJSON_CreateObject();
    json_add_string(statement, "Sid", id);
    json_add_string(statement, "Effect", "Allow");
    json_add_string(statement, "Action", action);
    return statement;
}

/* An id or an ARN names the key itself; an alias can only be a condition. */
static cJSON *allow_key(const struct aws *w, const struct place *p, struct arena *a) {
    cJSON *statement = allow("DecryptWithTheKey", "kms:Decrypt");
    const char *key = w->kms_key, *alias = strstr(key, "alias/");
    const char *keys = arena_printf(a, ARN_START "%s:kms:%s:%s:key/", p->partition, w->region, p->account);
    if (!alias) {
        bool whole = slice_starts(slice_cstr(key), ARN_START);
        json_add_string(statement, "Resource", whole ? key : arena_printf(a, "%s%s", keys, key));
        return statement;
    }
    json_add_string(statement, "Resource", arena_printf(a, "%s*", keys));
    cJSON *condition = cJSON_AddObjectToObject(statement, "Condition");
    json_add_string(cJSON_AddObjectToObject(condition, "ForAnyValue:StringEquals"), "kms:ResourceAliases",
                    alias);
    return statement;
}

enum kl_status aws_policy(struct vault *v, const char *const *stored, size_t count, struct buf *out,
                          struct error *e) {
    struct aws *w = (struct aws *)v;
    struct arena a = ARENA_INIT;
    struct place p;
    enum kl_status st = find_place(w, &a, &p, e);
    if (st == KL_OK) {
        cJSON *policy = cJSON_CreateObject();
        json_add_string(policy, "Version", "2012-10-17");
        cJSON *statements = cJSON_AddArrayToObject(policy, "Statement");
        cJSON *read = allow("ReadTheSecrets", "secretsmanager:GetSecretValue");
        cJSON *resources = cJSON_AddArrayToObject(read, "Resource");
        for (size_t i = 0; i < count; i++)
            cJSON_AddItemToArray(resources, cJSON_CreateString(arena_printf(
                                                &a, ARN_START "%s:secretsmanager:%s:%s:secret:%s" ARN_SUFFIX,
                                                p.partition, w->region, p.account, stored[i])));
        cJSON_AddItemToArray(statements, read);
        if (w->kms_key)
            cJSON_AddItemToArray(statements, allow_key(w, &p, &a));
        json_print(policy, true, out);
        cJSON_Delete(policy);
    }
    arena_release(&a);
    return st;
}
