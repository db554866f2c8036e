/* fuzz_envread.c: programs made of statements and expressions that read the environment, one
 * a byte, put into each other. What is rewritten verifies, each read has either happened or a
 * reason, and a second run finds nothing to do. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "rewriters/rewrite.h"
#include "scanner/envread.h"
#include "scanner/pyfile.h"

enum { MAX_READS = 256, MAX_STATEMENTS = 5 };

static const char head[] = "import os\n"
                           "from os import environ, getenv\n"
                           "from decouple import config\n"
                           "from environs import Env\n"
                           "env = Env()\n"
                           "e = os.environ\n";
/* An expression goes into each %. */
static const char *const statements[] = {
    "x = %\n",
    "x: str = %; y = %\n",
    "def f(a=%, *, b=%):\n    return %\n",
    "def g(os, e, config, env):\n    return %\n",
    "class C:\n    a = %\n",
    "with % as y:\n    z = %\n",
    "for os.environ['API_KEY'] in %:\n    pass\n",
    "os.environ['API_KEY'] = %\n",
    "(os.environ['API_KEY'], w) = %\n",
    "del os.environ['API_KEY']\n",
    "try:\n    y = %\nexcept KeyError:\n    y = %\n",
    "import os as q; z = q.environ['API_KEY'] or %\n",
    "print(f\"\"\"{%!r:>{5}} {%}\"\"\")\n",
    "print(f\"\"\"{%=}\"\"\")\n",
    "@f(%)\ndef h(): return %\n",
    "e = {}\n",
    "get_secret = 5\n",
    "from x import *\n",
    "from shop.vault_secrets import get_secret\n",
    "import shop.vault_secrets\n",
    "async def k():\n\treturn await %\n",
    "\"\"\"a string\"\"\"\n",
    "# a comment\n",
};
static const char *const expressions[] = {
    "os.environ['API_KEY']",
    "os.environ [\n    'API_KEY'  # a comment\n]",
    "os.environ.get('API_KEY')",
    "os.environ.get('API_KEY',)",
    "os.environ.get('API_KEY', %)",
    "os.environ.get(\n    'API_KEY',  # a comment\n    default=%,\n)",
    "os.environ.get('API_KEY', *%)",
    "getenv('API' '_KEY', default=%)",
    "environ.__getitem__('API_KEY')",
    "e['PIN_TOKEN']",
    "e.get('PIN_TOKEN', %)",
    "(e)['PIN_TOKEN']",
    "e.copy()['PIN_TOKEN']",
    "config('API_KEY')",
    "config('API_KEY', cast=%)",
    "config('API_KEY', default=%, cast=int)",
    "config('API_KEY', %)",
    "env.str('X_TOKEN')",
    "env('X_TOKEN', default=%)",
    "env.int('X_TOKEN')",
    "'API_KEY' in os.environ",
    "os.environ.pop('API_KEY', %)",
    "os.environ.setdefault('API_KEY', %)",
    "get_secret('API_KEY', %)",
    "(%)",
    "% + %",
    "[% for x in %]",
    "(lambda os: %)(%)",
    "(lambda: %)()",
    "{'a': %, **%}",
    "f(%, *%)",
    "not %",
    "% if % else %",
    "(v := %)",
    "'s' f'{x}'",
    "'s' 't'",
    "5",
    "None",
    "b'bytes'",
    "\"text\"",
};
enum { EXPRESSIONS_MAX = 16 };

static const struct python_import imports[] = {{"os", NULL}, {NULL, NULL}};
static const struct python_access access_data = {
    .vault = "dotenv", .imports = imports, .read_text = "os.environ[{name}]", .read_bytes = NULL};

static size_t collect(struct slice bytes, struct arena *arena, struct rewrite_site *sites) {
    struct pyfile file;
    struct pylines lines;
    struct py_tokens tokens = PY_TOKENS_INIT;
    struct env_reads reads = {0};
    size_t count = 0;
    pyfile_decode(&file, bytes, arena);
    py_lex(file.text, &tokens);
    pylines_build(&lines, file.text, arena);
    env_reads_collect(&file, &tokens, &lines, arena, &reads);
    for (size_t i = 0; i < reads.count && count < MAX_READS; i++) {
        struct env_read *read = arena_calloc(arena, 1, sizeof *read);
        *read = reads.items[i];
        if (read->name[0])
            sites[count++] = (struct rewrite_site){
                .start_byte = read->start_byte, .end_byte = read->end_byte, .name = read->name, .read = read};
    }
    env_reads_release(&reads);
    py_tokens_release(&tokens);
    return count;
}

static struct slice rewrite(struct slice bytes, enum rewrite_style style, struct arena *arena,
                            size_t *edit_count) {
    struct rewrite_site *sites = arena_calloc(arena, MAX_READS, sizeof *sites);
    struct rewrite_request r = {.path = "app.py",
                                .bytes = bytes,
                                .sites = sites,
                                .site_count = collect(bytes, arena, sites),
                                .access = &access_data,
                                .style = style,
                                .module_name = "shop.vault_secrets",
                                .target_minor = 8};
    struct rewrite_output out;
    struct error e = {0};
    if (rewrite_file(&r, arena, &out, &e) != KL_OK)
        abort();
    for (size_t i = 0; i < r.site_count; i++)
        if (sites[i].rewritten == (sites[i].reason != NULL))
            abort();
    if (out.edit_count > 0 && rewrite_verify(&r, &out, &e) != KL_OK)
        abort();
    *edit_count = out.edit_count;
    return out.bytes;
}

/* The text with its first % replaced; false when there is none. */
static bool put(struct buf *text, const char *expression) {
    size_t at = slice_find_byte(buf_as_slice(text), '%', 0);
    if (at == SIZE_MAX)
        return false;
    struct buf next = BUF_INIT(KL_MAX_FILE_BYTES);
    buf_slice(&next, slice_sub(buf_as_slice(text), 0, at));
    buf_str(&next, expression);
    buf_slice(&next, slice_sub(buf_as_slice(text), at + 1, text->len));
    buf_release(text);
    *text = next;
    return true;
}

static void make_program(const uint8_t *data, size_t size, struct buf *text) {
    size_t half = size / 2;
    buf_str(text, head);
    for (size_t i = 0; i < half && i < MAX_STATEMENTS; i++)
        buf_str(text, statements[data[i] % KL_ARRAY_LEN(statements)]);
    size_t count = 0;
    for (size_t i = half; i < size && count < EXPRESSIONS_MAX; i++, count++)
        if (!put(text, expressions[data[i] % KL_ARRAY_LEN(expressions)]))
            return;
    while (put(text, "x"))
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT(KL_MAX_FILE_BYTES);
    if (size % 3 != 0) /* each is parsed four times: a plain run needs no more than a third */
        return 0;
    make_program(data, size, &text);
    size_t first, second;
    enum rewrite_style style = size > 0 && data[0] % 4 == 0 ? STYLE_ENVIRON : STYLE_MODULE;
    struct slice once = rewrite(buf_as_slice(&text), style, &arena, &first);
    struct slice twice = rewrite(once, style, &arena, &second);
    if (second > 0 || !slice_eq(once, twice))
        abort();
    buf_release(&text);
    arena_release(&arena);
    return 0;
}
