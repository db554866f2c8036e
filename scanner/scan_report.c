/* scan_report.c: see scan_report.h. */
#include "scanner/scan_report.h"

#include "base/bisect.h"
#include "base/encode.h"
#include "base/mem.h"
#include "scanner/companion.h"
#include "scanner/finding_make.h"
#include "scanner/fragment.h"
#include "scanner/textfile.h"

#define SUPPRESS_LOOK_BYTES ((size_t)4096)
#define HITS_AT_ONCE ((size_t)8192)

static const char *const reason_by_context[CONTEXT_COUNT] = {
    [CONTEXT_COMMENT] = "in a comment",
    [CONTEXT_DOCSTRING] = "in a docstring",
    [CONTEXT_TEXT] = "not Python",
};
static const char reason_member[] = "in an archive, which is not written anew";
static const char reason_partial[] = "a part of a string that is put together at run time";

/* As long as the result lives. */
static const char *keep_slice(struct scan_worker *w, struct slice text) {
    return text.len > 0 ? shared_text(&w->texts, &w->part.arena, text) : "";
}

static const char *keep(struct scan_worker *w, const char *text) {
    return keep_slice(w, slice_cstr(text));
}

void scan_place_lines(struct scan_worker *w, struct scan_place *p) {
    if (!p->has_lines)
        pylines_build(&p->lines, p->text, &w->arena);
    p->has_lines = true;
}

/* Line and column; from the place asked for before when that is on the same
 * line, since lines may be as long as files. */
static void position(struct scan_place *p, size_t offset, uint32_t *line, uint32_t *column) {
    struct bisection b = {.low = 1, .high = p->lines.count};
    while (bisect(&b))
        bisect_tell(&b, p->lines.starts[b.middle] <= offset);
    size_t from = p->lines.starts[b.low - 1], base = 0;
    if (p->last_offset >= from && p->last_offset <= offset && p->last_line == b.low) {
        from = p->last_offset;
        base = p->last_column - 1;
    }
    *line = (uint32_t)b.low;
    *column = (uint32_t)(base + utf8_count(slice_sub(p->text, from, offset)) + 1);
    p->last_offset = offset;
    p->last_line = *line;
    p->last_column = *column;
}

/* Counted from the place asked for before, wherever that is: findings come in
 * order, and may be as many as the file has room for. */
static size_t utf16_offset(struct scan_place *p, size_t offset) {
    if (p->utf16_at == 0)
        p->utf16_byte = textfile_utf16_offset(p->text, 0);
    size_t low = offset < p->utf16_at ? offset : p->utf16_at;
    size_t high = offset < p->utf16_at ? p->utf16_at : offset;
    size_t between = textfile_utf16_offset(slice_sub(p->text, low, high), high - low) -
                     textfile_utf16_offset((struct slice){0}, 0);
    p->utf16_byte = offset < p->utf16_at ? p->utf16_byte - between : p->utf16_byte + between;
    p->utf16_at = offset;
    return p->utf16_byte;
}

static size_t file_offset(struct scan_place *p, size_t text_offset) {
    if (p->utf16)
        return utf16_offset(p, text_offset);
    return p->python ? pyfile_byte_offset(p->python, text_offset) : text_offset;
}

/* Text has no comments to go by: the lines of the match are looked at, of a long
 * line (minified JSON) the part around it. */
static const char *in_lines(const struct scan_place *p, const struct finding *f, const struct scan_hit *hit) {
    size_t start = p->lines.starts[f->line - 1];
    size_t end = f->end_line < p->lines.count ? p->lines.starts[f->end_line] : p->text.len;
    size_t low = hit->span_start > SUPPRESS_LOOK_BYTES ? hit->span_start - SUPPRESS_LOOK_BYTES : 0;
    size_t high = (size_t)hit->span_end + SUPPRESS_LOOK_BYTES;
    return suppress_by_comment(slice_sub(p->text, start > low ? start : low, end < high ? end : high),
                               f->rule);
}

/* The comment tokens between two offsets; kept for the next finding, which often
 * stands in the same lines. */
static void find_comments(struct scan_worker *w, struct scan_place *p, size_t start, size_t end) {
    const struct py_tokens *t = p->tokens;
    if (p->comments && p->comments_start == start && p->comments_end == end)
        return;
    struct bisection b = {.high = t->count};
    size_t count = 0;
    while (bisect(&b))
        bisect_tell(&b, t->items[b.middle].start < start);
    for (size_t i = b.low; i < t->count && t->items[i].start < end; i++)
        count += t->items[i].kind == PY_COMMENT;
    p->comments = arena_calloc(&w->arena, count, sizeof *p->comments);
    p->comments_start = start;
    p->comments_end = end;
    p->comment_count = 0;
    for (size_t i = b.low; p->comment_count < count; i++)
        if (t->items[i].kind == PY_COMMENT)
            p->comments[p->comment_count++] = py_token_text(p->text, &t->items[i]);
}

