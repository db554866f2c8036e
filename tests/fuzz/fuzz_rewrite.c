/* fuzz_rewrite.c: any bytes, with sites anywhere in them: what is rewritten
 * verifies, what is not stays as it is, and each site has either happened or a
 * reason. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "rewriters/rewrite.h"
#include "scanner/pyfile.h"

enum { SITES = 4, MAX_INPUT = 1 << 16 };

static const struct python_import imports[] = {{"os", NULL}, {NULL, NULL}};
static const struct python_access access_data = {.vault = "dotenv",
                                                 .imports = imports,
                                                 .read_text = "os.environ[{name}]",
                                                 .read_bytes = "base64.b64decode(os.environ[{name}])",
                                                 .needs_loading = true};

/* The string literals of the input if it has any, else spans of any kind. */
static size_t choose_sites(struct slice in, struct rewrite_site *sites) {
    struct arena arena = ARENA_INIT;
    struct pyfile file;
    struct py_tokens tokens = PY_TOKENS_INIT;
    size_t count = 0;
    pyfile_decode(&file, in, &arena);
    py_lex(file.text, &tokens);
    for (size_t i = 0; i < tokens.count && count < SITES; i++) {
        const struct py_token *t = &tokens.items[i];
        if (t->kind == PY_STRING)
            sites[count++] = (struct rewrite_site){.start_byte = pyfile_byte_offset(&file, t->start),
                                                   .end_byte = pyfile_byte_offset(&file, t->end),
                                                   .is_bytes = t->flags & PY_STR_BYTES,
                                                   .name = "NAME"};
    }
    for (; count < SITES; count++) {
        size_t start = count ? (size_t)sites[count - 1].start_byte : 0;
        sites[count] = (struct rewrite_site){
            .start_byte = start + count, .end_byte = start + 3 * count + 1, .name = "OTHER"};
    }
    py_tokens_release(&tokens);
    arena_release(&arena);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > MAX_INPUT)
        return 0;
    struct rewrite_site sites[SITES];
    struct rewrite_request r = {.path = "app.py",
                                .bytes = slice_of(data, size),
                                .sites = sites,
                                .access = &access_data,
                                .dotenv_relative = ".env"};
    r.site_count = choose_sites(r.bytes, sites);
    struct arena arena = ARENA_INIT;
    struct rewrite_output out;
    struct error e = {0};
    if (rewrite_file(&r, &arena, &out, &e) != KL_OK)
        abort();
    for (size_t i = 0; i < r.site_count; i++)
        if (sites[i].rewritten == (sites[i].reason != NULL))
            abort();
    if (!out.edit_count && !slice_eq(out.bytes, r.bytes))
        abort();
    if (out.edit_count && rewrite_verify(&r, &out, &e) != KL_OK)
        abort();
    struct buf diff = BUF_INIT(KL_MAX_FILE_BYTES);
    rewrite_diff(r.path, r.bytes, &out, NULL, &diff);
    buf_release(&diff);
    arena_release(&arena);
    return 0;
}
