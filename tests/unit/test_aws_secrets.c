/* The calls of the vault "aws": what is sent, and what each answer means. */
#include "tests/support/aws_fake_secrets.h"

#define STS "https://sts.eu-central-1.amazonaws.com/"
#define FOUND "{\"ARN\":\"a\",\"Name\":\"prod/KEY\",\"VersionId\":\"v-1\",\"SecretString\":\"" VALUE "\"}"

static struct secret secret_from(const char *text, bool binary) {
    struct secret s = {0};
    secret_set(&s, slice_cstr(text));
    s.binary = binary;
    return s;
}

static enum kl_status put(struct fake *f, const char *name, bool binary, char version[VAULT_VERSION_MAX],
                          struct error *e) {
    struct secret s = secret_from(VALUE, binary);
    enum kl_status st = f->vault->kind->put_if_absent(f->vault, name, &s, version, e);
    secret_release(&s);
    return st;
}

static void get_reads_text_and_bytes(void **state) {
    struct fake *f = *state;
    struct secret got = {0};
    struct error e = {0};
    char version[VAULT_VERSION_MAX] = "";
    open_with_keys(f);
    answer(f, "X-Amz-Target: secretsmanager.GetSecretValue\n{\"SecretId\":\"prod/KEY\"}", 200, FOUND);
    assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, version, &e), KL_OK);
    assert_true(slice_eq_cstr(secret_slice(&got), VALUE));
    assert_false(got.binary);
    assert_string_equal(version, "v-1");
    assert_string_equal(f->signer, "id-of-env");
    answer(f, "\"VersionId\":\"v-2\"", 200,
           "{\"Name\":\"prod/KEY\",\"VersionId\":\"v-2\",\"SecretBinary\":\"AP8B\"}");
    assert_int_equal(aws_get(f->vault, "KEY", "v-2", &got, NULL, &e), KL_OK);
    assert_int_equal(got.len, 3);
    assert_memory_equal(got.ptr, "\0\xff\1", 3);
    assert_true(got.binary);
    secret_release(&got);
}

static void an_answer_that_is_another_secret_is_no_value(void **state) {
    struct fake *f = *state;
    static const char *const bodies[] = {
        "",
        "<html>",
        "[]",
        "{}",
        "{\"Name\":\"prod/OTHER\",\"VersionId\":\"v-1\",\"SecretString\":\"x\"}",
        "{\"Name\":\"prod/KEY\",\"SecretString\":\"x\"}",
        "{\"Name\":\"prod/KEY\",\"VersionId\":\"v-1\"}",
        "{\"Name\":\"prod/KEY\",\"VersionId\":\"v-1\",\"SecretString\":\"a\\u0000b\"}",
        "{\"Name\":\"prod/KEY\",\"VersionId\":\"v-1\",\"SecretString\":\"a\",\"SecretString\":\"b\"}",
        "{\"Name\":\"prod/KEY\",\"VersionId\":\"v-1\",\"SecretBinary\":\"***\"}",
        ("{\"Name\":\"prod/KEY\",\"VersionId\":\"v-1\",\"SecretString\":\"" VALUE),
    };
    open_with_keys(f);
    for (size_t i = 0; i < KL_ARRAY_LEN(bodies); i++) {
        struct secret got = {0};
        struct error e = {0};
        answer(f, "GetSecretValue", 200, bodies[i]);
        assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), KL_ERR_PROTOCOL);
        fake_message(f, &e, "prod/KEY");
        assert_null(got.ptr);
    }
}

#define MADE "{\"Name\":\"prod/KEY\",\"VersionId\":\"{token}\"}"
#define MADE_AND_READ "{\"Name\":\"prod/KEY\",\"VersionId\":\"{token}\",\"SecretString\":\"" VALUE "\"}"

static void a_put_tags_and_names_its_version(void **state) {
    struct fake *f = *state;
    struct error e = {0};
    char version[VAULT_VERSION_MAX] = "";
    struct aws *w = open_with_keys(f);
    w->kms_key = "alias/shop";
    answer(f, "CreateSecret", 200, MADE);
    assert_int_equal(put(f, "KEY", false, version, &e), KL_OK);
    assert_int_equal(strlen(version), 36);
    const char *log = buf_cstr(&f->log);
    static const char *const parts[] = {"\"Name\":\"prod/KEY\"",
                                        "{\"Key\":\"managed-by\",\"Value\":\"keylift\"}",
                                        "{\"Key\":\"keylift-run\",\"Value\":\"run-1\"}",
                                        "\"KmsKeyId\":\"alias/shop\"", "\"SecretString\":\"" VALUE "\""};
    for (size_t i = 0; i < KL_ARRAY_LEN(parts); i++)
        assert_non_null(strstr(log, parts[i]));
    assert_non_null(strstr(log, version));
}