static const char *in_comments(struct scan_worker *w, struct scan_place *p, uint32_t line, uint32_t end_line,
                               const char *rule) {
    size_t start = p->lines.starts[line - 1];
    size_t end = end_line < p->lines.count ? p->lines.starts[end_line] : p->text.len;
    const char *by = NULL;
    find_comments(w, p, start, end);
    for (size_t i = 0; i < p->comment_count && !by; i++)
        by = suppress_by_comment(p->comments[i], rule);
    return by;
}

/* A member of an archive also goes by the path that it has below it. */
static const char *by_config(struct scan_worker *w, const struct scan_place *p, const char *rule) {
    const char *by = suppress_by_config(w->shared->suppress, p->path, rule);
    return by || !w->member ? by : suppress_by_config(w->shared->suppress, w->member, rule);
}

static void set_suppression(struct scan_worker *w, struct scan_place *p, struct finding *f,
                            const struct scan_hit *hit) {
    bool asks = !w->shared->options->no_suppressions;
    const char *by = NULL;
    if (asks)
        by = p->python ? in_comments(w, p, f->line, f->end_line, f->rule) : in_lines(p, f, hit);
    f->suppressed = by ? SUPPRESSED_COMMENT : SUPPRESSED_NO;
    if (!by && asks && (by = by_config(w, p, f->rule)))
        f->suppressed = SUPPRESSED_CONFIG;
    if (!by && hit->allowed) { /* of a rule file, which the user has named, and no tree that is scanned */
        by = keep(w, hit->allowed);
        f->suppressed = SUPPRESSED_CONFIG;
    }
    f->suppressed_by = by;
}

static void set_fixable(struct scan_worker *w, const struct scan_place *p, struct finding *f,
                        const struct scan_hit *hit, struct fragment *moves) {
    const struct candidate *c = hit->candidate;
    *moves = (struct fragment){.value = slice_sub(c->value, hit->start, hit->end)};
    f->reason = w->member ? reason_member : candidate_unfixable(c);
    if (!f->reason)
        f->reason = reason_by_context[c->context];
    if (!f->reason && !fragment_of(hit, p->text, p->tokens, w->shared->options->split_urls, &w->arena, moves))
        f->reason = reason_partial;
    f->fixable = f->reason == NULL;
    if (!f->fixable)
        moves->value = slice_sub(c->value, hit->start, hit->end);
}

/* What is stored for a literal that can be replaced is all of it: the program
 * must get back what it had. Elsewhere it is the secret alone. */
static void set_value(struct scan_worker *w, struct finding *f, const struct scan_hit *hit,
                      struct slice value) {
    const struct scan_options *o = w->shared->options;
    struct slice secret = slice_sub(hit->candidate->value, hit->start, hit->end);
    if (!o->keep_values && !o->redactor)
        return;
    secret_set(&f->value, value);
    size_t at = slice_find(value, secret, 0);
    if (at != SIZE_MAX) {
        f->token_at = (uint32_t)at;
        f->token_len = (uint32_t)secret.len;
    }
    if (o->redactor && secret.len != value.len) {
        w->extra = mem_grow(w->extra, &w->extra_cap, w->extra_count + 1, sizeof *w->extra);
        w->extra[w->extra_count] = (struct secret){0};
        secret_set(&w->extra[w->extra_count++], secret);
    }
}

/* "npm access token (in base64; made up or damaged: its checksum is wrong)" */
static const char *message_of(struct scan_worker *w, const struct scan_hit *hit) {
    const char *how = hit->candidate->encoding, *note = hit->note;
    if (!how && !note)
        return keep(w, hit->message);
    return keep(w, arena_printf(&w->arena, "%s (%s%s%s%s)", hit->message, how ? "in " : "", how ? how : "",
                                how && note ? "; " : "", note ? note : ""));
}

/* Only where values are kept: nobody else asks. */
static const char *companion_of(const struct scan_worker *w, const struct scan_place *p,
                                const struct scan_hit *hit, struct arena *a) {
    const struct probe *probe = hit->rule ? hit->rule->probe : NULL;
    if (!probe || !probe->with_prefix || !w->shared->options->keep_values)
        return "";
    return arena_cstr(a, companion_near(p->text, hit->span_start, probe));
}

