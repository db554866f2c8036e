/* support.c: see support.h. */
#include "tests/fuzz/support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PASSWORD_LENGTH 20u
#define ID_LENGTH 16u
#define ROWS 24u

void fuzz_fail(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
    abort();
}

static const struct rule_set *built_in(bool exhaustive) {
    static struct rule_set *sets[2]; /* for all runs of the driver */
    struct rule_set_options options = {.exhaustive = exhaustive};
    struct error e = {0};
    if (!sets[exhaustive] && rule_set_new(&options, &sets[exhaustive], &e) != KL_OK)
        fuzz_fail("%s", e.message);
    return sets[exhaustive];
}

void fuzz_scan(const struct scan_options *o, const char *path, struct slice bytes, struct scan_result *out) {
    struct scan_options with = *o;
    struct error e = {0};
    const char *paths[] = {path, NULL};
    with.paths = paths;
    with.jobs = 1;
    with.keep_values = true;
    if (!with.rule_set)
        with.rule_set = built_in(o->rules.exhaustive);
    if (scan_bytes(&with, path, bytes, out, &e) != KL_OK)
        fuzz_fail("%s", e.message);
}

static bool same_finding(const struct finding *a, const struct finding *b) {
    return strcmp(a->rule, b->rule) == 0 && a->start_byte == b->start_byte && a->end_byte == b->end_byte &&
           a->line == b->line && a->column == b->column && a->end_line == b->end_line &&
           a->end_column == b->end_column && a->context == b->context && strcmp(a->name, b->name) == 0 &&
           a->suppressed == b->suppressed && strcmp(a->fingerprint, b->fingerprint) == 0 &&
           secret_equal(&a->value, &b->value);
}

void fuzz_same(const struct scan_result *a, const struct scan_result *b) {
    for (size_t i = 0; i < a->finding_count && i < b->finding_count; i++) {
        const struct finding *x = &a->findings[i], *y = &b->findings[i];
        if (!same_finding(x, y))
            fuzz_fail("%s at %u:%u and %s at %u:%u", x->rule, x->line, x->column, y->rule, y->line,
                      y->column);
    }
    if (a->finding_count != b->finding_count)
        fuzz_fail("%zu and %zu findings", a->finding_count, b->finding_count);
    for (size_t i = 0; i < a->read_count && i < b->read_count; i++) {
        const struct env_read *x = &a->reads[i], *y = &b->reads[i];
        if (strcmp(x->name, y->name) != 0 || x->line != y->line || x->column != y->column ||
            x->start_byte != y->start_byte || x->end_byte != y->end_byte || x->access != y->access)
            fuzz_fail("reads of %s at %u:%u and of %s at %u:%u", x->name, x->line, x->column, y->name,
                      y->line, y->column);
    }
    if (a->read_count != b->read_count)
        fuzz_fail("%zu and %zu reads", a->read_count, b->read_count);
}

void fuzz_check_findings(const struct scan_result *r, struct slice bytes) {
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct finding *f = &r->findings[i];
        if (f->end_byte > bytes.len || f->start_byte > f->end_byte || f->line == 0 || f->column == 0)
            fuzz_fail("%s at %u:%u does not lie in the text", f->rule, f->line, f->column);
        struct redactor *redactor = redact_new();
        redact_add(redactor, secret_slice(&f->value));
        if (f->value.len >= 8 && redact_would_change(redactor, slice_cstr(f->redacted)))
            fuzz_fail("%s at %u:%u shows its value", f->rule, f->line, f->column);
        redact_free(redactor);
    }
}

static void put_random(const char *letters, size_t count, unsigned length, uint32_t *state, struct buf *out) {
    for (unsigned i = 0; i < length; i++) {
        *state = *state * 1664525u + 1013904223u;
        buf_char(out, letters[(*state >> 16) % count]);
    }
}

void fuzz_spell(const char *const *words, size_t count, const uint8_t *data, size_t size, struct buf *out) {
    static const char of_ids[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                      of_passwords[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!%+";
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++) {
        for (const char *c = words[data[i] % count]; *c; c++) {
            if (*c == '\1') {
                buf_str(out, "AKIA");
                put_random(of_ids, sizeof of_ids - 1, ID_LENGTH, &state, out);
            } else if (*c == '\2') {
                put_random(of_passwords, sizeof of_passwords - 1, PASSWORD_LENGTH, &state, out);
            } else if (*c == '\3') {
                for (unsigned k = 0; k < ROWS; k++)
                    buf_printf(out, "(%u, 'ab', None), ", k);
            } else {
                buf_char(out, *c);
            }
        }
    }
}

const char *fuzz_file(unsigned slot, struct slice bytes) {
    static char paths[FUZZ_FILES][32];
    static int files[FUZZ_FILES];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (files[slot] > 0)
        (void)close(files[slot]);
    files[slot] = fd;
    if (fd <= 0 || write(fd, bytes.ptr, bytes.len) != (ssize_t)bytes.len)
        fuzz_fail("no file in memory");
    (void)snprintf(paths[slot], sizeof paths[slot], "/proc/self/fd/%d", fd);
    return paths[slot];
}