static void every_attempt_of_a_put_has_the_same_token(void **state) {
    struct fake *f = *state;
    struct error e = {0};
    char version[VAULT_VERSION_MAX] = "";
    unsigned seen = 0;
    open_with_keys(f);
    answer(f, "CreateSecret", 500, "{}");
    fake_expect(f, (struct fake_step){"POST", URL, NULL, 0, NULL, NULL, KL_ERR_NETWORK});
    answer(f, "CreateSecret", 200, MADE);
    assert_int_equal(put(f, "KEY", false, version, &e), KL_OK);
    for (const char *at = buf_cstr(&f->log); (at = strstr(at, version)); at++)
        seen++;
    assert_int_equal(seen, 3);
}

static void a_put_whose_reply_was_lost_is_found_by_its_version(void **state) {
    struct fake *f = *state;
    struct error e = {0};
    char version[VAULT_VERSION_MAX] = "";
    open_with_keys(f);
    for (unsigned i = 0; i < HTTP_ATTEMPTS; i++)
        fake_expect(f, (struct fake_step){"POST", URL, "CreateSecret", 0, NULL, NULL, KL_ERR_NETWORK});
    answer(f, "GetSecretValue", 200, MADE_AND_READ);
    assert_int_equal(put(f, "KEY", false, version, &e), KL_OK);
    assert_int_equal(strlen(version), 36);
    /* The server knew the name already when the second attempt came. */
    answer(f, "CreateSecret", 400, ERROR("ResourceExistsException", "there is one"));
    answer(f, "\"VersionId\":\"", 200, MADE_AND_READ);
    assert_int_equal(put(f, "KEY", false, version, &e), KL_OK);
    /* Garbage for a reply. */
    answer(f, "CreateSecret", 200, "{");
    answer(f, "\"VersionId\":\"", 200, MADE_AND_READ);
    assert_int_equal(put(f, "KEY", false, version, &e), KL_OK);
}

static void a_put_that_cannot_be_found_is_not_called_done(void **state) {
    struct fake *f = *state;
    struct error e = {0};
    char version[VAULT_VERSION_MAX] = "";
    open_with_keys(f);
    for (unsigned i = 0; i < HTTP_ATTEMPTS; i++)
        fake_expect(f, (struct fake_step){"POST", URL, "CreateSecret", 0, NULL, NULL, KL_ERR_NETWORK});
    answer(f, "GetSecretValue", 400, ERROR("ResourceNotFoundException", "no"));
    assert_int_equal(put(f, "KEY", false, version, &e), KL_ERR_NETWORK);
    fake_message(f, &e, "prod/KEY");
    answer(f, "CreateSecret", 400, ERROR("ResourceExistsException", "there is one"));
    answer(f, "GetSecretValue", 200, FOUND);
    answer(f, "DescribeSecret", 200, "{\"Name\":\"prod/KEY\"}");
    assert_int_equal(put(f, "KEY", false, version, &e), KL_ERR_CONFLICT);
    fake_message(f, &e, "there already");
    answer(f, "CreateSecret", 200, "{\"VersionId\":\"\"}");
    answer(f, "GetSecretValue", 200,
           "{\"Name\":\"prod/KEY\",\"VersionId\":\"{token}\",\"SecretString\":\"x\"}");
    assert_int_equal(put(f, "KEY", false, version, &e), KL_ERR_PROTOCOL);
    assert_string_equal(version, "");
}

static void bytes_are_sent_as_bytes(void **state) {
    struct fake *f = *state;
    struct error e = {0};
    open_with_keys(f);
    answer(f, "\"SecretBinary\":\"dmFsdWUtb2YtdGhlLXNlY3JldA==\"", 403, ERROR("AccessDeniedException", "x"));
    assert_int_equal(put(f, "KEY", true, NULL, &e), KL_ERR_PERMISSION);
    fake_message(f, &e, "secretsmanager:CreateSecret");
}

