/* baseline_import.c: see baseline_import.h. */
#include "cli/baseline_import.h"

#include <stdlib.h>

#include "base/bisect.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/reported.h"

#define IMPORT_MAX_LINE 100000000u

static void add_place(struct import_places *p, struct arena *arena, struct slice path, double line) {
    if (path.len == 0 || !(line >= 1 && line <= IMPORT_MAX_LINE)) {
        return;
    }
    p->items = mem_grow(p->items, &p->cap, p->count + 1, sizeof *p->items);
    p->items[p->count++] =
        (struct import_place){path_normalize(arena, arena_cstr(arena, path)), (uint32_t)line};
}

/* "path:rule:line", with or without "commit:" before it; # begins a comment. */
static bool read_ignore_line(struct slice line, struct arena *arena, struct import_places *out) {
    line = slice_trim(line);
    if (line.len == 0 || line.ptr[0] == '#') {
        return true;
    }
    size_t last = line.len;
    while (last > 0 && line.ptr[last - 1] != ':') {
        last--;
    }
    struct slice number = slice_sub(line, last, line.len);
    size_t rule = last > 0 ? last - 1 : 0;
    while (rule > 0 && line.ptr[rule - 1] != ':') {
        rule--;
    }
    if (number.len == 0 || number.len > 9 || rule < 2) {
        return false;
    }
    double value = 0;
    for (size_t i = 0; i < number.len; i++) {
        if (number.ptr[i] < '0' || number.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (number.ptr[i] - '0');
    }
    struct slice path = slice_sub(line, 0, rule - 1);
    size_t colon = slice_find_byte(path, ':', 0);
    bool commit = colon == 40 || colon == 64; /* SHA-1 and SHA-256 in hexadecimal */
    for (size_t i = 0; commit && i < colon; i++) {
        commit = memchr("0123456789abcdef", path.ptr[i], 16) != NULL;
    }
    add_place(out, arena, commit ? slice_sub(path, colon + 1, path.len) : path, value);
    return true;
}

static enum kl_status read_ignore_file(struct slice text, const char *file, struct arena *arena,
                                       struct import_places *out, struct error *e) {
    size_t number = 1;
    out->kind = ".gitleaksignore";
    for (size_t at = 0; at < text.len; number++) {
        size_t end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        if (!read_ignore_line(slice_sub(text, at, end), arena, out)) {
            return error_set(e, KL_ERR_PARSE,
                             "%s:%zu: not a baseline of detect-secrets, a report of a scanner, or a line "
                             "\"path:rule:line\" of .gitleaksignore",
                             file, number);
        }
        at = end + 1;
    }
    return KL_OK;
}

static int by_place(const void *left, const void *right) {
    const struct import_place *a = left, *b = right;
    int c = strcmp(a->path, b->path);
    return c != 0 ? c : (a->line > b->line) - (a->line < b->line);
}

static enum kl_status read_text(struct slice bytes, const char *file, struct arena *arena,
                                struct import_places *out, struct error *e) {
    struct reported report = {0};
    struct slice text = slice_trim(reported_text(bytes, arena));
    enum kl_status s = reported_parse(text, file, arena, &report, e);
    out->kind = report.kind;
    for (size_t i = 0; i < report.count; i++) {
        const struct reported_place *p = &report.items[i];
        for (size_t k = 0; p->paths[k] && !p->reason; k++) {
            add_place(out, arena, slice_cstr(p->paths[k]), p->site.line);
        }
    }
    if (s == KL_OK && report.kind == NULL && text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '[')) {
        s = error_set(e, KL_ERR_PARSE,
                      "%s: neither a baseline of detect-secrets nor a report of gitleaks, Betterleaks, "
                      "TruffleHog, Kingfisher or in SARIF",
                      file);
    } else if (s == KL_OK && report.kind == NULL) {
        s = read_ignore_file(text, file, arena, out, e);
    }
    free(report.items);
    return s;
}

enum kl_status baseline_import_read(const char *file, struct arena *arena, struct import_places *out,
                                    struct error *e) {
    struct buf text = BUF_INIT_SECRET(REPORTED_MAX_BYTES);
    *out = (struct import_places){0};
    enum kl_status s = file_read(file, REPORTED_MAX_BYTES, &text, e);
    if (s == KL_OK) {
        s = read_text(buf_as_slice(&text), file, arena, out, e);
    }
    if (out->count > 0) {
        qsort(out->items, out->count, sizeof *out->items, by_place);
    }
    buf_release(&text);
    return s;
}

bool baseline_import_has(const struct import_places *places, const char *path, uint32_t first_line,
                         uint32_t last_line) {
    const struct import_place key = {path, first_line};
    struct bisection b = {.high = places->count};
    while (bisect(&b))
        bisect_tell(&b, by_place(&places->items[b.middle], &key) < 0);
    return b.low < places->count && strcmp(places->items[b.low].path, path) == 0 &&
           places->items[b.low].line <= last_line;
}
