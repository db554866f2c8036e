/* fuzz_textfile.c: the readers of YAML, TOML, JSON, .env, INI, shell scripts and their kin: of any bytes the
 * pairs lie in the text; and a text in UTF-16 is the same text. The first byte chooses the name. */
#include "base/encode.h"
#include "scanner/textfile.h"
#include "tests/fuzz/support.h"

static const char *const NAMES[] = {"a.yaml", "compose.yml", "a.toml", "a.json",  ".env",         "a.ini",
                                    "a.sh",   "Dockerfile",  ".netrc", ".pypirc", "a.properties", "a.cfg"};

static void check_pairs(const char *name, struct slice text) {
    struct arena arena = ARENA_INIT;
    struct candidates found = {0};
    textfile_collect(name, scan_language_of(name, text), text, false, &arena, &found);
    for (size_t i = 0; i < found.count; i++) {
        const struct candidate *c = &found.items[i];
        if (c->end > text.len || c->start > c->end)
            fuzz_fail("pair %zu at %u to %u", i, c->start, c->end);
    }
    candidates_release(&found);
    arena_release(&arena);
}

/* Characters beyond the first plane are left out: their two halves are two units. */
static void check_utf16(struct slice text) {
    struct arena arena = ARENA_INIT;
    struct buf wide = BUF_INIT(1 << 18), plain = BUF_INIT(1 << 18);
    buf_bytes(&wide, "\xff\xfe", 2);
    for (size_t i = 0; i < text.len;) {
        uint32_t c = 0;
        size_t len = utf8_sequence(text.ptr + i, text.len - i, &c);
        if (len > 0 && c < 0x10000 && (c & 0xf800) != 0xd800) {
            buf_slice(&plain, slice_sub(text, i, i + len));
            buf_char(&wide, (char)(c & 0xff));
            buf_char(&wide, (char)(c >> 8));
        }
        i += len > 0 ? len : 1;
    }
    if (!textfile_is_utf16(buf_as_slice(&wide)) ||
        !slice_eq(textfile_from_utf16(buf_as_slice(&wide), &arena), buf_as_slice(&plain)))
        fuzz_fail("a text in UTF-16 is another one");
    buf_release(&wide);
    buf_release(&plain);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 60000)
        return 0;
    check_pairs(NAMES[data[0] % KL_ARRAY_LEN(NAMES)], slice_of(data + 1, size - 1));
    check_utf16(slice_of(data + 1, size - 1));
    return 0;
}