static void a_permission_that_aws_names_is_named(void **state) {
    struct fake *f = *state;
    struct error e = {0};
    open_with_keys(f);
    answer(f, NULL, 400,
           ERROR("AccessDeniedException",
                 "User: arn:x is not authorized to perform: secretsmanager:TagResource on resource: y"));
    assert_int_equal(put(f, "KEY", false, NULL, &e), KL_ERR_PERMISSION);
    fake_message(f, &e, "may not secretsmanager:TagResource;");
}

static void what_the_vault_cannot_hold_is_refused_before_it_is_sent(void **state) {
    struct fake *f = *state;
    struct secret s = {0};
    struct error e = {0};
    open_with_keys(f);
    char *big = mem_calloc(AWS_MAX_VALUE_BYTES + 1, 1);
    memset(big, 'x', AWS_MAX_VALUE_BYTES + 1);
    const struct {
        struct slice value;
        bool binary;
        enum kl_status status;
    } cases[] = {
        {SLICE_LIT(""), false, KL_ERR_UNSUPPORTED},
        {SLICE_LIT(""), true, KL_ERR_UNSUPPORTED},
        {SLICE_LIT("a\0b"), false, KL_ERR_UNSUPPORTED},
        {SLICE_LIT("\xff"), false, KL_ERR_UNSUPPORTED},
        {SLICE_LIT("\xed\xa0\x80"), false, KL_ERR_UNSUPPORTED},
        {{big, AWS_MAX_VALUE_BYTES + 1}, false, KL_ERR_LIMIT},
        {{big, AWS_MAX_VALUE_BYTES + 1}, true, KL_ERR_LIMIT},
        {{big, AWS_MAX_VALUE_BYTES}, false, KL_OK},
        {SLICE_LIT("a\0\xff"), true, KL_OK},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        secret_set(&s, cases[i].value);
        s.binary = cases[i].binary;
        assert_int_equal(aws_accepts(f->vault, "KEY", &s, &e), cases[i].status);
        if (cases[i].status == KL_OK)
            continue;
        fake_message(f, &e, "KEY");
        assert_int_equal(aws_put_if_absent(f->vault, "KEY", &s, NULL, &e), cases[i].status);
        assert_int_equal(aws_add_version(f->vault, "KEY", &s, NULL, &e), cases[i].status);
    }
    secret_release(&s);
    free(big);
}

static void names_that_aws_does_not_take_are_refused(void **state) {
    struct fake *f = *state;
    struct arena a = ARENA_INIT;
    const char *stored;
    struct error e = {0};
    struct aws *w = open_with_keys(f);
    char big[AWS_MAX_NAME_BYTES] = "";
    memset(big, 'n', sizeof big - 1);
    assert_int_equal(aws_map_name(f->vault, "A_1", &a, &stored, &e), KL_OK);
    assert_string_equal(stored, "prod/A_1");
    assert_int_equal(aws_map_name(f->vault, "", &a, &stored, &e), KL_ERR_UNSUPPORTED);
    assert_int_equal(aws_map_name(f->vault, "A B", &a, &stored, &e), KL_ERR_UNSUPPORTED);
    assert_int_equal(aws_map_name(f->vault, big, &a, &stored, &e), KL_ERR_UNSUPPORTED);
    w->prefix = "pr\xc3\xb6"
                "d/";
    assert_int_equal(aws_map_name(f->vault, "A", &a, &stored, &e), KL_ERR_UNSUPPORTED);
    arena_release(&a);
}

static void a_version_is_added_only_to_what_is_tagged(void **state) {
    struct fake *f = *state;
    struct secret s = secret_from(VALUE, false);
    struct error e = {0};
    open_with_keys(f);
    answer(f, "DescribeSecret", 200,
           "{\"Name\":\"prod/KEY\",\"Tags\":[{\"Key\":\"managed-by\",\"Value\":\"me\"}]}");
    assert_int_equal(aws_add_version(f->vault, "KEY", &s, NULL, &e), KL_ERR_REFUSED);
    fake_message(f, &e, "aws secretsmanager tag-resource --secret-id prod/KEY");
    answer(
        f, "DescribeSecret", 200,
        "{\"Name\":\"prod/KEY\",\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"},{\"Key\":\"managed-by\",\"Value\":"
        "\"keylift\"}]}");
    answer(f, "PutSecretValue", 400, ERROR("LimitExceededException", "too many"));
    answer(f, "GetSecretValue", 400, ERROR("ResourceNotFoundException", "no"));
    assert_int_equal(aws_add_version(f->vault, "KEY", &s, NULL, &e), KL_ERR_LIMIT);
    fake_message(f, &e, "quota");
    secret_release(&s);
}