static void report_hit(struct scan_worker *w, struct scan_place *p, const char *path,
                       const struct scan_hit *hit) {
    struct scan_result *r = &w->part;
    const struct candidate *c = hit->candidate;
    struct finding f = {.path = path,
                        .rule = keep(w, hit->rule_id),
                        .revoke = hit->rule && hit->rule->revoke ? keep(w, hit->rule->revoke) : "",
                        .context = c->context,
                        .why = hit->why ? keep(w, hit->why) : "",
                        .name = keep_slice(w, c->name),
                        .callee = keep_slice(w, c->callee),
                        .companion = companion_of(w, p, hit, &r->arena),
                        .severity = hit->severity,
                        .confidence = hit->confidence,
                        .by_own_rule = hit->rule && hit->rule->is_own,
                        .is_bytes = c->is_bytes,
                        .in_test = c->in_test};
    f.message = message_of(w, hit);
    position(p, hit->span_start, &f.line, &f.column);
    position(p, hit->span_end, &f.end_line, &f.end_column);
    f.start_byte = file_offset(p, hit->span_start);
    f.end_byte = file_offset(p, hit->span_end);
    char redacted[FINDING_REDACTED_MAX];
    finding_redact(slice_sub(c->value, hit->start, hit->end), hit->rule ? hit->rule->prefixes : NULL,
                   redacted);
    f.redacted = keep(w, redacted);
    struct fragment moves;
    set_fixable(w, p, &f, hit, &moves);
    if (moves.end) {
        f.secret_start_byte = file_offset(p, moves.start);
        f.secret_end_byte = file_offset(p, moves.end);
    }
    set_suppression(w, p, &f, hit);
    if (p->file) {
        position(p->file, f.start_byte, &f.line, &f.column);
        position(p->file, f.end_byte, &f.end_line, &f.end_column);
    }
    set_value(w, &f, hit, moves.value);
    r->findings = mem_grow(r->findings, &r->finding_cap, r->finding_count + 1, sizeof *r->findings);
    r->findings[r->finding_count++] = f;
}

static const char *reported_path(struct scan_worker *w, const struct scan_place *p) {
    return keep(w, w->member ? w->member : p->path);
}

/* Hits that are reported make room for findings, where there are many of both. */
static void drop_hits(struct scan_hits *h, size_t count) {
    h->count -= count;
    if (h->count == 0)
        return;
    memmove(h->items, h->items + count, h->count * sizeof *h->items);
    h->items = mem_realloc(h->items, h->count * sizeof *h->items);
    h->capacity = h->count;
}

void scan_report_hits(struct scan_worker *w, struct scan_place *p) {
    scan_place_lines(w, p);
    if (p->file)
        scan_place_lines(w, p->file);
    const char *path = reported_path(w, p);
    while (w->hits.count > 0) {
        size_t some = w->hits.count < HITS_AT_ONCE ? w->hits.count : HITS_AT_ONCE;
        for (size_t i = 0; i < some; i++)
            if (w->hits.items[i].confidence >= w->shared->options->min_confidence)
                report_hit(w, p, path, &w->hits.items[i]);
        drop_hits(&w->hits, some);
    }
}

static bool is_silenced(struct scan_worker *w, struct scan_place *p, const struct env_read *read) {
    return !w->shared->options->no_suppressions &&
           (in_comments(w, p, read->line, read->line, ENV_READ_RULE) || by_config(w, p, ENV_READ_RULE));
}

void scan_report_reads(struct scan_worker *w, struct scan_place *p) {
    struct scan_result *r = &w->part;
    if (w->reads.count == 0)
        return;
    const char *path = reported_path(w, p);
    if (p->file)
        scan_place_lines(w, p->file);
    for (size_t i = 0; i < w->reads.count; i++) {
        r->reads = mem_grow(r->reads, &r->read_cap, r->read_count + 1, sizeof *r->reads);
        struct env_read *read = &r->reads[r->read_count++];
        *read = w->reads.items[i];
        read->path = path;
        if (p->utf16) {
            read->start_byte = utf16_offset(p, (size_t)read->start_byte);
            read->end_byte = utf16_offset(p, (size_t)read->end_byte);
        }
        read->in_archive = w->member != NULL;
        read->silenced = is_silenced(w, p, read);
        if (p->file)
            position(p->file, read->start_byte, &read->line, &read->column);
        read->name = keep(w, read->name);
        if (read->default_text)
            read->default_text = keep(w, read->default_text);
    }
}
