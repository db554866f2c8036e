/* fuzz_documents.c: the readers of structured bytes that somebody else wrote:
 * TOML, JSON, git's index. Any bytes are an answer or an error
 * with a message; what JSON prints, JSON reads as the same, and so it does with what TOML holds; what the
 * index has is found in it. */
#include "tests/fuzz/support.h"

#include "base/toml.h"
#include "scanner/gitindex.h"

static void check_message(enum kl_status s, const struct error *e) {
    if (s != KL_OK && e->message[0] == '\0')
        abort();
}

static void check_printed(const cJSON *tree) {
    struct buf first = BUF_INIT(1 << 24), second = BUF_INIT(1 << 24);
    struct error e = {0};
    cJSON *again = NULL;
    json_print(tree, true, &first);
    if (json_parse(buf_as_slice(&first), "fuzz", &again, &e) != KL_OK)
        fuzz_fail("what was printed: %s", e.message);
    json_print(again, true, &second);
    if (!slice_eq(buf_as_slice(&first), buf_as_slice(&second)))
        fuzz_fail("what was printed is read as something else");
    cJSON_Delete(again);
    buf_release(&first);
    buf_release(&second);
}

static void read_toml(struct slice bytes) {
    cJSON *tree = NULL;
    struct error e = {0};
    enum kl_status s = toml_parse(bytes, "fuzz", &tree, &e);
    check_message(s, &e);
    if (s == KL_OK)
        check_printed(tree);
    cJSON_Delete(tree);
}

static void read_json(struct slice bytes) {
    cJSON *tree = NULL;
    struct error e = {0};
    enum kl_status s = json_parse(bytes, "fuzz", &tree, &e);
    check_message(s, &e);
    if (s == KL_OK)
        check_printed(tree);
    cJSON_Delete(tree);
}

static void check_index(const struct git_index *x) {
    for (size_t i = 0; i < x->count; i++) {
        const struct git_index_entry *e = &x->entries[i], *found = gitindex_find(x, e->path);
        if (!found || !slice_eq(found->path, e->path))
            fuzz_fail("entry %zu is not found", i);
        if (i > 0 && slice_cmp(x->entries[i - 1].path, e->path) > 0)
            fuzz_fail("entry %zu is not in order", i);
        for (size_t at = 0; (at = slice_find_byte(e->path, '/', at)) != SIZE_MAX; at++)
            if (!gitindex_has_under(x, slice_sub(e->path, 0, at)))
                fuzz_fail("entry %zu is not under its folder", i);
    }
}

static void read_index(struct slice bytes) {
    struct arena arena = ARENA_INIT;
    struct git_index index;
    struct error e = {0};
    unsigned oid_len = bytes.len % 2 ? 20 : 32;
    enum kl_status s = gitindex_parse(bytes, oid_len, &arena, &index, &e);
    check_message(s, &e);
    if (s == KL_OK)
        check_index(&index);
    s = gitindex_parse_ls_files(bytes, oid_len, &arena, &index, &e);
    check_message(s, &e);
    if (s == KL_OK)
        check_index(&index);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const READERS[])(struct slice) = {read_toml, read_json, read_index};
    if (size < 1 || size > 60000)
        return 0;
    READERS[data[0] % KL_ARRAY_LEN(READERS)](slice_of(data + 1, size - 1));
    return 0;
}
