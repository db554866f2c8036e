/* test_checks.c: tokens whose parts are numbers or fields that decode. All are made here, and open nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/encode.h"
#include "scanner/checks.h"

/* The digits of base 32 for one bit, 40 bits of the account, and what is left of 16 characters. */
static void make_aws_id(struct buf *out, unsigned first_bit, uint64_t account) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t bits = ((uint64_t)first_bit << 40 | account) << 4;
    out->len = 0;
    buf_str(out, "AKIA");
    for (int shift = 40; shift >= 0; shift -= 5)
        buf_char(out, digits[bits >> shift & 31]);
    buf_str(out, "QRSTUVW");
}

static void an_aws_key_id_tells_its_account(void **state) {
    static const struct {
        unsigned first_bit;
        uint64_t account;
        enum check_result result;
        const char *told;
    } cases[] = {
        {1, 123456789012, CHECK_UNKNOWN, "account 123456789012"},
        {1, 29608264753, CHECK_UNKNOWN, "account 029608264753"},
        {1, 999999999999, CHECK_UNKNOWN, "account 999999999999"},
        {1, 1000000000000, CHECK_DAMAGED, NULL}, /* thirteen digits */
        {0, 123456789012, CHECK_UNKNOWN, NULL},  /* the older kind holds no account */
    };
    struct arena arena = ARENA_INIT;
    struct buf id = BUF_INIT(64);
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        make_aws_id(&id, cases[i].first_bit, cases[i].account);
        assert_int_equal(id.len, 20);
        assert_int_equal(check_find("aws-key-id")(buf_as_slice(&id)), cases[i].result);
        const char *told = check_tell("aws-key-id", buf_as_slice(&id), &arena);
        assert_int_equal(told == NULL, cases[i].told == NULL);
        if (told)
            assert_string_equal(told, cases[i].told);
    }
    assert_null(check_tell("aws-key-id", slice_cstr("AKIAQ"), &arena));
    assert_null(check_tell("aws-key", buf_as_slice(&id), &arena));
    buf_release(&id);
    arena_release(&arena);
}

static void field(struct buf *out, char type, struct slice data) {
    buf_char(out, type);
    if (data.len >= 128)
        buf_char(out, (char)(0x80 | (data.len & 0x7f)));
    buf_char(out, (char)(data.len >= 128 ? data.len >> 7 : data.len));
    buf_slice(out, data);
}

/* A location, an id and a caveat of `caveat_len` bytes, and a signature. */
static void make_macaroon(struct buf *out, size_t caveat_len) {
    char caveat[1000];
    memset(caveat, 'c', sizeof caveat);
    out->len = 0;
    buf_char(out, 2);
    field(out, 1, slice_cstr("pypi.org"));
    field(out, 2, slice_cstr("f4f6c4b2-1111-2222-3333-444455556666"));
    buf_char(out, 0);
    field(out, 2, slice_of(caveat, caveat_len));
    buf_char(out, 0);
    buf_char(out, 0);
    field(out, 6, slice_cstr("0123456789abcdef0123456789abcdef"));
}

static enum check_result check_bytes(const struct buf *macaroon) {
    struct buf token = BUF_INIT(4096);
    buf_str(&token, "pypi-");
    encode_base64(buf_as_slice(macaroon), &token);
    for (size_t i = 0; i < token.len; i++)
        token.ptr[i] = (char)(token.ptr[i] == '+' ? '-' : token.ptr[i] == '/' ? '_' : token.ptr[i]);
    while (token.len > 0 && token.ptr[token.len - 1] == '=')
        token.len--;
    enum check_result result = check_find("macaroon")(buf_as_slice(&token));
    buf_release(&token);
    return result;
}

static void a_macaroon_is_read_to_its_last_byte(void **state) {
    struct buf m = BUF_INIT(2048);
    (void)state;
    for (size_t caveat_len = 1; caveat_len < 1000; caveat_len += 111) {
        make_macaroon(&m, caveat_len);
        assert_int_equal(check_bytes(&m), CHECK_RIGHT);
        for (size_t cut = 1; cut < m.len; cut++) { /* every beginning of it is damaged */
            struct buf part = m;
            part.len = cut;
            assert_int_equal(check_bytes(&part), CHECK_DAMAGED);
        }
        buf_char(&m, 0);
        assert_int_equal(check_bytes(&m), CHECK_DAMAGED);
    }
    make_macaroon(&m, 10);
    m.ptr[0] = 1;
    assert_int_equal(check_bytes(&m), CHECK_DAMAGED);
    assert_int_equal(check_find("macaroon")(slice_cstr("no dash")), CHECK_UNKNOWN);
    buf_release(&m);
}

static void numbers_of_accounts_begin_with_no_zero(void **state) {
    static const char *const good[] = {"xoxb-123456789012-123456789012-abc", "1234567890:AAabc",
                                       "xoxb-1-012x456789012"},
                             *const bad[] = {"xoxb-012345678901-123456789012-abc",
                                             "xoxb-123456789012-012345678901-abc", "0123456789:AAabc"};
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(good); i++)
        assert_int_equal(check_find("ids")(slice_cstr(good[i])), CHECK_UNKNOWN);
    for (size_t i = 0; i < KL_ARRAY_LEN(bad); i++)
        assert_int_equal(check_find("ids")(slice_cstr(bad[i])), CHECK_DAMAGED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_aws_key_id_tells_its_account),
        cmocka_unit_test(a_macaroon_is_read_to_its_last_byte),
        cmocka_unit_test(numbers_of_accounts_begin_with_no_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
