/* scan_text_rules.c: matches of rules over whole files, and the literals that they lie in. A pattern such as
 *
 *     acme_key\s*=\s*"([a-z0-9]{32})"
 *
 * sees `ACME_KEY = "..."`; what it says is said of the literal, which can then be moved. */
#include <stdlib.h>

#include "scanner/scan_report.h"
#include "scanner/text_rule.h"

#define LOOK_BACK 64u /* candidates that lie in each other: an f-string, a comment with old code */

static const char reason_no_literal[] = "not inside of one string";
static const char reason_path[] = "the file as a whole";

struct run {
    struct scan_worker *w;
    struct scan_place *place;
    const struct candidate *whole;  /* of a text file; NULL: Python */
    const struct candidate **order; /* the candidates by place; made at the first match */
    size_t count;
};

static int by_place(const void *left, const void *right) {
    const struct candidate *a = *(const struct candidate *const *)left,
                           *b = *(const struct candidate *const *)right;
    int c = (a->start > b->start) - (a->start < b->start);
    return c ? c : (b->end > a->end) - (b->end < a->end);
}

static void sort_candidates(struct run *r) {
    const struct candidates *all = &r->w->candidates;
    r->order = arena_calloc(&r->w->arena, all->count + 1, sizeof(*r->order));
    for (size_t i = 0; i < all->count; i++)
        r->order[r->count++] = &all->items[i];
    if (r->count > 1)
        qsort(r->order, r->count, sizeof(*r->order), by_place);
}

