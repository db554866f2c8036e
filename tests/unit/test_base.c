/* test_base.c: slices, buffers, arenas, secrets, encodings, errors. */
#include "base/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/shared_text.h"
#include "base/thread.h"

#define assert_slice(s, text) assert_true(slice_eq_cstr((s), (text)))

static void slices_are_cut_within_their_bounds(void **state) {
    (void)state;
    struct slice s = slice_cstr("hello");
    assert_slice(slice_sub(s, 1, 3), "el");
    assert_slice(slice_sub(s, 4, 99), "o");
    assert_slice(slice_sub(s, 99, 120), "");
    assert_slice(slice_sub(s, 3, 1), "");
    assert_slice(slice_trim(slice_cstr(" \t a b\r\n")), "a b");
    assert_slice(slice_trim(slice_cstr(" \n ")), "");
    assert_int_equal(slice_cstr(NULL).len, 0);
    assert_slice(slice_trim(slice_cstr(NULL)), "");
}

static void slices_compare_and_find(void **state) {
    (void)state;
    assert_true(slice_eq(slice_cstr(NULL), slice_cstr("")));
    assert_true(slice_eq_nocase(slice_cstr("BeaRer"), "bearer"));
    assert_false(slice_eq_nocase(slice_cstr("bear"), "bearer"));
    assert_false(slice_eq_nocase(slice_cstr("bearer"), "bear"));
    assert_true(slice_starts(slice_cstr("abc"), "ab"));
    assert_false(slice_starts(slice_cstr("a"), "ab"));
    assert_true(slice_ends(slice_cstr("abc"), "bc"));
    assert_true(slice_cmp(slice_cstr("ab"), slice_cstr("abc")) < 0);
    assert_true(slice_cmp(slice_cstr("b"), slice_cstr("abc")) > 0);
    assert_int_equal(slice_cmp(slice_cstr("b"), slice_cstr("b")), 0);
    struct slice s = slice_cstr("abcabc");
    assert_int_equal(slice_find(s, slice_cstr("bc"), 0), 1);
    assert_int_equal(slice_find(s, slice_cstr("bc"), 2), 4);
    assert_int_equal(slice_find(s, slice_cstr("bc"), 5), SIZE_MAX);
    assert_int_equal(slice_find(s, slice_cstr(""), 6), 6);
    assert_int_equal(slice_find(s, slice_cstr(""), 7), SIZE_MAX);
    assert_int_equal(slice_find_byte(s, 'c', 3), 5);
    assert_int_equal(slice_find_byte(s, 'x', 0), SIZE_MAX);
    assert_int_equal(slice_find_byte(slice_cstr(NULL), 'x', 0), SIZE_MAX);
}

static void buffer_grows_and_stays_terminated(void **state) {
    (void)state;
    struct buf b = BUF_INIT(1000);
    assert_string_equal(buf_cstr(&b), "");
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "%03d,", i);
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 400);
    assert_int_equal(strlen(buf_cstr(&b)), 400);
    assert_true(slice_ends(buf_as_slice(&b), "098,099,"));
    buf_clear(&b);
    assert_string_equal(buf_cstr(&b), "");
    buf_release(&b);
    buf_str(&b, "again");
    assert_string_equal(buf_cstr(&b), "again");
    buf_release(&b);
}

static void buffer_over_its_maximum_takes_nothing_more(void **state) {
    (void)state;
    struct buf b = BUF_INIT(10);
    buf_str(&b, "0123456789");
    assert_true(buf_ok(&b));
    buf_char(&b, 'x');
    assert_false(buf_ok(&b));
    buf_release(&b);
    buf_str(&b, "01234567");
    buf_str(&b, "too long");
    buf_char(&b, 'x'); /* would fit, but the text would have a hole */
    assert_false(buf_ok(&b));
    assert_string_equal(buf_cstr(&b), "01234567");
    assert_null(buf_reserve(&b, 1));
    buf_printf(&b, "%d", 1);
    assert_int_equal(b.len, 8);
    buf_clear(&b);
    buf_printf(&b, "%s", "ab");
    assert_true(buf_ok(&b));
    assert_string_equal(buf_cstr(&b), "ab");
    buf_release(&b);
    struct buf none = BUF_INIT(SIZE_MAX);
    assert_null(buf_reserve(&none, SIZE_MAX));
    buf_release(&none);
}

