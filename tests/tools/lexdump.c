/* lexdump.c: what the lexer says about files, for the tests that compare it
 * with CPython. Reads paths from standard input, one a line; writes for each
 *
 *     F <encoding> <decodable> <bom> <text offset of the first error, or ->
 *     <kind> <start> <end> <line>:<column> <line>:<column> <op> <flags> <prefix> <match, or -> <depth>
 *     V <status> <value in hex>          after a string or literal text
 *
 * start and end are offsets in the file's bytes. With -b it says MB/s instead;
 * with -v it does all the work and only says how many tokens there are. */
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/pyfile.h"
#include "scanner/pylex.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[] = {"END", "NAME",    "NUMBER",  "STRING", "FSTART", "FMIDDLE", "FEND",
                                    "OP",  "COMMENT", "NEWLINE", "NL",     "INDENT", "DEDENT",  "ERROR"};

static void dump_value(struct slice text, const struct py_token *t, struct arena *arena) {
    struct slice value;
    printf("V %d ", (int)py_string_value(text, t, arena, &value));
    for (size_t i = 0; i < value.len; i++)
        printf("%02x", (unsigned char)value.ptr[i]);
    putchar('\n');
}

static void visit(struct slice bytes, struct py_tokens *tokens) {
    struct arena arena = ARENA_INIT;
    struct pyfile f;
    struct pylines lines;
    size_t sum = 0;
    pyfile_decode(&f, bytes, &arena);
    py_lex(f.text, tokens);
    pylines_build(&lines, f.text, &arena);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct py_token *t = &tokens->items[i];
        struct slice value = {0};
        uint32_t line, column;
        pylines_position(&lines, f.text, t->start, &line, &column);
        sum += pyfile_byte_offset(&f, t->end) + line + column;
        if (t->kind == PY_STRING || t->kind == PY_FSTRING_MIDDLE)
            sum += (size_t)py_string_value(f.text, t, &arena, &value) + value.len;
    }
    printf("%zu tokens (%zx)\n", tokens->count, sum);
    arena_release(&arena);
}

static void dump(struct slice bytes, struct py_tokens *tokens) {
    struct arena arena = ARENA_INIT;
    struct pyfile f;
    struct pylines lines;
    pyfile_decode(&f, bytes, &arena);
    py_lex(f.text, tokens);
    pylines_build(&lines, f.text, &arena);
    printf("F %s %d %d ", f.encoding, f.decodable, f.has_bom);
    if (tokens->has_error)
        printf("%u\n", tokens->error_at);
    else
        printf("-\n");
    for (size_t i = 0; i < tokens->count; i++) {
        const struct py_token *t = &tokens->items[i];
        uint32_t line, column, end_line, end_column;
        pylines_position(&lines, f.text, t->start, &line, &column);
        pylines_position(&lines, f.text, t->end, &end_line, &end_column);
        printf("%s %zu %zu %u:%u %u:%u %u %u %u ", kinds[t->kind], pyfile_byte_offset(&f, t->start),
               pyfile_byte_offset(&f, t->end), line, column, end_line, end_column, t->op, t->flags,
               t->prefix_len);
        if (t->match == UINT32_MAX)
            printf("- %u\n", t->depth);
        else
            printf("%u %u\n", t->match, t->depth);
        if (t->kind == PY_STRING || t->kind == PY_FSTRING_MIDDLE)
            dump_value(f.text, t, &arena);
    }
    arena_release(&arena);
}

/* The files are read first: only decoding and lexing is timed. */
struct corpus {
    struct slice *files;
    size_t count, capacity, bytes;
};

static void corpus_add(struct corpus *c, struct buf *b) {
    char *copy = mem_alloc(b->len);
    if (b->len)
        memcpy(copy, b->ptr, b->len);
    if (c->count == c->capacity)
        c->files = mem_grow(c->files, &c->capacity, c->count + 1, sizeof *c->files);
    c->files[c->count++] = slice_of(copy, b->len);
    c->bytes += b->len;
}

static void bench(const struct corpus *c, struct py_tokens *tokens) {
    struct arena arena = ARENA_INIT;
    size_t count = 0;
    for (int round = 0; round < 5; round++) {
        double decode = 0, lex = 0;
        count = 0;
        for (size_t i = 0; i < c->count; i++) {
            struct pyfile f;
            double start = system_seconds();
            pyfile_decode(&f, c->files[i], &arena);
            double middle = system_seconds();
            py_lex(f.text, tokens);
            lex += system_seconds() - middle;
            decode += middle - start;
            count += tokens->count;
            arena_clear(&arena);
        }
        printf("%zu files, %.1f MB, %zu tokens: decode %.0f MB/s, lex %.0f MB/s (%.1f ns a token), both %.0f "
               "MB/s\n",
               c->count, (double)c->bytes / 1e6, count, (double)c->bytes / 1e6 / decode,
               (double)c->bytes / 1e6 / lex, lex * 1e9 / (double)count,
               (double)c->bytes / 1e6 / (lex + decode));
    }
    arena_release(&arena);
}

int main(int argc, char **argv) {
    bool timed = argc > 1 && strcmp(argv[1], "-b") == 0;
    bool quiet = argc > 1 && strcmp(argv[1], "-v") == 0;
    struct py_tokens tokens = PY_TOKENS_INIT;
    struct corpus corpus = {0};
    struct buf bytes = BUF_INIT(KL_MAX_FILE_BYTES);
    static char path[KL_MAX_PATH_BYTES];
    int status = 0;
    while (fgets(path, sizeof path, stdin)) {
        struct error err = {0};
        path[strcspn(path, "\n")] = 0;
        buf_clear(&bytes);
        if (file_read(path, KL_MAX_FILE_BYTES, &bytes, &err) != KL_OK) {
            fprintf(stderr, "%s\n", err.message);
            status = 2;
            printf("F unreadable 0 0 -\n");
        } else if (timed) {
            corpus_add(&corpus, &bytes);
        } else if (quiet) {
            visit(buf_as_slice(&bytes), &tokens);
        } else {
            dump(buf_as_slice(&bytes), &tokens);
        }
        fflush(stdout);
    }
    if (timed)
        bench(&corpus, &tokens);
    for (size_t i = 0; i < corpus.count; i++)
        free((void *)(uintptr_t)corpus.files[i].ptr);
    free(corpus.files);
    buf_release(&bytes);
    py_tokens_release(&tokens);
    return status;
}