/* Number of the first candidate that begins behind `at`. */
static size_t first_behind(const struct run *r, size_t at) {
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->order[middle]->start <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Is it a tighter place for the same secret? */
static bool is_tighter(const struct candidate *c, const struct candidate *than) {
    if (!than || c->end - c->start != than->end - than->start)
        return !than || c->end - c->start < than->end - than->start;
    return than->name.len == 0 && c->name.len > 0;
}

/* The innermost string that text[start, end) lies in; else the only one that it shares bytes with. */
static const struct candidate *literal_at(const struct run *r, size_t start, size_t end) {
    const struct candidate *around = NULL, *touched = NULL;
    bool several = false;
    size_t behind = first_behind(r, start);
    for (size_t i = behind > LOOK_BACK ? behind - LOOK_BACK : 0; i < r->count; i++) {
        const struct candidate *c = r->order[i];
        if (c->start >= end)
            break;
        if (c->end <= start)
            continue;
        if (c->start <= start && c->end >= end && is_tighter(c, around))
            around = c;
        if (c->context == CONTEXT_COMMENT)
            continue;
        several |= touched && (c->start != touched->start || c->end != touched->end);
        if (is_tighter(c, touched))
            touched = c;
    }
    return around ? around : several ? NULL : touched;
}

/* How long the value of text[body, at) of a literal with escapes is. */
static bool value_length(const struct run *r, const struct py_token *t, size_t body, size_t at, size_t *out) {
    struct slice part;
    if (py_string_part(r->place->text, t, (uint32_t)body, (uint32_t)at, &r->w->arena, &part) != PY_VALUE_OK)
        return false;
    *out = part.len;
    return true;
}

/* text[start, end) as a part of the candidate's value; all of it where the two do not run alike. */
static void place_in_value(const struct run *r, const struct candidate *c, size_t *start, size_t *end) {
    struct slice text = r->place->text;
    size_t from = 0, to = c->value.len;
    if (c->value.ptr >= text.ptr && c->value.ptr + c->value.len <= text.ptr + text.len) {
        size_t at = (size_t)(c->value.ptr - text.ptr);
        from = *start > at ? *start - at : 0;
        to = *end > at ? *end - at : 0;
    } else if (c->first_token == c->last_token && c->first_token < r->w->tokens.count &&
               r->w->tokens.items[c->first_token].kind == PY_STRING) {
        const struct py_token *t = &r->w->tokens.items[c->first_token];
        struct slice body = py_string_body(text, t);
        size_t low = (size_t)(body.ptr - text.ptr), high = low + body.len;
        size_t s = *start < low ? low : *start, e = *end > high ? high : *end;
        if (s >= e || !value_length(r, t, low, s, &from) || !value_length(r, t, low, e, &to))
            from = 0, to = c->value.len;
    }
    to = to > c->value.len ? c->value.len : to;
    *start = from < to ? from : 0;
    *end = from < to ? to : c->value.len;
}

static struct candidate *elsewhere(struct run *r, size_t start, size_t end) {
    struct candidate *c = arena_calloc(&r->w->arena, 1, sizeof *c);
    *c = (struct candidate){.start = (uint32_t)start,
                            .end = (uint32_t)end,
                            .first_token = UINT32_MAX,
                            .last_token = UINT32_MAX,
                            .context = CONTEXT_TEXT,
                            .value = slice_sub(r->place->text, start, end),
                            .parts = 1,
                            .in_test = path_in_test(r->place->path),
                            .unfixable = reason_no_literal};
    return c;
}

static struct scan_hit *add_hit(struct scan_worker *w, const struct candidate *c,
                                const struct text_match *m) {
    struct scan_hit *hit = scan_add_hit(w, c);
    hit->rule = m->rule;
    hit->rule_id = m->rule->id;
    hit->message = m->rule->description;
    hit->confidence = m->rule->confidence;
    hit->severity = m->rule->severity;
    hit->match_start = m->match_start;
    hit->match_end = m->match_end;
    return hit;
}

static void on_match(void *ctx, const struct text_match *m) {
    struct run *r = ctx;
    size_t start = m->start, end = m->end;
    if (!r->whole && !r->order)
        sort_candidates(r);
    const struct candidate *c = r->whole ? r->whole : literal_at(r, start, end);
    bool in_literal = c && !r->whole;
    struct scan_hit *hit = add_hit(r->w, c ? c : elsewhere(r, start, end), m);
    if (r->whole) {
        hit->span_start = (uint32_t)start;
        hit->span_end = (uint32_t)end;
    } else if (in_literal) {
        place_in_value(r, c, &start, &end);
    } else {
        start = 0;
        end = hit->candidate->value.len;
    }
    hit->start = start;
    hit->end = end;
}

void scan_text_rules(struct scan_worker *w, const struct candidate *whole) {
    struct rule_own own = rule_matcher_own(w->matcher);
    struct run run = {.w = w, .place = w->place, .whole = whole};
    size_t first = w->hits.count;
    struct error e = {0};
    if (!own.text)
        return;
    if (text_rules_match(own.text, own.scratch, w->place->path, w->place->text, &w->arena, on_match, &run,
                         &e) != KL_OK)
        scan_worker_error(w, w->place->path, e.message);
    scan_allow_hits(w, first);
}

/* A file that is a finding by its name lies nowhere in its own text. */
static void on_path(void *ctx, const struct text_match *m) {
    struct run *r = ctx;
    (void)add_hit(r->w, r->whole, m);
}

void scan_path_rules(struct scan_worker *w, const char *path) {
    struct rule_own own = rule_matcher_own(w->matcher);
    const struct candidate whole = {.first_token = UINT32_MAX,
                                    .last_token = UINT32_MAX,
                                    .context = CONTEXT_TEXT,
                                    .value = slice_of("", 0),
                                    .in_test = path_in_test(path),
                                    .unfixable = reason_path};
    struct scan_place place = {.path = path, .text = whole.value};
    struct run run = {.w = w, .place = &place, .whole = &whole};
    struct error e = {0};
    if (!own.text)
        return;
    w->place = &place;
    w->hits.count = 0;
    if (text_rules_match_path(own.text, own.scratch, path, &w->arena, on_path, &run, &e) != KL_OK)
        scan_worker_error(w, path, e.message);
    scan_allow_hits(w, 0);
    if (w->hits.count > 0)
        scan_report_hits(w, &place);
    w->hits.count = 0;
    w->place = NULL;
    arena_clear(&w->arena);
}
