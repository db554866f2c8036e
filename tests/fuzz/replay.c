/* replay.c: runs a fuzz driver without a fuzzer: over each file of the folder
 * named (it may be missing), over every prefix of some awkward texts, and over
 * a sequence of random bytes, so that a plain test run sees them too.
 * The sequence is the same in every run, unless ./test soak gives a seed. */
#include "tests/fuzz/fuzz.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/mem.h"

#define RANDOM_INPUTS 2000
#define RANDOM_BYTES 64

static const char *const awkward[] = {
    "",
    "\0",
    "\xFF\xFE",
    "\xEF\xBB\xBF\xC3\x28",
    "%",
    "%4",
    "====",
    "Zm9v",
    "\r\n\r",
    "\\\n\\\r\n\\",
    "f'{x!r:{y}}' rf\"{'\\N{DASH}'}\" b'\\x0' t'{a=}' '''\\",
    "# coding: latin-1\nx = '\xE9'",
    "((((((((((((((((((((((((((((((((",
    "A='\"B=\"'${X:-${Y}}\nexport C = `d` # e\n'",
    "{\"a\":[1,{\"b\":\"\\u0000\\ud800\"}]}",
};

/* On the heap and exactly as long, so that a sanitizer sees one byte too many. */
static void feed(const void *bytes, size_t size) {
    uint8_t *copy = mem_alloc(size);
    if (size)
        memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t feed_folder(const char *folder) {
    struct error err = {0};
    struct arena arena = ARENA_INIT;
    struct dir *d = NULL;
    struct dir_entry entry;
    size_t count = 0;
    if (dir_open(&d, -1, folder, &err) != KL_OK)
        return 0;
    while (dir_next(d, &entry, &err) == KL_OK) {
        struct buf bytes = BUF_INIT(KL_MAX_CONFIG_BYTES);
        if (file_read(path_join(&arena, folder, entry.name), KL_MAX_CONFIG_BYTES, &bytes, &err) == KL_OK) {
            feed(bytes.ptr, bytes.len);
            count++;
        }
        buf_release(&bytes);
    }
    dir_close(d);
    arena_release(&arena);
    return count;
}

int main(int argc, char **argv) {
    size_t files = argc > 1 ? feed_folder(argv[1]) : 0;
    for (size_t i = 0; i < KL_ARRAY_LEN(awkward); i++)
        for (size_t len = 0; len <= strlen(awkward[i]); len++)
            feed(awkward[i], len);
    const char *seed = getenv("KEYLIFT_TEST_SEED");
    uint32_t state = 1 + (seed ? (uint32_t)strtoul(seed, NULL, 10) : 0);
    for (size_t i = 0; i < RANDOM_INPUTS; i++) {
        uint8_t bytes[RANDOM_BYTES];
        for (size_t j = 0; j < sizeof(bytes); j++) {
            state = state * 1664525u + 1013904223u;
            bytes[j] = (uint8_t)(state >> 24);
        }
        feed(bytes, i % (RANDOM_BYTES + 1));
    }
    printf("%zu files, %d random inputs\n", files, RANDOM_INPUTS);
    return 0;
}