static void buffer_writes_every_code_point(void **state) {
    (void)state;
    struct buf b = BUF_INIT(64);
    static const uint32_t points[] = {0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF};
    for (size_t i = 0; i < KL_ARRAY_LEN(points); i++) {
        uint32_t back = 0;
        buf_clear(&b);
        buf_utf8(&b, points[i]);
        assert_int_equal(utf8_sequence(b.ptr, b.len, &back), b.len);
        assert_int_equal(back, points[i]);
    }
    buf_clear(&b);
    buf_utf8(&b, 0xD800); /* a lone surrogate has a form, but it is not UTF-8 */
    assert_memory_equal(b.ptr, "\xED\xA0\x80", 3);
    assert_false(utf8_valid(buf_as_slice(&b)));
    buf_release(&b);
}

static void secret_buffer_is_wiped_when_cleared(void **state) {
    (void)state;
    static const char zeros[7];
    struct buf b = BUF_INIT_SECRET(1000);
    buf_str(&b, "hunter2");
    const char *memory = b.ptr;
    buf_clear(&b);
    assert_memory_equal(memory, zeros, 7);
    buf_release(&b);
}

static void an_arena_takes_over_what_another_one_has(void **state) {
    (void)state;
    struct arena a = ARENA_INIT, b = ARENA_INIT;
    const char *first = arena_cstr(&a, slice_cstr("first")), *second = arena_cstr(&b, slice_cstr("second"));
    const char *large = memset(arena_calloc(&b, 1 << 18, 1), 'x', 10);
    size_t used = a.used + b.used;
    arena_adopt(&a, &b);
    assert_null(b.head);
    assert_int_equal(a.used, used);
    arena_release(&b);
    assert_string_equal(first, "first");
    assert_string_equal(second, "second");
    assert_string_equal(large, "xxxxxxxxxx");
    assert_string_equal(arena_cstr(&a, slice_cstr("third")), "third");
    arena_adopt(&b, &a); /* to an empty one */
    arena_adopt(&b, &a); /* and nothing */
    assert_string_equal(second, "second");
    arena_release(&a);
    arena_release(&b);
}

static void texts_that_come_again_are_kept_once(void **state) {
    (void)state;
    static struct shared_texts texts;
    struct arena a = ARENA_INIT;
    const char *first = shared_text(&texts, &a, slice_of("passwords", 8));
    assert_string_equal(first, "password");
    assert_ptr_equal(shared_text(&texts, &a, slice_cstr("password")), first);
    char name[24];
    for (unsigned i = 0; i < 10 * SHARED_TEXT_SLOTS; i++) { /* whatever else comes */
        (void)snprintf(name, sizeof name, "name_%u", i);
        const char *kept = shared_text(&texts, &a, slice_cstr(name));
        assert_string_equal(kept, name);
        assert_ptr_equal(shared_text(&texts, &a, slice_cstr(name)), kept);
    }
    assert_string_equal(first, "password");
    shared_texts_forget(&texts);
    assert_ptr_not_equal(shared_text(&texts, &a, slice_cstr(name)), name);
    arena_release(&a);
}

static void arena_items_are_aligned_apart_and_wiped(void **state) {
    (void)state;
    struct arena a = ARENA_INIT;
    char *last = NULL;
    for (size_t i = 1; i < 2000; i++) {
        char *item = arena_alloc(&a, i);
        assert_int_equal((uintptr_t)item % 16, 0);
        memset(item, 'x', i);
        assert_ptr_not_equal(item, last);
        last = item;
    }
    arena_release(&a);
    char *huge = arena_calloc(&a, 1 << 20, 3);
    assert_int_equal(huge[3 << 19], 0);
    arena_clear(&a);
    assert_null(a.head); /* a huge chunk is not kept */
    char *copy = arena_cstr(&a, slice_cstr("hunter2"));
    arena_clear(&a);
    assert_non_null(a.head);
    static const char zeros[7];
    assert_memory_equal(copy, zeros, 7);
    assert_string_equal(arena_printf(&a, "%s-%d", "x", 7), "x-7");
    struct slice s = arena_copy(&a, slice_of("a\0b", 3));
    assert_int_equal(s.len, 3);
    assert_memory_equal(s.ptr, "a\0b", 4);
    arena_release(&a);
    arena_release(&a);
}

