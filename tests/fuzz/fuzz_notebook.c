/* fuzz_notebook.c: notebooks. In a whole one, spelled from cells, the same is found whether it is read at
 * once or as a stream that keeps its cells alone. Of any other bytes the code lies in the file, each of its
 * places behind the one before. The first byte chooses between the two. */
#include "scanner/notebook.h"
#include "tests/fuzz/support.h"

#define TEXT_MAX ((size_t)1 << 20)
#define CELLS_MAX 40u
#define WHOLE_BYTES ((size_t)4 << 20)

/* Statements, each with its escapes as JSON has them. */
static const char *const LINES[] = {
    "import os\\n",
    "from os import environ as env\\n",
    "password = \\\"\2\\\"\\n",
    "key = '\1'\\n",
    "\\u006bey = '\1'\\n",
    "x = env[\\\"NAME_1\\\"]\\n",
    "y = os\\u002eenviron.get('NAME_2')\\n",
    "\\\"\\\"\\\"A text\\nof lines \1\\n\\\"\\\"\\\"\\n",
    "# \\u00e9 \xc3\xa9 \\ud83d\\ude00 a comment\\n",
    "z = call(1, password=\\\"\2\\\")\\t\\r\\n",
    "if x:\\n    key = '\1'  # keylift: ignore\\n",
    "path = 'C:\\\\\\\\a'\\n",
};
enum { AS_LIST = 1, IS_WORDS = 2, KIND_LAST = 4, HAS_OUTPUT = 8, OLD_KEY = 16 };

/* A cell: a byte of how it is written, one for the number of its lines, and these. */
static size_t put_cell(const uint8_t *data, size_t size, struct buf *out) {
    unsigned how = data[0];
    size_t lines = size > 1 ? data[1] % 6u : 0;
    lines = lines + 2 < size ? lines : size > 2 ? size - 2 : 0;
    const char *kind = how & IS_WORDS ? "\"cell_type\": \"markdown\"" : "\"cell_type\": \"code\"";
    buf_printf(out, "  {%s,\n", how & KIND_LAST ? "\"id\": 1" : kind);
    if (how & HAS_OUTPUT)
        buf_str(out, "   \"outputs\": [{\"data\": {\"image/png\": \"QUJDREVGR0hJSktMTU5PUA==\"}, \"text\": "
                     "[\"a\"]}],\n");
    buf_printf(out, "   \"%s\": %s", how & OLD_KEY ? "input" : "source", how & AS_LIST ? "[" : "\"");
    for (size_t i = 0; i < lines; i++) {
        if (how & AS_LIST)
            buf_str(out, i > 0 ? ",\n    \"" : "\"");
        fuzz_spell(LINES, KL_ARRAY_LEN(LINES), data + 2 + i, 1, out);
        if (how & AS_LIST)
            buf_char(out, '"');
    }
    buf_str(out, how & AS_LIST ? "]" : "\"");
    buf_printf(out, "%s%s}", how & KIND_LAST ? "," : "", how & KIND_LAST ? kind : "");
    return 2 + lines;
}

static void check_spelled(const uint8_t *data, size_t size) {
    struct buf text = BUF_INIT(TEXT_MAX);
    struct scan_result whole = {0}, stream = {0};
    buf_str(&text, "{\n \"cells\": [\n");
    for (size_t at = 0, cells = 0; at < size && cells < CELLS_MAX; cells++) {
        buf_str(&text, cells > 0 ? ",\n" : "");
        at += put_cell(data + at, size - at, &text);
    }
    buf_str(&text, "\n ],\n \"metadata\": {\"title\": \"\xc3\xa9\"},\n \"nbformat\": 4\n}\n");
    fuzz_scan(&(struct scan_options){.piece_bytes = WHOLE_BYTES}, "a.ipynb", buf_as_slice(&text), &whole);
    fuzz_scan(&(struct scan_options){.piece_bytes = text.len - 1}, "a.ipynb", buf_as_slice(&text), &stream);
    fuzz_check_findings(&stream, buf_as_slice(&text));
    fuzz_same(&whole, &stream);
    scan_result_release(&whole);
    scan_result_release(&stream);
    buf_release(&text);
}

static void check_raw(struct slice bytes) {
    struct arena arena = ARENA_INIT;
    struct pyfile f = {0};
    struct notebook_cells cells = {0};
    if (notebook_code(&f, bytes, &arena, &cells)) {
        size_t before = 0;
        for (size_t i = 0; i <= f.text.len; i++) {
            size_t at = pyfile_byte_offset(&f, (uint32_t)i);
            if (at > bytes.len || at < before)
                fuzz_fail("byte %zu of the code is at %zu, the one before at %zu", i, at, before);
            before = at;
        }
        for (size_t i = 0; i < cells.count; i++)
            if (cells.starts[i] > f.text.len || (i > 0 && cells.starts[i] < cells.starts[i - 1]))
                fuzz_fail("cell %zu begins at %u", i, cells.starts[i]);
    }
    arena_release(&arena);
    for (size_t piece = 1; piece < bytes.len; piece = 3 * piece + 1) {
        struct scan_result stream = {0};
        fuzz_scan(&(struct scan_options){.piece_bytes = piece}, "a.ipynb", bytes, &stream);
        fuzz_check_findings(&stream, bytes);
        scan_result_release(&stream);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 8000)
        return 0;
    if (data[0] % 2)
        check_spelled(data + 1, size - 1);
    else
        check_raw(slice_of(data + 1, size - 1));
    return 0;
}
