/* scan_encoded.c: tokens of providers in what is written encoded. What decodes is a candidate of its own,
 * with the decoded text as its value and the place of the literal as its place. */
#include "scanner/encoded.h"
#include "scanner/scanfile.h"

static const char reason[] = "encoded, so that the program gets it only after decoding it";

static struct candidate *decoded_candidate(struct scan_worker *w, const struct candidate *c,
                                           const struct encoded *e) {
    struct candidate *d = arena_alloc(&w->arena, sizeof *d);
    *d = *c;
    d->value = e->text;
    d->encoding = e->how;
    d->unfixable = c->unfixable ? c->unfixable : reason;
    return d;
}

/* True if a rule matches the decoded text, or that of an encoding in it. */
static bool match_decoded(struct scan_worker *w, const char *path, const struct candidate *c,
                          const struct encoded *found) {
    struct encoded e = *found;
    for (unsigned level = 1;; level++) {
        const struct candidate *d = decoded_candidate(w, c, &e);
        size_t at = 0;
        if (scan_match_rules(w, path, d, (struct slice){0}))
            return true;
        if (level == ENCODED_LEVELS || !encoded_next(d->value, &at, &w->arena, &e))
            return false;
    }
}

bool scan_encoded_value(struct scan_worker *w, const char *path, const struct candidate *c) {
    struct encoded e;
    size_t at = 0, before = w->hits.count;
    if (c->value.len < ENCODED_MIN_BYTES)
        return false;
    if (encoded_percent(c->value, &w->arena, &e) && match_decoded(w, path, c, &e))
        return true;
    while (encoded_next(c->value, &at, &w->arena, &e))
        (void)match_decoded(w, path, c, &e);
    return w->hits.count > before;
}

void scan_encoded_text(struct scan_worker *w, const char *path, const struct candidate *whole) {
    struct encoded e;
    struct slice changed = scan_prior_lines(&w->prior, whole->value);
    size_t at = 0, known = w->hits.count, next = 0;
    /* A run of digits ends with its line: in the other lines there is none, as there was none. */
    if (changed.len < whole->value.len && !encoded_next(changed, &at, &w->arena, &e)) {
        w->prior.no_encoded = true;
        return;
    }
    w->prior.no_encoded = true;
    for (at = 0; encoded_next(whole->value, &at, &w->arena, &e);) {
        w->prior.no_encoded = false;
        while (next < known && w->hits.items[next].span_end <= e.start)
            next++;
        if (next < known && w->hits.items[next].span_start < e.end)
            continue; /* a rule knows it as it is: a JWT, say */
        struct candidate *place = arena_alloc(&w->arena, sizeof *place);
        *place = *whole;
        place->start = (uint32_t)e.start;
        place->end = (uint32_t)e.end;
        (void)match_decoded(w, path, place, &e);
    }
}