static void secrets_move_compare_and_release_twice(void **state) {
    (void)state;
    struct secret a = {0}, b = {0};
    assert_true(secret_equal(&a, &b));
    secret_set(&a, slice_cstr("hunter2"));
    assert_false(secret_equal(&a, &b));
    secret_set(&b, slice_cstr("hunter3"));
    assert_false(secret_equal(&a, &b));
    secret_set(&b, slice_sub(secret_slice(&a), 0, 7));
    assert_true(secret_equal(&a, &b));
    secret_set(&a, slice_sub(secret_slice(&a), 1, 4)); /* from inside itself */
    assert_slice(secret_slice(&a), "unt");
    secret_move(&b, &a);
    assert_null(a.ptr);
    assert_slice(secret_slice(&b), "unt");
    secret_move(&b, &b);
    assert_slice(secret_slice(&b), "unt");
    secret_release(&b);
    secret_release(&b);
    secret_release(&a);
}

static void constant_time_compare_and_wipe(void **state) {
    (void)state;
    char a[] = "abcdef";
    assert_true(mem_equal_ct("abcdef", a, 6));
    assert_false(mem_equal_ct("abcdeg", a, 6));
    assert_false(mem_equal_ct("bbcdef", a, 6));
    assert_true(mem_equal_ct(NULL, NULL, 0));
    mem_wipe(a, 3);
    assert_memory_equal(a, "\0\0\0def", 6);
    mem_wipe(NULL, 0);
}

static void arrays_grow_by_doubling(void **state) {
    (void)state;
    size_t cap = 0;
    int *items = NULL;
    for (size_t i = 0; i < 1000; i++) {
        items = mem_grow(items, &cap, i + 1, sizeof(*items));
        items[i] = (int)i;
    }
    assert_int_equal(cap, 1024);
    assert_int_equal(items[999], 999);
    free(items);
}

struct pair {
    const char *plain, *coded;
};

typedef bool (*decoder)(struct slice in, struct buf *out);
typedef void (*encoder)(struct slice in, struct buf *out);

static void check_pairs(const struct pair *pairs, size_t count, encoder encode, decoder decode) {
    for (size_t i = 0; i < count; i++) {
        struct buf b = BUF_INIT(1000);
        encode(slice_cstr(pairs[i].plain), &b);
        assert_string_equal(buf_cstr(&b), pairs[i].coded);
        buf_clear(&b);
        assert_true(decode(slice_cstr(pairs[i].coded), &b));
        assert_string_equal(buf_cstr(&b), pairs[i].plain);
        buf_release(&b);
    }
}

static void check_refused(const char *const *bad, size_t count, decoder decode) {
    for (size_t i = 0; i < count; i++) {
        struct buf b = BUF_INIT(1000);
        assert_false(decode(slice_cstr(bad[i]), &b));
        buf_release(&b);
    }
}

static void base64_as_in_rfc_4648(void **state) {
    (void)state;
    static const struct pair pairs[] = {{"", ""},
                                        {"f", "Zg=="},
                                        {"fo", "Zm8="},
                                        {"foo", "Zm9v"},
                                        {"foob", "Zm9vYg=="},
                                        {"fooba", "Zm9vYmE="},
                                        {"foobar", "Zm9vYmFy"},
                                        {"\xFF\xEF\xBE", "/+++"}};
    static const char *const bad[] = {"Z", "Zg=", "Zg===", "Zm9v=", "Zm 9", "=", "Zm9vY", "Zm9v\n"};
    check_pairs(pairs, KL_ARRAY_LEN(pairs), encode_base64, decode_base64);
    check_refused(bad, KL_ARRAY_LEN(bad), decode_base64);
    struct buf b = BUF_INIT(10);
    assert_true(decode_base64(slice_cstr("_-8"), &b)); /* URL alphabet, no padding */
    assert_string_equal(buf_cstr(&b), "\xFF\xEF");
    buf_release(&b);
    struct buf small = BUF_INIT(2);
    assert_false(decode_base64(slice_cstr("Zm9v"), &small));
    buf_release(&small);
}