static void a_secret_that_is_scheduled_for_deletion_is_explained(void **state) {
    struct fake *f = *state;
    struct secret got = {0};
    struct error e = {0};
    const char *refused =
        ERROR("InvalidRequestException",
              "You can't perform this operation on the secret because it was marked for deletion.");
    open_with_keys(f);
    answer(f, "GetSecretValue", 400, refused);
    answer(f, "DescribeSecret", 200, "{\"Name\":\"prod/KEY\",\"DeletedDate\":1.7698608E9}");
    assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), KL_ERR_CONFLICT);
    fake_message(f, &e, "(DeletedDate 2026-01-31T12:00:00Z)");
    fake_message(f, &e, "restore-secret --secret-id prod/KEY");
    answer(f, "CreateSecret", 400, refused);
    answer(f, "DescribeSecret", 403, ERROR("AccessDeniedException", "x"));
    assert_int_equal(put(f, "KEY", false, NULL, &e), KL_ERR_CONFLICT);
    fake_message(f, &e, "scheduled for deletion");
    answer(f, "GetSecretValue", 400, ERROR("InvalidRequestException", "another state"));
    answer(f, "DescribeSecret", 200, "{\"Name\":\"prod/KEY\"}");
    assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), KL_ERR_REFUSED);
}

static void a_credential_that_ran_out_is_made_anew_once(void **state) {
    struct fake *f = *state;
    struct secret got = {0};
    struct error e = {0};
    open_with_keys(f);
    answer(f, "GetSecretValue", 400, ERROR("ExpiredTokenException", "the security token is expired"));
    answer(f, "GetSecretValue", 200, FOUND);
    assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), KL_OK);
    answer(f, "GetSecretValue", 400, ERROR("ExpiredTokenException", "the security token is expired"));
    answer(f, "GetSecretValue", 400, ERROR("ExpiredTokenException", "the security token is expired"));
    assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), KL_ERR_CREDENTIALS);
    fake_message(f, &e, "has run out");
    secret_release(&got);
}

static void throttling_is_waited_for(void **state) {
    struct fake *f = *state;
    struct secret got = {0};
    struct error e = {0};
    open_with_keys(f);
    answer(f, "GetSecretValue", 400, ERROR("ThrottlingException", "Rate exceeded"));
    answer(f, "GetSecretValue", 200, FOUND);
    assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), KL_OK);
    for (unsigned i = 0; i < HTTP_ATTEMPTS; i++)
        answer(f, "GetSecretValue", 400, ERROR("ThrottlingException", "Rate exceeded"));
    assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), KL_ERR_THROTTLED);
    fake_message(f, &e, "slow down");
    secret_release(&got);
}

static void each_error_has_its_category_and_what_to_do(void **state) {
    struct fake *f = *state;
    static const struct {
        unsigned status;
        const char *headers, *body;
        enum kl_status category;
        const char *part;
    } cases[] = {
        {400, NULL, ERROR("ResourceNotFoundException", VALUE), KL_ERR_NOT_FOUND, "no such secret"},
        {400, NULL, ERROR("com.amazonaws.secretsmanager#ResourceNotFoundException", ""), KL_ERR_NOT_FOUND,
         "ResourceNotFoundException"},
        {400, "x-amzn-errortype: ResourceNotFoundException:http://x/\n", "{}", KL_ERR_NOT_FOUND,
         "ResourceNotFoundException"},
        {400, NULL, ERROR("ValidationException", VALUE), KL_ERR_UNSUPPORTED, "--aws-kms-key"},
        {400, NULL, ERROR("InvalidParameterException", VALUE), KL_ERR_UNSUPPORTED, "--prefix"},
        {400, NULL, ERROR("UnrecognizedClientException", "The security token is invalid"), KL_ERR_CREDENTIALS,
         "access key"},
        {400, NULL, ERROR("InvalidSignatureException", "x"), KL_ERR_CREDENTIALS, "secret key"},
        {400, "date: Sat, 31 Jan 2026 12:00:00 GMT\n",
         ERROR("InvalidSignatureException", "Signature expired"), KL_ERR_CREDENTIALS, "clock"},
        {400, NULL, ERROR("DecryptionFailure", "x"), KL_ERR_PERMISSION, "kms:Decrypt"},
        {400, NULL, ERROR("EncryptionFailure", "x"), KL_ERR_PERMISSION, "kms:GenerateDataKey"},
        {400, NULL, ERROR("AccessDeniedException", "Access to KMS is not allowed"), KL_ERR_PERMISSION,
         "IAM policy"},
        {403, NULL, "<html>Forbidden</html>", KL_ERR_PROTOCOL, "proxy"},
        {404, NULL, "", KL_ERR_PROTOCOL, "404"},
        {413, NULL, "", KL_ERR_PROTOCOL, "413"},
        {301, NULL, "", KL_ERR_PROTOCOL, "301"},
    };
    open_with_keys(f);
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct secret got = {0};
        struct error e = {0};
        f->count = f->at = 0;
        fake_expect(
            f, (struct fake_step){"POST", URL, NULL, cases[i].status, cases[i].headers, cases[i].body, 0});
        assert_int_equal(aws_get(f->vault, "KEY", NULL, &got, NULL, &e), cases[i].category);
        fake_message(f, &e, cases[i].part);
        fake_message(f, &e, "prod/KEY");
    }
}

