/* canddump.c: the candidates and environment reads of files, for the tests that
 * compare them with CPython's ast. Reads paths from standard input, one a line;
 * writes for each
 *
 *     F <path>
 *     C <start> <end> <context> <name> <callee> <argument> <parts> <flags> <value> <reason>
 *     R <start> <end> <line>:<column> <name> <default> <flags> <access>
 *
 * start and end are offsets in the file's bytes; names and values are in hex, "-"
 * when empty; flags are letters, or "-". With -b it only says MB/s. */
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/candidate.h"
#include "scanner/envread.h"

#include <stdio.h>
#include <stdlib.h>

static void put_hex(struct slice s) {
    if (s.len == 0)
        putchar('-');
    for (size_t i = 0; i < s.len; i++)
        printf("%02x", (unsigned char)s.ptr[i]);
    putchar(' ');
}

struct state {
    struct py_tokens tokens;
    struct candidates candidates;
    struct env_reads reads;
    struct arena arena;
};

static void dump(const char *path, struct slice bytes, struct state *s) {
    struct pyfile f;
    struct pylines lines;
    pyfile_decode(&f, bytes, &s->arena);
    py_lex(f.text, &s->tokens);
    pylines_build(&lines, f.text, &s->arena);
    candidates_collect(&f, &s->tokens, path, &s->arena, &s->candidates);
    env_reads_collect(&f, &s->tokens, &lines, &s->arena, &s->reads);
    printf("F %s\n", path);
    for (size_t i = 0; i < s->candidates.count; i++) {
        const struct candidate *c = &s->candidates.items[i];
        printf("C %zu %zu %s ", pyfile_byte_offset(&f, c->start), pyfile_byte_offset(&f, c->end),
               context_name(c->context));
        put_hex(c->name);
        put_hex(c->callee);
        printf("%u %u %s%s%s%s ", c->argument, c->parts, c->is_bytes ? "b" : "", c->is_partial ? "p" : "",
               c->in_test ? "t" : "", c->is_bytes || c->is_partial || c->in_test ? "" : "-");
        put_hex(c->value);
        printf("%s\n", c->unfixable ? candidate_unfixable(c) : "-");
    }
    for (size_t i = 0; i < s->reads.count; i++) {
        static const char *const defaults[] = {"none", "literal", "expression"};
        const struct env_read *r = &s->reads.items[i];
        printf("R %llu %llu %u:%u ", (unsigned long long)r->start_byte, (unsigned long long)r->end_byte,
               r->line, r->column);
        put_hex(slice_cstr(r->name));
        printf("%s %s%s%s %s\n", defaults[r->default_kind], r->secret ? "s" : "", r->bytes ? "b" : "",
               r->secret || r->bytes ? "" : "-", env_access_name(r->access));
    }
    arena_clear(&s->arena);
}

/* Adds to times[]: lexing, candidates, environment reads. */
static size_t timed(const char *path, struct slice bytes, struct state *s, double times[3]) {
    struct pyfile f;
    struct pylines lines;
    pyfile_decode(&f, bytes, &s->arena);
    pylines_build(&lines, f.text, &s->arena);
    double t0 = system_seconds();
    py_lex(f.text, &s->tokens);
    double t1 = system_seconds();
    candidates_collect(&f, &s->tokens, path, &s->arena, &s->candidates);
    double t2 = system_seconds();
    env_reads_collect(&f, &s->tokens, &lines, &s->arena, &s->reads);
    double t3 = system_seconds();
    times[0] += t1 - t0;
    times[1] += t2 - t1;
    times[2] += t3 - t2;
    arena_clear(&s->arena);
    return s->candidates.count;
}

int main(int argc, char **argv) {
    bool bench = argc > 1 && strcmp(argv[1], "-b") == 0;
    static char path[KL_MAX_PATH_BYTES];
    struct buf bytes = BUF_INIT(KL_MAX_FILE_BYTES);
    struct state s = {.tokens = PY_TOKENS_INIT};
    double times[3] = {0};
    size_t total = 0, count = 0;
    int status = 0;
    while (fgets(path, sizeof path, stdin)) {
        struct error err = {0};
        path[strcspn(path, "\n")] = 0;
        buf_clear(&bytes);
        if (file_read(path, KL_MAX_FILE_BYTES, &bytes, &err) != KL_OK) {
            fprintf(stderr, "%s\n", err.message);
            status = 2;
        } else if (bench) {
            total += bytes.len;
            count += timed(path, buf_as_slice(&bytes), &s, times);
        } else {
            dump(path, buf_as_slice(&bytes), &s);
        }
    }
    if (bench)
        printf("%.1f MB, %zu candidates: lex %.0f MB/s, candidates %.0f MB/s, environment %.0f MB/s\n",
               (double)total / 1e6, count, (double)total / 1e6 / times[0], (double)total / 1e6 / times[1],
               (double)total / 1e6 / times[2]);
    py_tokens_release(&s.tokens);
    candidates_release(&s.candidates);
    env_reads_release(&s.reads);
    arena_release(&s.arena);
    buf_release(&bytes);
    return status;
}
