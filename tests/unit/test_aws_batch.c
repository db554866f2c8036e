/* Many secrets in one call: what a batch tells, and what it leaves to single calls. */
#include "tests/support/aws_fake_secrets.h"

#define ENTRY(name, value) "{\"Name\":\"prod/" name "\",\"VersionId\":\"v-" name "\"," value "}"

static void a_batch_gives_values_and_proves_no_absence(void **state) {
    struct fake *f = *state;
    struct vault_read reads[] = {{.name = "A"}, {.name = "B"}, {.name = "A"}, {.name = "C"}, {.name = "D"}};
    struct error e = {0};
    open_with_keys(f);
    answer(f, "BatchGetSecretValue\n{\"SecretIdList\":[\"prod/A\",\"prod/B\",\"prod/C\",\"prod/D\"]}", 200,
           "{\"SecretValues\":[" ENTRY("A", "\"SecretString\":\"" VALUE "\"") "," ENTRY(
               "OTHER", "\"SecretString\":\"x\"") "],\"NextToken\":\"n1\"}");
    answer(f, "\"prod/D\"],\"NextToken\":\"n1\"}", 200,
           "{\"SecretValues\":[{}, " ENTRY("B", "\"SecretBinary\":\"AP8B\"") "," ENTRY(
               "D", "\"SecretBinary\":\"***\"") "],\"Errors\":[{\"SecretId\":\"prod/C\",\"ErrorCode\":"
                                                "\"ResourceNotFoundException\",\"Message\":\"no\"}]}");
    assert_int_equal(aws_get_many(f->vault, reads, KL_ARRAY_LEN(reads), &e), KL_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(reads[i].found);
        assert_string_equal(reads[i].version, i == 1 ? "v-B" : "v-A");
        assert_int_equal(reads[i].value.binary, i == 1);
    }
    assert_true(slice_eq_cstr(secret_slice(&reads[0].value), VALUE));
    assert_true(slice_eq_cstr(secret_slice(&reads[2].value), VALUE));
    assert_memory_equal(reads[1].value.ptr, "\0\xff\1", 3);
    assert_false(reads[3].found); /* only an error */
    assert_false(reads[4].found); /* not what was sent */
    for (size_t i = 0; i < KL_ARRAY_LEN(reads); i++)
        secret_release(&reads[i].value);
}

static void a_batch_that_cannot_be_had_leaves_it_to_single_calls(void **state) {
    struct fake *f = *state;
    static const struct {
        unsigned status;
        const char *body;
        enum kl_status category;
    } cases[] = {
        {400, ERROR("AccessDeniedException", "not authorized"), KL_ERR_UNSUPPORTED},
        {400, ERROR("InvalidRequestException", "no such operation"), KL_ERR_UNSUPPORTED},
        {400, ERROR("InvalidNextTokenException", ""), KL_ERR_UNSUPPORTED},
        {404, "<html>", KL_ERR_UNSUPPORTED},
        {200, "{\"SecretValues\":", KL_ERR_UNSUPPORTED},
        {200, "{\"SecretValues\":7}", KL_OK},
        {400, ERROR("UnrecognizedClientException", ""), KL_ERR_CREDENTIALS},
    };
    struct vault_read reads[] = {{.name = "A"}, {.name = "B"}};
    open_with_keys(f);
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct error e = {0};
        answer(f, "BatchGetSecretValue", cases[i].status, cases[i].body);
        assert_int_equal(aws_get_many(f->vault, reads, KL_ARRAY_LEN(reads), &e), cases[i].category);
        assert_false(reads[0].found || reads[1].found);
    }
    struct error e = {0};
    for (unsigned i = 0; i < HTTP_ATTEMPTS; i++)
        fake_expect(f, (struct fake_step){"POST", URL, "BatchGet", 0, NULL, NULL, KL_ERR_NETWORK});
    assert_int_equal(aws_get_many(f->vault, reads, KL_ARRAY_LEN(reads), &e), KL_ERR_NETWORK);
    fake_message(f, &e, "prod/A and 1 more");
}

static void pages_of_a_batch_without_an_end_are_left(void **state) {
    struct fake *f = *state;
    struct vault_read reads[] = {{.name = "A"}, {.name = "B"}};
    struct error e = {0};
    open_with_keys(f);
    for (unsigned i = 0; i < 2 * AWS_BATCH_NAMES; i++)
        answer(f, "BatchGetSecretValue", 200, "{\"SecretValues\":[],\"NextToken\":\"again\"}");
    assert_int_equal(aws_get_many(f->vault, reads, KL_ARRAY_LEN(reads), &e), KL_OK);
    assert_false(reads[0].found || reads[1].found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FAKE_TEST(a_batch_gives_values_and_proves_no_absence),
        FAKE_TEST(a_batch_that_cannot_be_had_leaves_it_to_single_calls),
        FAKE_TEST(pages_of_a_batch_without_an_end_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
