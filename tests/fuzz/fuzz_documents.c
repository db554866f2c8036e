/* fuzz_documents.c: the readers of structured bytes that somebody else wrote:
 * TOML, JSON, git's index. Any bytes are an answer or an error
 * with a message; what JSON prints, JSON reads. */
#include "tests/fuzz/fuzz.h"

#include "base/toml.h"
#include "scanner/gitindex.h"

static void check_message(enum kl_status s, const struct error *e) {
    if (s != KL_OK && e->message[0] == '\0')
        abort();
}

static void read_toml(struct slice bytes) {
    cJSON *tree = NULL;
    struct error e = {0};
    check_message(toml_parse(bytes, "fuzz", &tree, &e), &e);
    cJSON_Delete(tree);
}

static void read_json(struct slice bytes) {
    cJSON *tree = NULL, *again = NULL;
    struct error e = {0};
    struct buf text = BUF_INIT(1 << 24);
    enum kl_status s = json_parse(bytes, "fuzz", &tree, &e);
    check_message(s, &e);
    if (s == KL_OK) {
        json_print(tree, true, &text);
        if (json_parse(buf_as_slice(&text), "fuzz", &again, &e) != KL_OK)
            abort();
    }
    cJSON_Delete(tree);
    cJSON_Delete(again);
    buf_release(&text);
}

static void read_index(struct slice bytes) {
    struct arena arena = ARENA_INIT;
    struct git_index index;
    struct error e = {0};
    unsigned oid_len = bytes.len % 2 ? 20 : 32;
    check_message(gitindex_parse(bytes, oid_len, &arena, &index, &e), &e);
    check_message(gitindex_parse_ls_files(bytes, oid_len, &arena, &index, &e), &e);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const READERS[])(struct slice) = {read_toml, read_json, read_index};
    if (size < 1 || size > 60000)
        return 0;
    READERS[data[0] % KL_ARRAY_LEN(READERS)](slice_of(data + 1, size - 1));
    return 0;
}