static void crc32c_is_castagnolis(void **state) {
    (void)state;
    char bytes[32];
    assert_int_equal(crc32c(slice_cstr("123456789")), 0xE3069283u);
    assert_int_equal(crc32c(slice_cstr("")), 0);
    memset(bytes, 0, sizeof bytes); /* RFC 3720, B.4 */
    assert_int_equal(crc32c(slice_of(bytes, sizeof bytes)), 0x8A9136AAu);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(crc32c(slice_of(bytes, sizeof bytes)), 0x62A8AB43u);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    assert_int_equal(crc32c(slice_of(bytes, sizeof bytes)), 0x46DD794Eu);
}

static void hexadecimal_both_ways(void **state) {
    (void)state;
    static const struct pair pairs[] = {{"", ""}, {"\x01\xAF", "01af"}, {"kl", "6b6c"}};
    static const char *const bad[] = {"0", "0g", "g0", "0x"};
    check_pairs(pairs, KL_ARRAY_LEN(pairs), encode_hex, decode_hex);
    check_refused(bad, KL_ARRAY_LEN(bad), decode_hex);
    struct buf b = BUF_INIT(10);
    assert_true(decode_hex(slice_cstr("6B6C"), &b));
    assert_string_equal(buf_cstr(&b), "kl");
    buf_release(&b);
}

static void percent_encoding_both_ways(void **state) {
    (void)state;
    static const struct pair pairs[] = {
        {"", ""}, {"aZ9-._~", "aZ9-._~"}, {"p@ss/w%", "p%40ss%2Fw%25"}, {"\xC3\xA9 ", "%C3%A9%20"}};
    static const char *const bad[] = {"%", "a%2", "%zz", "%2g"};
    check_pairs(pairs, KL_ARRAY_LEN(pairs), encode_percent, decode_percent);
    check_refused(bad, KL_ARRAY_LEN(bad), decode_percent);
}