static void a_text_of_the_server_is_bounded_and_printable(void **state) {
    struct fake *f = *state;
    struct http_response r = {.status = 400};
    struct aws_failure why;
    buf_init(&r.body, 1u << 16);
    buf_str(&r.body, "{\"__type\":\"AccessDeniedException\",\"message\":\"\\u001b[31m\\n");
    for (int i = 0; i < 400; i++)
        buf_str(&r.body, "\xc3\xa9");
    buf_str(&r.body, "\"}");
    aws_failure_read(&r, &why);
    assert_true(strlen(why.text) < AWS_FAILURE_TEXT_MAX);
    assert_memory_equal(why.text, " [31m ", 6);
    http_response_release(&r);
    (void)f;
}

static void collect(void *ctx, const char *name) {
    buf_printf(ctx, "%s,", name);
}

static void a_list_is_read_to_its_last_page(void **state) {
    struct fake *f = *state;
    struct buf names = BUF_INIT(4096);
    struct error e = {0};
    open_with_keys(f);
    answer(f, "{\"MaxResults\":100,\"Filters\":[{\"Key\":\"name\",\"Values\":[\"prod/\"]}]}", 200,
           "{\"SecretList\":[{\"Name\":\"prod/A\"},{\"Name\":\"production\"},{\"Name\":\"prod/"
           "\"}],\"NextToken\":\"n1\"}");
    answer(f, "\"NextToken\":\"n1\"", 200, "{\"SecretList\":[],\"NextToken\":\"n2\"}");
    answer(f, "\"NextToken\":\"n2\"", 200, "{\"SecretList\":[{\"Name\":\"prod/B\"}]}");
    assert_int_equal(aws_list(f->vault, collect, &names, &e), KL_OK);
    assert_string_equal(buf_cstr(&names), "A,B,");
    answer(f, "ListSecrets", 200, "{\"SecretList\":[],\"NextToken\":\"n1\"}");
    answer(f, "ListSecrets", 200, "{\"SecretList\":[],\"NextToken\":\"n1\"}");
    assert_int_equal(aws_list(f->vault, collect, &names, &e), KL_ERR_PROTOCOL);
    answer(f, "ListSecrets", 200, "{}");
    assert_int_equal(aws_list(f->vault, collect, &names, &e), KL_ERR_PROTOCOL);
    answer(f, "ListSecrets", 400, ERROR("AccessDeniedException", ""));
    assert_int_equal(aws_list(f->vault, collect, &names, &e), KL_ERR_PERMISSION);
    fake_message(f, &e, "secretsmanager:ListSecrets");
    buf_release(&names);
}

static bool has_line(const struct vault_identity *id, const char *line) {
    for (size_t i = 0; i < VAULT_IDENTITY_LINES && id->lines[i]; i++)
        if (strstr(id->lines[i], line))
            return true;
    return false;
}

#define CALLER                                                                                               \
    "<R><Result><Arn>arn:aws:sts::123456789012:assumed-role/deploy/me</Arn><Account>123456789012</Account>"  \
    "</Result></R>"

