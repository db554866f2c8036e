/* baseline_match.c: which entry of a baseline answers which finding. */
#include "scanner/baseline_internal.h"

#include <stdlib.h>

#include "base/bisect.h"
#include "base/encode.h"
#include "base/mem.h"

void baseline_tag(const struct baseline_salt *salt, const struct secret *value,
                  char out[BASELINE_TAG_DIGITS + 1]) {
    static const char digits[] = "0123456789abcdef";
    unsigned char mac[32];
    hmac_sha256(slice_of(salt->bits, BASELINE_SALT_BYTES), secret_slice(value), mac);
    for (size_t i = 0; i < BASELINE_TAG_DIGITS; i++)
        out[i] = digits[i % 2 ? mac[i / 2] & 15 : mac[i / 2] >> 4];
    out[BASELINE_TAG_DIGITS] = '\0';
    mem_wipe(mac, sizeof mac);
}

/* One finding under one salt, as an entry would have it. */
struct wanted {
    const struct finding *finding;
    const char *path;
    char (*tags)[BASELINE_TAG_DIGITS + 1]; /* one a salt */
};

static int compare_kind(const struct baseline_entry *a, const struct baseline_entry *b) {
    int c = strcmp(a->rule, b->rule);
    c = c ? c : strcmp(a->name, b->name);
    c = c ? c : strcmp(a->context, b->context);
    c = c ? c : strcmp(a->salt, b->salt);
    return c ? c : strcmp(a->tag, b->tag);
}

static int compare_index(const void *left, const void *right) {
    return compare_kind(*(struct baseline_entry *const *)left, *(struct baseline_entry *const *)right);
}

void baseline_index_make(struct baseline_index *l, const struct baseline *b) {
    *l = (struct baseline_index){mem_calloc(b->count + 1, sizeof *l->sorted), b->count, b};
    for (size_t i = 0; i < b->count; i++)
        l->sorted[i] = &b->entries[i];
    if (b->count > 1)
        qsort((void *)l->sorted, l->count, sizeof *l->sorted, compare_index);
}

void baseline_index_release(struct baseline_index *l) {
    free((void *)l->sorted);
    *l = (struct baseline_index){0};
}

static size_t first_of(const struct baseline_index *l, const struct baseline_entry *key) {
    struct bisection b = {.high = l->count};
    while (bisect(&b))
        bisect_tell(&b, compare_kind(l->sorted[b.middle], key) < 0);
    return b.low;
}

/* An entry that no finding has answered yet; of the finding's path, or of any. */
static struct baseline_entry *find_entry(const struct baseline_index *l, const struct wanted *w,
                                         bool same_path) {
    const struct baseline *b = l->baseline;
    for (size_t s = 0; s < b->salt_count; s++) {
        const struct baseline_entry key = {.rule = w->finding->rule,
                                           .name = w->finding->name,
                                           .context = context_name(w->finding->context),
                                           .salt = b->salts[s].id,
                                           .tag = w->tags[s]};
        for (size_t i = first_of(l, &key); i < l->count && compare_kind(l->sorted[i], &key) == 0; i++)
            if (!l->sorted[i]->answered && (!same_path || strcmp(l->sorted[i]->path, w->path) == 0))
                return l->sorted[i];
    }
    return NULL;
}

bool baseline_may_answer(const struct baseline_index *l, const struct finding *f) {
    char tags[BASELINE_MAX_SALTS][BASELINE_TAG_DIGITS + 1];
    for (size_t s = 0; s < l->baseline->salt_count; s++)
        baseline_tag(&l->baseline->salts[s], &f->value, tags[s]);
    const struct wanted w = {f, "", tags};
    return find_entry(l, &w, false) != NULL;
}

static void silence(struct baseline *b, struct finding *f, const struct baseline_entry *entry,
                    const char *today, struct baseline_counts *out) {
    if (entry->expires && strcmp(entry->expires, today) < 0) {
        out->expired++;
        return;
    }
    f->suppressed = SUPPRESSED_BASELINE;
    f->suppressed_by = arena_printf(&b->arena, "baseline: %s", entry->reason);
    out->matched++;
}

void baseline_match(struct baseline *b, struct finding *findings, size_t count,
                    const char *(*path_of)(void *ctx, const struct finding *f), void *ctx, const char *today,
                    struct baseline_counts *out) {
    *out = (struct baseline_counts){0};
    struct baseline_index l;
    bool *done = mem_calloc(count + 1, sizeof *done);
    baseline_index_make(&l, b);
    char(*tags)[BASELINE_TAG_DIGITS + 1] = mem_calloc(count * b->salt_count + 1, sizeof *tags);
    for (size_t i = 0; i < count * b->salt_count; i++)
        baseline_tag(&b->salts[i % b->salt_count], &findings[i / b->salt_count].value, tags[i]);
    /* First those that have not moved, so that a copy elsewhere does not take their entry. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            struct finding *f = &findings[i];
            if (f->suppressed != SUPPRESSED_NO || done[i])
                continue;
            const struct wanted w = {f, path_of(ctx, f), tags + i * b->salt_count};
            struct baseline_entry *entry = find_entry(&l, &w, pass == 0);
            if (!entry)
                continue;
            done[i] = true;
            entry->answered = f;
            if (pass == 1) {
                entry->path = arena_cstr(&b->arena, slice_cstr(w.path));
                out->moved++;
            }
            silence(b, f, entry, today, out);
        }
    }
    free(tags);
    free(done);
    baseline_index_release(&l);
}