/* FIPS 180-4's own examples, and RFC 4231's for HMAC. */
static void hashes_match_the_standards_examples(void **state) {
    (void)state;
    char hex[65];
    sha256_hex(slice_cstr(""), hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex(slice_cstr("abc"), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    unsigned char mac[32];
    struct buf b = BUF_INIT(100);
    hmac_sha256(slice_cstr("Jefe"), slice_cstr("what do ya want for nothing?"), mac);
    encode_hex(slice_of(mac, sizeof(mac)), &b);
    assert_string_equal(buf_cstr(&b), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    buf_clear(&b);
    char key[131];
    memset(key, 0xAA, sizeof(key));
    hmac_sha256(slice_of(key, sizeof(key)),
                slice_cstr("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
    encode_hex(slice_of(mac, sizeof(mac)), &b);
    assert_string_equal(buf_cstr(&b), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    buf_release(&b);
    assert_true(hash64(slice_cstr("a")) != hash64(slice_cstr("b")));
    assert_true(hash64(slice_cstr("ab")) != hash64(slice_cstr("ba")));
}

static void utf8_as_in_rfc_3629(void **state) {
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\xC3\xA9",
                                       "\xE2\x82\xAC",
                                       "\xF0\x9F\x94\x91",
                                       "\xF4\x8F\xBF\xBF",
                                       "\xEE\x80\x80",
                                       "\xED\x9F\xBF"};
    static const char *const bad[] = {"\x80",         "\xC0\x80",     "\xC1\xBF",         "\xC3",
                                      "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                                      "\xE2\x82",     "\xF0\x9F\x94", "\xF5\x80\x80\x80", "\xFF",
                                      "\xE2\x28\xA1"};
    for (size_t i = 0; i < KL_ARRAY_LEN(good); i++)
        assert_true(utf8_valid(slice_cstr(good[i])));
    for (size_t i = 0; i < KL_ARRAY_LEN(bad); i++)
        assert_false(utf8_valid(slice_cstr(bad[i])));
    assert_int_equal(utf8_count(slice_cstr("a\xC3\xA9\xF0\x9F\x94\x91z")), 4);
    assert_int_equal(utf8_count(slice_cstr("\xFF\xE2\x82z")), 4); /* three broken bytes and a letter */
}

static void errors_are_cut_at_a_character(void **state) {
    (void)state;
    struct error e = {0};
    assert_int_equal(error_set(&e, KL_ERR_IO, "cannot open %s", "x"), KL_ERR_IO);
    assert_string_equal(e.message, "cannot open x");
    assert_int_equal(error_prefix(&e, "in %s", "y"), KL_ERR_IO);
    assert_string_equal(e.message, "in y: cannot open x");
    error_set_errno(&e, KL_ERR_IO, 2, "cannot open %s", "x");
    assert_string_equal(e.message, "cannot open x: No such file or directory");
    struct buf b = BUF_INIT(10000);
    for (int i = 0; i < 600; i++)
        buf_str(&b, "\xE2\x82\xAC");
    for (int shift = 0; shift < 3; shift++) {
        error_set(&e, KL_ERR_LIMIT, "%.*s%s", shift, "abc", buf_cstr(&b));
        struct slice text = slice_cstr(e.message);
        assert_true(text.len < KL_ERROR_MESSAGE_MAX);
        assert_true(slice_ends(text, "..."));
        assert_true(utf8_valid(text));
    }
    error_prefix(&e, "%s", buf_cstr(&b));
    assert_true(utf8_valid(slice_cstr(e.message)));
    buf_release(&b);
    assert_string_equal(status_name(KL_ERR_NOT_FOUND), "not-found");
    assert_string_equal(status_name((enum kl_status)9999), "unknown");
}

static void every_category_has_a_word_and_a_next_step(void **state) {
    (void)state;
    for (size_t i = 0; i < KL_STATUS_COUNT; i++) {
        assert_non_null(status_name((enum kl_status)i));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(status_name((enum kl_status)i), status_name((enum kl_status)k));
        const char *advice = status_advice((enum kl_status)i);
        assert_int_equal(advice == NULL, i == KL_OK);
        assert_true(!advice || (strlen(advice) > 20 && advice[strlen(advice) - 1] == '.'));
    }
    assert_null(status_advice((enum kl_status)9999));
}

struct tally {
    struct mutex *lock;
    struct condition *all_in;
    int count, in;
};

static void add_many(void *arg) {
    struct tally *t = arg;
    mutex_lock(t->lock);
    t->in++;
    condition_broadcast(t->all_in);
    while (t->in < 4)
        condition_wait(t->all_in, t->lock);
    mutex_unlock(t->lock);
    for (int i = 0; i < 1000; i++) {
        mutex_lock(t->lock);
        t->count++;
        mutex_unlock(t->lock);
    }
}

static void threads_meet_and_exclude_each_other(void **state) {
    (void)state;
    struct tally t = {.lock = mutex_new(), .all_in = condition_new()};
    struct thread *threads[4];
    for (size_t i = 0; i < KL_ARRAY_LEN(threads); i++)
        threads[i] = thread_start(add_many, &t, i ? 0 : 256 << 10);
    for (size_t i = 0; i < KL_ARRAY_LEN(threads); i++)
        thread_join(threads[i]);
    assert_int_equal(t.count, 4000);
    mutex_free(t.lock);
    condition_free(t.all_in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_cut_within_their_bounds),
        cmocka_unit_test(slices_compare_and_find),
        cmocka_unit_test(buffer_grows_and_stays_terminated),
        cmocka_unit_test(buffer_over_its_maximum_takes_nothing_more),
        cmocka_unit_test(buffer_writes_every_code_point),
        cmocka_unit_test(secret_buffer_is_wiped_when_cleared),
        cmocka_unit_test(arena_items_are_aligned_apart_and_wiped),
        cmocka_unit_test(an_arena_takes_over_what_another_one_has),
        cmocka_unit_test(texts_that_come_again_are_kept_once),
        cmocka_unit_test(secrets_move_compare_and_release_twice),
        cmocka_unit_test(constant_time_compare_and_wipe),
        cmocka_unit_test(arrays_grow_by_doubling),
        cmocka_unit_test(base64_as_in_rfc_4648),
        cmocka_unit_test(crc32c_is_castagnolis),
        cmocka_unit_test(hexadecimal_both_ways),
        cmocka_unit_test(percent_encoding_both_ways),
        cmocka_unit_test(hashes_match_the_standards_examples),
        cmocka_unit_test(utf8_as_in_rfc_3629),
        cmocka_unit_test(errors_are_cut_at_a_character),
        cmocka_unit_test(every_category_has_a_word_and_a_next_step),
        cmocka_unit_test(threads_meet_and_exclude_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
