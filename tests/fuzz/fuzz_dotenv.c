/* fuzz_dotenv.c: any bytes may be a .env file. Steps of the parser cover the
 * file without gaps, and a name that was set reads back as it was set, with
 * everything else as it was. */
#include "tests/fuzz/fuzz.h"

#include "backends/dotenv_file.h"

static void check_parse(struct slice bytes, enum dotenv_dialect dialect, struct arena *a) {
    struct dotenv_file file;
    struct error e = {0};
    size_t at = 0;
    if (dotenv_parse(bytes, dialect, "fuzz", a, &file, &e) != KL_OK)
        return; /* not UTF-8 */
    if (dialect == DOTENV_STRICT && slice_starts(bytes, "\xef\xbb\xbf"))
        at = 3; /* a byte order mark belongs to no line */
    for (size_t i = 0; i < file.count; i++) {
        const struct dotenv_binding *b = &file.bindings[i];
        if (b->start != at || b->end < b->start || b->end > bytes.len)
            abort();
        if (b->value_start > b->value_end || b->value_end > b->end)
            abort();
        at = b->end;
    }
}

static void check_set(struct slice bytes, struct slice value, struct arena *a) {
    struct buf text;
    struct error e = {0};
    struct slice back;
    buf_init_secret(&text, DOTENV_MAX_FILE_BYTES);
    if (dotenv_accepts("FUZZED", value, &e) == KL_OK &&
        dotenv_set(bytes, "FUZZED", value, "fuzz", &text, &e) == KL_OK) {
        if (dotenv_value(buf_as_slice(&text), "FUZZED", NULL, NULL, "fuzz", a, &back, &e) != KL_OK ||
            !slice_eq(back, value))
            abort();
    }
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000)
        return 0;
    struct arena arena = ARENA_INIT;
    struct slice all = slice_of(data + 1, size - 1);
    size_t split = (size_t)data[0] * all.len / 256;
    struct slice file = slice_sub(all, split, all.len);
    for (int dialect = 0; dialect < DOTENV_DIALECTS; dialect++)
        check_parse(file, (enum dotenv_dialect)dialect, &arena);
    check_set(file, slice_sub(all, 0, split), &arena);
    arena_release(&arena);
    return 0;
}
