/* fuzz_pieces.c: a text that is scanned in pieces, wherever it is cut. In a file that is no Python, any bytes
 * at all, the same is found as in the whole. So it is in Python that is spelled from statements, as UTF-8, in
 * UTF-16 and in an old encoding; of any other bytes what is found lies in the text. The first byte chooses
 * the kind, the second the length of a piece. */
#include "tests/fuzz/support.h"

#define TEXT_MAX ((size_t)1 << 20)
#define WHOLE_BYTES ((size_t)4 << 20)
#define SPELLED_MAX 100u   /* statements */
#define RAW_PIECES 16u     /* at most so many, for each is looked at with what is around it */
#define SPELLED_LEAST 900u /* bytes of a piece: there must be a place for a cut in it */

enum way { RAW, RAW_PYTHON, SPELLED, SPELLED_UTF16, SPELLED_OLD };

static const struct {
    const char *name;
    enum way way;
} KINDS[] = {
    {"a.py", SPELLED},     {"a.yaml", RAW}, {"a.py", RAW_PYTHON},    {"a.json", RAW},
    {"a.py", SPELLED},     {".env", RAW},   {"a.py", SPELLED_UTF16}, {"a.toml", RAW},
    {"a.py", SPELLED_OLD}, {"a.txt", RAW},  {"a.ipynb", RAW_PYTHON}, {"a.sh", RAW},
    {"a.ini", RAW},
};

static const char *const STATEMENTS[] = {
    "password = \"\2\"\n",
    "self.key = '\1'  # keylift: ignore\n",
    "key = '\1'\n",
    "\"\"\"A text\nof several lines, with words\nimport not this\n\1\n\"\"\"\n",
    "value = os.environ[\"NAME_1\"]\n",
    "value = env(\"OTHER_2\")\n",
    "ROWS = [\3'\1', \3]\n",
    "load(rows=[\3{\"user\": \"me\", \"password\": \"\2\"},\n    \3])\n",
    "conf = {\"a\": {\"rows\": [\3connect(host, 80, password=\"\2\"), # a comment, with commas\n\3]}}\n",
    "add(\"some\", \"thing\", [\3f\"{a, b} is {c}\", '\xc3\xbc', \3])\n",
    "call(first, {\"k\": [\3\3\3'\1']})\n",
    "# a comment, and \xe2\x82\xac\n",
    "if x:\n    pass\n    key = '\1'\n",
    "def test_it(a, b=\"words\"):\n    password = \"\2\"\n    return a.b(c)[1] + 1\n",
    "def make_it(a):\n    for x in a:\n        if x:\n            call(x, password=\"\2\")\n",
    "class Settings(BaseSettings):\n    token: str = \"\"\n    rows = [\3\3]\n",
    "value_1 = a.b(c)[2] + 1\n",
    "x = y = (\3'\1', \3)\n",
};

static void put_utf16(struct buf *out, struct slice text) {
    buf_bytes(out, "\xff\xfe", 2);
    for (size_t i = 0; i < text.len;) {
        unsigned c = (unsigned char)text.ptr[i];
        unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : 2; /* of STATEMENTS none has more */
        c = more == 0 ? c : c & (0x3fu >> more);
        for (unsigned k = 0; k < more; k++)
            c = c << 6 | ((unsigned char)text.ptr[++i] & 0x3fu);
        i++;
        buf_char(out, (char)(c & 0xff));
        buf_char(out, (char)(c >> 8));
    }
}

static void make_text(enum way way, const uint8_t *data, size_t size, struct buf *text) {
    struct buf program = BUF_INIT(TEXT_MAX);
    if (way == RAW || way == RAW_PYTHON) {
        buf_bytes(text, data, size);
        return;
    }
    buf_str(&program, way == SPELLED_OLD ? "# coding: koi8-r\n" : "");
    buf_str(&program,
            "import os  # a comment\nfrom os import (  # (another\n    getenv,\n    environ as env,\n)\n\n");
    fuzz_spell(STATEMENTS, KL_ARRAY_LEN(STATEMENTS), data, size < SPELLED_MAX ? size : SPELLED_MAX, &program);
    if (way == SPELLED_UTF16)
        put_utf16(text, buf_as_slice(&program));
    else
        buf_slice(text, buf_as_slice(&program));
    buf_release(&program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3 || size > 50000) /* less than what is seen on either side of a piece */
        return 0;
    const char *name = KINDS[data[0] % KL_ARRAY_LEN(KINDS)].name;
    enum way way = KINDS[data[0] % KL_ARRAY_LEN(KINDS)].way;
    bool spelled = way != RAW && way != RAW_PYTHON;
    size_t piece = spelled ? SPELLED_LEAST + 16u * data[1] : 1u + size / RAW_PIECES + data[1] % 64u;
    struct buf text = BUF_INIT(TEXT_MAX);
    struct scan_result whole = {0}, pieces = {0};
    make_text(way, data + 2, size - 2, &text);
    fuzz_scan(&(struct scan_options){.piece_bytes = piece}, name, buf_as_slice(&text), &pieces);
    fuzz_check_findings(&pieces, buf_as_slice(&text));
    if (way != RAW_PYTHON && pieces.error_count == 0) { /* of a table that is cut badly an error tells */
        fuzz_scan(&(struct scan_options){.piece_bytes = WHOLE_BYTES}, name, buf_as_slice(&text), &whole);
        fuzz_same(&whole, &pieces);
    }
    scan_result_release(&whole);
    scan_result_release(&pieces);
    buf_release(&text);
    return 0;
}