static void the_identity_says_whose_vault_it_is(void **state) {
    struct fake *f = *state;
    struct vault_identity id;
    struct error e = {0};
    open_with_keys(f);
    fake_expect(f, (struct fake_step){"POST", STS, "Action=GetCallerIdentity", 200, NULL, CALLER, 0});
    assert_int_equal(aws_identity(f->vault, &f->arena, &id, &e), KL_OK);
    static const char *const wanted[] = {"account: 123456789012",
                                         "principal: arn:aws:sts::123456789012:assumed-role/deploy/me",
                                         "region: eu-central-1 (from --aws-region)",
                                         "endpoint: https://secretsmanager.eu-central-1.amazonaws.com",
                                         "names: prod/",
                                         "aws/secretsmanager",
                                         "credential: environment"};
    for (size_t i = 0; i < KL_ARRAY_LEN(wanted); i++)
        assert_true(has_line(&id, wanted[i]));
    fake_expect(f, (struct fake_step){"POST", STS, NULL, 403, NULL,
                                      "<E><Error><Code>InvalidClientTokenId</Code></Error></E>", 0});
    assert_int_equal(aws_identity(f->vault, &f->arena, &id, &e), KL_ERR_CREDENTIALS);
    for (unsigned i = 0; i < HTTP_ATTEMPTS; i++)
        fake_expect(f, (struct fake_step){"POST", STS, NULL, 0, NULL, NULL, KL_ERR_NETWORK});
    assert_int_equal(aws_identity(f->vault, &f->arena, &id, &e), KL_OK);
    assert_true(has_line(&id, "account: not known"));
}

static void a_check_tells_what_the_credential_may_do(void **state) {
    struct fake *f = *state;
    struct vault_identity id;
    struct error e = {0};
    open_with_keys(f);
    fake_expect(f, (struct fake_step){"POST", STS, NULL, 200, NULL, CALLER, 0});
    answer(f, "prod/keylift-check-", 400, ERROR("ResourceNotFoundException", ""));
    answer(f, "DescribeSecret", 400, ERROR("AccessDeniedException", ""));
    answer(f, "ListSecrets", 200, "{\"SecretList\":[]}");
    assert_int_equal(aws_check(f->vault, &f->arena, &id, &e), KL_OK);
    assert_true(has_line(&id, "may read: yes"));
    assert_true(has_line(&id, "no, it lacks secretsmanager:DescribeSecret"));
    assert_true(has_line(&id, "may list names: yes"));
    assert_true(has_line(&id, "credential: environment (AWS_ACCESS_KEY_ID)"));
}

static void a_check_without_a_credential_says_why_each_link_had_none(void **state) {
    struct fake *f = *state;
    struct vault_identity id;
    struct error e = {0};
    fake_env("AWS_EC2_METADATA_DISABLED", "true");
    fake_open(f);
    assert_int_equal(aws_check(f->vault, &f->arena, &id, &e), KL_ERR_CREDENTIALS);
    assert_true(has_line(&id, "not used: environment: AWS_ACCESS_KEY_ID is not set"));
    assert_true(has_line(&id, "not used: instance-metadata: AWS_EC2_METADATA_DISABLED is true"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FAKE_TEST(get_reads_text_and_bytes),
        FAKE_TEST(an_answer_that_is_another_secret_is_no_value),
        FAKE_TEST(a_put_tags_and_names_its_version),
        FAKE_TEST(every_attempt_of_a_put_has_the_same_token),
        FAKE_TEST(a_put_that_cannot_be_found_is_not_called_done),
        FAKE_TEST(a_put_whose_reply_was_lost_is_found_by_its_version),
        FAKE_TEST(bytes_are_sent_as_bytes),
        FAKE_TEST(a_permission_that_aws_names_is_named),
        FAKE_TEST(what_the_vault_cannot_hold_is_refused_before_it_is_sent),
        FAKE_TEST(names_that_aws_does_not_take_are_refused),
        FAKE_TEST(a_version_is_added_only_to_what_is_tagged),
        FAKE_TEST(a_secret_that_is_scheduled_for_deletion_is_explained),
        FAKE_TEST(a_credential_that_ran_out_is_made_anew_once),
        FAKE_TEST(throttling_is_waited_for),
        FAKE_TEST(each_error_has_its_category_and_what_to_do),
        FAKE_TEST(a_text_of_the_server_is_bounded_and_printable),
        FAKE_TEST(a_list_is_read_to_its_last_page),
        FAKE_TEST(the_identity_says_whose_vault_it_is),
        FAKE_TEST(a_check_tells_what_the_credential_may_do),
        FAKE_TEST(a_check_without_a_credential_says_why_each_link_had_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
