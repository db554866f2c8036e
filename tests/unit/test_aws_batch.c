/* Many secrets in one call: what a batch tells, and what it leaves to single calls. */
#include "tests/support/aws_fake_secrets.h"

#define ENTRY(name, value) "{\"Name\":\"prod/" name "\",\"VersionId\":\"v-" name "\"," value "}"

/* As vault_get_many does before it asks. */
static void mark_untold(struct vault_read *reads, size_t count) {
    for (size_t i = 0; i < count; i++)
        reads[i].status = KL_ERR_UNSUPPORTED;
}

static void a_batch_gives_values_and_proves_no_absence(void **state) {
    struct fake *f = *state;
    struct vault_read reads[] = {{.name = "A"}, {.name = "B"}, {.name = "A"}, {.name = "C"},
                                 {.name = "D"}, {.name = "E"}, {.name = "F"}};
    struct error e = {0};
    open_with_keys(f);
    answer(f,
           "BatchGetSecretValue\n{\"SecretIdList\":[\"prod/A\",\"prod/B\",\"prod/C\",\"prod/D\",\"prod/"
           "E\",\"prod/F\"]}",
           200,
           "{\"SecretValues\":[" ENTRY("A", "\"SecretString\":\"" VALUE "\"") "," ENTRY(
               "OTHER", "\"SecretString\":\"x\"") "],\"NextToken\":\"n1\"}");
    answer(f, "\"prod/F\"],\"NextToken\":\"n1\"}", 200,
           "{\"SecretValues\":[{}, " ENTRY("B", "\"SecretBinary\":\"AP8B\"") "," ENTRY(
               "D",
               "\"SecretBinary\":\"***\"") "],\"Errors\":[{\"SecretId\":\"prod/C\",\"ErrorCode\":"
                                           "\"ResourceNotFoundException\",\"Message\":\"no\"},{\"SecretId\":"
                                           "\"prod/E\",\"ErrorCode\":\"AccessDeniedException\"}]}");
    mark_untold(reads, KL_ARRAY_LEN(reads));
    assert_int_equal(aws_get_many(f->vault, reads, KL_ARRAY_LEN(reads), &e), KL_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(reads[i].status, KL_OK);
        assert_string_equal(reads[i].version, i == 1 ? "v-B" : "v-A");
        assert_int_equal(reads[i].value.binary, i == 1);
    }
    assert_true(slice_eq_cstr(secret_slice(&reads[0].value), VALUE));
    assert_true(slice_eq_cstr(secret_slice(&reads[2].value), VALUE));
    assert_memory_equal(reads[1].value.ptr, "\0\xff\1", 3);
    assert_int_equal(reads[3].status, KL_ERR_NOT_FOUND);   /* said, which is no proof */
    assert_int_equal(reads[4].status, KL_ERR_UNSUPPORTED); /* not what was sent */
    assert_int_equal(reads[5].status, KL_ERR_UNSUPPORTED); /* for get to explain */
    assert_int_equal(reads[6].status, KL_ERR_UNSUPPORTED); /* left out */
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
    mark_untold(reads, KL_ARRAY_LEN(reads));
    open_with_keys(f);
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct error e = {0};
        answer(f, "BatchGetSecretValue", cases[i].status, cases[i].body);
        assert_int_equal(aws_get_many(f->vault, reads, KL_ARRAY_LEN(reads), &e), cases[i].category);
        assert_int_equal(reads[0].status, KL_ERR_UNSUPPORTED);
        assert_int_equal(reads[1].status, KL_ERR_UNSUPPORTED);
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
    mark_untold(reads, KL_ARRAY_LEN(reads));
    struct error e = {0};
    open_with_keys(f);
    for (unsigned i = 0; i < 2 * AWS_BATCH_NAMES; i++)
        answer(f, "BatchGetSecretValue", 200, "{\"SecretValues\":[],\"NextToken\":\"again\"}");
    assert_int_equal(aws_get_many(f->vault, reads, KL_ARRAY_LEN(reads), &e), KL_OK);
    assert_int_equal(reads[0].status, KL_ERR_UNSUPPORTED);
    assert_int_equal(reads[1].status, KL_ERR_UNSUPPORTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FAKE_TEST(a_batch_gives_values_and_proves_no_absence),
        FAKE_TEST(a_batch_that_cannot_be_had_leaves_it_to_single_calls),
        FAKE_TEST(pages_of_a_batch_without_an_end_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
