/* fuzz_skim.c: the skimmer, over what looks like Python: its look at 64 bytes at once is that at one, and
 * what it passes over, a scan with every rule on every string finds nothing in. Each byte is a word that
 * begins or ends a string, a comment, a bracket, a telling name, or a secret. */
#include <stdlib.h>

#include "base/mem.h"
#include "scanner/skim_blocks.h"
#include "tests/fuzz/support.h"

#define TEXT_MAX ((size_t)1 << 20)

static const char *const WORDS[] = {
    "'",
    "\"",
    "\"\"\"",
    "'''",
    "\\",
    "\n",
    "\r",
    "    ",
    " ",
    "#",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    ".",
    "f\"",
    "rb'",
    "a",
    "x",
    "1",
    "\xc3\xa9",
    "\xff",
    "\1",
    "\2",
    "\3",
    "password",
    "PASSWD",
    "pwd",
    "api_key",
    "token",
    "secret",
    "auth",
    "user",
    "private key",
    "pat",
    "import os\n",
    "from os import environ as e\n",
    "os.environ['API_KEY']",
    "getenv(\"X\")",
    "e[",
    "config(",
    "def f(",
    "class A:\n",
    "lambda ",
    "return ",
    "if ",
    "# keylift: ignore\n",
    "+",
    "%",
    "==",
    "https://me:",
    "@example.org/",
    "-----BEGIN ",
    "PRIVATE KEY-----\n",
    "b64decode(",
    "connect(",
    "Bearer ",
};

static void check_blocks(struct slice text) {
    static struct skim_hints hints;
    static bool made;
    size_t count = skim_block_count(text.len);
    struct skim_block *quick = mem_calloc(count + 1, sizeof *quick),
                      *plain = mem_calloc(count + 1, sizeof *plain);
    if (!made)
        skim_hints_init(&hints);
    made = true;
    skim_blocks_fill(&hints, text, quick);
    skim_blocks_fill_plain(&hints, text, plain);
    if (memcmp(quick, plain, count * sizeof *quick) != 0)
        fuzz_fail("the blocks differ");
    if (skim_blocks_nest(quick, count) != skim_blocks_nest(plain, count))
        fuzz_fail("the depths differ");
    free(quick);
    free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf text = BUF_INIT(TEXT_MAX);
    struct scan_result fast = {0}, slow = {0};
    if (size > 2000)
        return 0;
    check_blocks(slice_of(data, size));
    fuzz_spell(WORDS, KL_ARRAY_LEN(WORDS), data, size, &text);
    check_blocks(buf_as_slice(&text));
    fuzz_scan(&(struct scan_options){0}, "a.py", buf_as_slice(&text), &fast);
    fuzz_scan(&(struct scan_options){.rules = {.exhaustive = true}}, "a.py", buf_as_slice(&text), &slow);
    fuzz_same(&fast, &slow);
    scan_result_release(&fast);
    scan_result_release(&slow);
    buf_release(&text);
    return 0;
}
