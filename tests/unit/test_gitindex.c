/* The index reader: what it finds, and that no damage makes it read astray (run
 * under ASan). Real indexes of every kind come from git in
 * tests/property/test_gitignore_git.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "scanner/gitindex.h"

static void put32(struct buf *b, uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_char(b, (char)(v >> shift & 0xff));
}

static void put_entry(struct buf *b, unsigned version, const char *before, const char *path, uint32_t mode,
                      unsigned oid_len) {
    size_t start = b->len;
    for (unsigned i = 0; i < 10; i++)
        put32(b, i == 6 ? mode : 0);
    for (unsigned i = 0; i < oid_len; i++)
        buf_char(b, (char)(i + 1));
    buf_char(b, (char)(strlen(path) >> 8));
    buf_char(b, (char)strlen(path));
    if (version == 4) {
        size_t same = 0;
        while (before[same] && before[same] == path[same])
            same++;
        buf_char(b, (char)(strlen(before) - same));
        buf_bytes(b, path + same, strlen(path + same) + 1);
        return;
    }
    buf_str(b, path);
    do
        buf_char(b, '\0');
    while ((b->len - start) % 8 != 0);
}

static const char *const paths[] = {"a-b/x", "a.c", "a/b", "a/c", "b"};

static void make_index(struct buf *b, unsigned version, unsigned oid_len) {
    buf_str(b, "DIRC");
    put32(b, version);
    put32(b, KL_ARRAY_LEN(paths));
    for (size_t i = 0; i < KL_ARRAY_LEN(paths); i++)
        put_entry(b, version, i ? paths[i - 1] : "", paths[i], i == 4 ? GIT_MODE_SUBMODULE : 0100644,
                  oid_len);
    for (unsigned i = 0; i < oid_len; i++)
        buf_char(b, 'h');
}

static void all_versions_and_hashes_are_read(void **state) {
    (void)state;
    static const struct {
        unsigned version, oid_len;
    } kinds[] = {{2, 20}, {3, 20}, {4, 20}, {2, 32}, {4, 32}};
    for (size_t k = 0; k < KL_ARRAY_LEN(kinds); k++) {
        struct arena arena = ARENA_INIT;
        struct buf b = BUF_INIT(1 << 16);
        struct git_index x;
        struct error e = {0};
        make_index(&b, kinds[k].version, kinds[k].oid_len);
        assert_int_equal(gitindex_parse(buf_as_slice(&b), kinds[k].oid_len, &arena, &x, &e), KL_OK);
        assert_int_equal(x.count, KL_ARRAY_LEN(paths));
        for (size_t i = 0; i < x.count; i++)
            assert_true(slice_eq_cstr(x.entries[i].path, paths[i]));
        assert_int_equal(x.entries[0].oid[kinds[k].oid_len - 1], kinds[k].oid_len);
        assert_int_equal(x.entries[4].mode & GIT_MODE_TYPE, GIT_MODE_SUBMODULE);
        buf_release(&b);
        arena_release(&arena);
    }
}

static void paths_and_folders_are_found(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct buf b = BUF_INIT(1 << 16);
    struct git_index x;
    struct error e = {0};
    make_index(&b, 2, 20);
    assert_int_equal(gitindex_parse(buf_as_slice(&b), 20, &arena, &x, &e), KL_OK);
    assert_non_null(gitindex_find(&x, SLICE_LIT("a/b")));
    assert_null(gitindex_find(&x, SLICE_LIT("a")));
    assert_null(gitindex_find(&x, SLICE_LIT("z")));
    assert_true(gitindex_has_under(&x, SLICE_LIT("a")));
    assert_true(gitindex_has_under(&x, SLICE_LIT("a-b")));
    assert_false(gitindex_has_under(&x, SLICE_LIT("a.c")));
    assert_false(gitindex_has_under(&x, SLICE_LIT("b")));
    assert_false(gitindex_has_under(&x, SLICE_LIT("a/b")));
    assert_true(gitindex_has_under(&x, SLICE_LIT("")));
    buf_release(&b);
    arena_release(&arena);
}

static void parts_that_only_git_can_read_are_unsupported(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct buf b = BUF_INIT(1 << 16);
    struct git_index x;
    struct error e = {0};
    make_index(&b, 2, 20);
    b.len -= 20;
    buf_str(&b, "link");
    put32(&b, 0);
    for (int i = 0; i < 20; i++)
        buf_char(&b, 'h');
    assert_int_equal(gitindex_parse(buf_as_slice(&b), 20, &arena, &x, &e), KL_ERR_UNSUPPORTED);
    buf_release(&b);
    arena_release(&arena);
}

/* Every cut and every changed byte: any answer, but none astray. */
static void damage_is_never_followed(void **state) {
    (void)state;
    for (unsigned version = 2; version <= 4; version += 2) {
        struct buf b = BUF_INIT(1 << 16);
        make_index(&b, version, 20);
        for (size_t i = 0; i < b.len; i++) {
            struct arena arena = ARENA_INIT;
            struct git_index x;
            struct error e = {0};
            char *cut = malloc(i + 1);
            memcpy(cut, b.ptr, i);
            (void)!gitindex_parse(slice_of(cut, i), 20, &arena, &x, &e);
            free(cut);
            static const char changes[] = {'\0', '\x7f', '\xff', '\x80', 'a'};
            for (size_t k = 0; k < sizeof changes; k++) {
                char was = b.ptr[i];
                b.ptr[i] = changes[k];
                (void)!gitindex_parse(buf_as_slice(&b), 20, &arena, &x, &e);
                b.ptr[i] = was;
            }
            arena_release(&arena);
        }
        buf_release(&b);
    }
}

static void the_listing_of_git_is_read(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct git_index x;
    struct error e = {0};
    struct slice text = SLICE_LIT("100644 0123456789012345678901234567890123456789 0\ta b\0"
                                  "120000 0123456789012345678901234567890123456789 0\tc\n\0");
    assert_int_equal(gitindex_parse_ls_files(text, 20, &arena, &x, &e), KL_OK);
    assert_int_equal(x.count, 2);
    assert_int_equal(x.entries[0].mode, 0100644);
    assert_int_equal(x.entries[0].oid[1], 0x23);
    assert_true(slice_eq_cstr(x.entries[1].path, "c\n"));
    for (size_t i = 1; i < text.len; i++)
        (void)!gitindex_parse_ls_files(slice_sub(text, i, text.len), 20, &arena, &x, &e);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_versions_and_hashes_are_read),
        cmocka_unit_test(paths_and_folders_are_found),
        cmocka_unit_test(parts_that_only_git_can_read_are_unsupported),
        cmocka_unit_test(damage_is_never_followed),
        cmocka_unit_test(the_listing_of_git_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
