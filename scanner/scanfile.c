/* scanfile.c: bytes, language, tokens, candidates, rules, classifier. What is
 * found is put down by scan_report.c. */
#include "scanner/scanfile.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "scanner/candidate_internal.h"
#include "scanner/checks.h"
#include "scanner/encoded.h"
#include "scanner/notebook.h"
#include "scanner/pyfile.h"
#include "scanner/scan_archive.h"
#include "scanner/scan_pieces.h"
#include "scanner/scan_report.h"
#include "scanner/scan_weight.h"
#include "scanner/skim.h"
#include "scanner/textfile.h"

#define KEPT_BYTES ((size_t)4 << 20) /* of one kind, from file to file */

void scan_worker_init(struct scan_worker *w, const struct scan_shared *shared) {
    *w = (struct scan_worker){.shared = shared, .hits.least = shared->options->min_confidence};
    w->matcher = rule_matcher_new(shared->rules);
    w->skim = rule_set_is_plain(shared->rules) ? skim_new() : NULL;
    buf_init_secret(&w->bytes, KL_MAX_FILE_BYTES);
    buf_init_secret(&w->prior.text, KL_MAX_FILE_BYTES);
}

void scan_worker_release(struct scan_worker *w) {
    rule_matcher_free(w->matcher);
    skim_free(w->skim);
    buf_release(&w->bytes);
    buf_release(&w->prior.text);
    arena_release(&w->arena);
    py_tokens_release(&w->tokens);
    candidates_release(&w->candidates);
    env_reads_release(&w->reads);
    flows_release(&w->flows);
    module_notes_release(&w->notes);
    free(w->hits.items);
    scan_worker_renew(w, NULL);
    free(w->extra);
}

void scan_worker_renew(struct scan_worker *w, const struct scan_shared *shared) {
    for (size_t i = 0; i < w->extra_count; i++)
        secret_release(&w->extra[i]);
    w->extra_count = 0;
    scan_result_release(&w->part);
    shared_texts_forget(&w->texts);
    w->shared = shared;
    w->hits.least = shared ? shared->options->min_confidence : 0;
}

void scan_worker_error(struct scan_worker *w, const char *path, const char *message) {
    scan_result_add_error(&w->part, w->member ? w->member : path, message);
}

void scan_worker_skip(struct scan_worker *w, enum skip_reason reason) {
    w->part.stats.skipped[reason]++;
}

void scan_worker_tell(struct scan_worker *w, const struct scan_stats *before, size_t findings_before) {
    scan_progress_add(w->shared->progress, w->part.stats.files - before->files,
                      w->part.stats.bytes - before->bytes, w->part.finding_count + w->told - findings_before);
}

struct match_context {
    struct scan_worker *w;
    const struct candidate *candidate;
};

struct scan_hit *scan_add_hit(struct scan_worker *w, const struct candidate *c) {
    struct scan_hits *h = &w->hits;
    h->items = mem_grow(h->items, &h->capacity, h->count + 1, sizeof *h->items);
    struct scan_hit *hit = &h->items[h->count++];
    *hit = (struct scan_hit){.candidate = c, .span_start = c->start, .span_end = c->end};
    return hit;
}

static const char *tell(struct scan_worker *w, const struct rule_match *m, struct slice value) {
    return check_tell(m->rule->check, slice_sub(value, m->start, m->end), &w->arena);
}

static void on_match(void *ctx, const struct rule_match *m) {
    struct match_context *x = ctx;
    struct scan_hit *hit = scan_add_hit(x->w, x->candidate);
    hit->rule = m->rule;
    hit->rule_id = m->rule->id;
    hit->message = m->rule->description;
    hit->note = m->note ? m->note : tell(x->w, m, x->candidate->value);
    hit->start = m->start;
    hit->end = m->end;
    hit->confidence = m->confidence;
    hit->severity = m->rule->severity;
}

/* All of a text, as the rules see it that go by no name. */
static void match_text(struct scan_worker *w, const char *path, const struct candidate *whole) {
    struct match_context x = {w, whole};
    struct error e = {0};
    size_t before = w->hits.count;
    enum kl_status s = rule_match_text(w->matcher, whole->value, w->prior.change, on_match, &x, &e);
    w->prior.no_match = s == KL_OK && w->hits.count == before;
    if (s != KL_OK)
        scan_worker_error(w, path, e.message);
    scan_allow_hits(w, before);
    scan_resolve_value(&w->hits, before);
}

bool scan_match_rules(struct scan_worker *w, const char *path, const struct candidate *c, struct slice name) {
    struct match_context x = {w, c};
    struct error e; /* a kilobyte, which is not worth clearing for each string */
    e.message[0] = '\0';
    size_t before = w->hits.count;
    enum kl_status s = rule_match_value(w->matcher, c->value, name, on_match, &x, &e);
    if (s == KL_OK && w->hits.count == before && c->given_to.len > 0)
        s = rule_match_value(w->matcher, c->value, c->given_to, on_match, &x, &e);
    struct slice fixed = c->context == CONTEXT_FORMAT ? classify_fixed_piece(c, c->value) : c->value;
    if (s == KL_OK && w->hits.count == before && fixed.len < c->value.len)
        s = rule_match_value(w->matcher, fixed, name, on_match, &x, &e);
    if (s != KL_OK)
        scan_worker_error(w, path, e.message);
    scan_allow_hits(w, before);
    scan_resolve_value(&w->hits, before);
    return w->hits.count > before;
}

static bool is_listed(const char *const *ids, const char *id) {
    for (; ids && *ids; ids++)
        if (strcmp(*ids, id) == 0)
            return true;
    return false;
}

/* --rules and --skip-rules name the classifier's ids as well; those of the
 * providers' rules are the matcher's business. */
static bool wants_generic(const struct scan_shared *s, const char *id) {
    const struct rule_set_options *o = &s->options->rules;
    return (!o->only || is_listed(o->only, id)) && !is_listed(o->skip, id) &&
           !rule_set_disables(s->rules, id);
}

static bool judge(void *ctx, const struct candidate *as) {
    return classify_value(as, ctx);
}

bool scan_asks_uses(const struct candidate *c) {
    return c->context == CONTEXT_ASSIGNMENT && !c->is_partial && c->name.len > 0 &&
           !value_is_wordy(c->value) && value_shape(c->value) >= SHAPE_NUMBERED;
}

/* By its own name; where that says nothing or little, a literal that a machine or a person thought out is
 * judged by what its variable is used as. Text in base64 looks random, and is none. `*open`: what it is used
 * as in another module may say more. */
static bool classify_candidate(struct scan_worker *w, const struct slice *code, const struct candidate *c,
                               struct classification *out, bool *open) {
    struct encoded plain;
    bool found = classify_value(c, out);
    if (found && out->kind != NAME_PLAIN_KEY)
        return true;
    bool asks = code && scan_asks_uses(c);
    if (asks && flow_uses(&w->flows, *code, &w->tokens, &w->arena, c, judge, out))
        return true;
    *open = asks && c->at_top;
    return found || (code && classify_random(c, out) && !encoded_base64(c->value, &w->arena, &plain));
}

struct scan_hit *scan_classified(struct scan_worker *w, const struct candidate *c,
                                 const struct classification *k) {
    if (!wants_generic(w->shared, k->rule))
        return NULL;
    struct scan_hit *hit = scan_add_hit(w, c);
    hit->rule_id = k->rule;
    hit->message = k->message;
    hit->end = c->value.len;
    hit->confidence = k->probability;
    hit->severity = k->severity;
    struct buf why = BUF_INIT(256);
    classify_explain(k, &why);
    hit->why = arena_cstr(&w->arena, buf_as_slice(&why));
    buf_release(&why);
    scan_allow_hits(w, w->hits.count - 1);
    return hit;
}

/* Rules first; the generic classifier where none has something to say. `code`: the text of Python code that
 * the candidate stands in; NULL for other text. */
static void match_candidate(struct scan_worker *w, const char *path, const struct candidate *c, bool classify,
                            const struct slice *code) {
    struct classification k;
    bool open = false;
    if (scan_match_rules(w, path, c, c->name) || (classify && scan_encoded_value(w, path, c)))
        return;
    if (classify && classify_candidate(w, code, c, &k, &open))
        (void)scan_classified(w, c, &k);
    if (open && scan_follows_imports(w))
        module_notes_bind(&w->notes, path, c->name);
}

bool scan_code_tells(struct scan_worker *w, const char *path, struct slice code,
                     bool (*is_used)(void *ctx, const struct candidate *c), void *ctx) {
    const struct pyfile file = {.text = code};
    size_t errors = w->part.error_count;
    py_lex(code, &w->tokens);
    flows_clear(&w->flows);
    candidates_collect(&file, &w->tokens, "", &w->arena, &w->candidates);
    bool tells = w->tokens.has_error || w->tokens.truncated;
    for (size_t i = 0; i < w->candidates.count && !tells; i++) {
        const struct candidate *c = &w->candidates.items[i];
        match_candidate(w, path, c, true, &code);
        tells = w->hits.count > 0 || w->part.error_count > errors || (scan_asks_uses(c) && is_used(ctx, c));
    }
    w->part.error_count = errors; /* the scan of the file says so again */
    w->hits.count = 0;
    return tells;
}

static bool is_overfull(struct scan_worker *w) {
    w->overfull = w->may_overfill && w->hits.count > SCAN_MAX_WHOLE_HITS;
    return w->overfull;
}

/* Many random values without a name that tells are the data of a program: a table, a series of samples. */
static void drop_series(struct scan_hits *h) {
    size_t random = 0, kept = 0;
    for (size_t i = 0; i < h->count; i++)
        random += strcmp(h->items[i].rule_id, CLASSIFY_RANDOM) == 0;
    for (size_t i = 0; random > SCAN_MAX_RANDOM && i < h->count; i++)
        if (strcmp(h->items[i].rule_id, CLASSIFY_RANDOM) != 0)
            h->items[kept++] = h->items[i];
    h->count = random > SCAN_MAX_RANDOM ? kept : h->count;
}

static void lex(struct scan_worker *w, const struct pyfile *file, struct scan_place *place) {
    py_lex(file->text, &w->tokens);
    if (w->tokens.truncated)
        scan_worker_error(w, place->path, "too many tokens: its end was not searched");
    w->place = place;
}

static void report_reads(struct scan_worker *w, const struct pyfile *file, struct scan_place *place) {
    scan_place_lines(w, place);
    env_reads_collect(file, &w->tokens, &place->lines, &w->arena, &w->reads);
    scan_report_reads(w, place);
}

/* `unfixable`: why no literal of this file can be replaced; NULL if some can. */
static void scan_code(struct scan_worker *w, const struct pyfile *file, struct scan_place *place,
                      const char *unfixable) {
    lex(w, file, place);
    flows_clear(&w->flows);
    candidates_collect(file, &w->tokens, place->path, &w->arena, &w->candidates);
    for (size_t i = 0; i < w->candidates.count; i++) {
        if (unfixable)
            w->candidates.items[i].unfixable = unfixable;
        match_candidate(w, place->path, &w->candidates.items[i], true, &file->text);
    }
    drop_series(&w->hits);
    scan_weigh_repeats(w);
    scan_text_rules(w, NULL);
    scan_resolve_file(&w->hits, true);
    if (is_overfull(w))
        return;
    if (w->hits.count > 0)
        scan_report_hits(w, place);
    w->part.stats.python_files++;
    if (scan_wants_reads(w) &&
        (w->shared->options->rules.exhaustive || env_names_possible(file->text, &w->tokens)))
        report_reads(w, file, place);
}

static void scan_python(struct scan_worker *w, const char *path, struct slice bytes) {
    struct pyfile file;
    bool utf16 = textfile_is_utf16(bytes); /* no Python runs that, but editors save it */
    pyfile_decode(&file, utf16 ? textfile_from_utf16(bytes, &w->arena) : bytes, &w->arena);
    struct scan_place place = {
        .path = path, .text = file.text, .python = &file, .tokens = &w->tokens, .utf16 = utf16};
    module_notes_begin(&w->notes);
    if (w->skim && !utf16 && file.text.len <= SCAN_WHOLE_BYTES) {
        enum skim_outcome outcome = skim_python(w->skim, w, path, file.text);
        if (outcome != SKIM_TELLS_NOTHING) {
            w->part.stats.python_files++;
            if (outcome == SKIM_READS) {
                lex(w, &file, &place);
                report_reads(w, &file, &place);
            }
            return;
        }
        module_notes_drop(&w->notes);
    }
    scan_code(w, &file, &place, utf16 ? "in UTF-16, which Python does not read" : NULL);
    if (w->overfull)
        module_notes_drop(&w->notes);
    else if (scan_follows_imports(w))
        module_notes_end(&w->notes, path, file.text, &w->tokens);
}

/* Drops hits in what the findings from number `known` on cover; both are in order. */
static void drop_known_hits(struct scan_worker *w, size_t known) {
    const struct finding *f = w->part.findings;
    size_t end = w->part.finding_count, kept = 0;
    for (size_t i = 0; i < w->hits.count; i++) {
        const struct scan_hit *hit = &w->hits.items[i];
        while (known < end && f[known].end_byte <= hit->span_start)
            known++;
        if (known == end || f[known].start_byte >= hit->span_end)
            w->hits.items[kept++] = *hit;
    }
    w->hits.count = kept;
}

/* The file as one string for the rules, then each pair for rules that go by a
 * name and for the classifier. */
static void scan_text(struct scan_worker *w, const char *path, enum scan_language language,
                      struct slice bytes, size_t known) {
    struct scan_place place = {.path = path, .text = bytes};
    if (textfile_is_utf16(bytes)) {
        place.text = textfile_from_utf16(bytes, &w->arena);
        place.utf16 = true;
    }
    w->place = &place;
    bool in_test = path_in_test(path);
    struct candidate *whole = arena_calloc(&w->arena, 1, sizeof *whole);
    *whole = (struct candidate){.end = (uint32_t)place.text.len,
                                .first_token = UINT32_MAX,
                                .last_token = UINT32_MAX,
                                .context = CONTEXT_TEXT,
                                .value = place.text,
                                .parts = 1,
                                .in_test = in_test};
    scan_prior_begin(w, place.text);
    if (w->prior.is_used)
        match_text(w, path, whole);
    else
        match_candidate(w, path, whole, false, NULL);
    for (size_t i = 0; i < w->hits.count; i++) {
        w->hits.items[i].span_start = (uint32_t)w->hits.items[i].start;
        w->hits.items[i].span_end = (uint32_t)w->hits.items[i].end;
    }
    enum scan_partly partly = scan_partly_of(path, bytes);
    w->part.stats.partly[partly]++;
    w->candidates.count = 0;
    if (partly == PARTLY_NOT) {
        scan_encoded_text(w, path, whole);
        textfile_collect(path, language, place.text, in_test, &w->arena, &w->candidates);
    }
    scan_prior_end(w, place.text);
    for (size_t i = 0; i < w->candidates.count; i++)
        match_candidate(w, path, &w->candidates.items[i], true, NULL);
    scan_text_rules(w, whole);
    scan_resolve_file(&w->hits, false);
    drop_known_hits(w, known);
    if (!is_overfull(w) && w->hits.count > 0)
        scan_report_hits(w, &place);
}

static bool scan_cells(struct scan_worker *w, const char *path, struct slice bytes) {
    struct pyfile code;
    struct scan_place file = {.path = path, .text = bytes};
    if (!notebook_code(&code, bytes, &w->arena, NULL))
        return false;
    struct scan_place place = {
        .path = path, .text = code.text, .python = &code, .tokens = &w->tokens, .file = &file};
    scan_code(w, &code, &place, NULL);
    return true;
}

bool scan_notebook_cells(struct scan_worker *w, const char *path, struct slice bytes) {
    w->hits.count = 0;
    bool code = scan_cells(w, path, bytes);
    w->place = NULL;
    arena_clear(&w->arena);
    return code;
}

/* The code of the cells as Python, and all of the file as text. */
static void scan_notebook(struct scan_worker *w, const char *path, struct slice bytes) {
    size_t known = w->part.finding_count;
    (void)scan_cells(w, path, bytes);
    w->hits.count = 0;
    scan_text(w, path, SCAN_NOTEBOOK, bytes, known);
}

void scan_document(struct scan_worker *w, const char *path, enum scan_language language, struct slice bytes) {
    w->hits.count = 0;
    if (language == SCAN_PYTHON)
        scan_python(w, path, bytes);
    else if (language == SCAN_NOTEBOOK && !w->in_pieces) /* of pieces: notebook_stream.c */
        scan_notebook(w, path, bytes);
    else
        scan_text(w, path, language, bytes, w->part.finding_count);
    w->place = NULL;
    arena_clear(&w->arena);
}

/* A heavy file must not cost its memory for the whole run. */
static void keep_little(struct scan_worker *w) {
    if (w->tokens.capacity * sizeof *w->tokens.items > KEPT_BYTES)
        py_tokens_release(&w->tokens);
    if (w->candidates.capacity * sizeof *w->candidates.items > KEPT_BYTES)
        candidates_release(&w->candidates);
    if (w->flows.capacity * sizeof *w->flows.items > KEPT_BYTES)
        flows_release(&w->flows);
    if (w->hits.capacity * sizeof *w->hits.items > KEPT_BYTES) {
        free(w->hits.items);
        w->hits.items = NULL;
        w->hits.count = w->hits.capacity = 0;
    }
}

static void scan_whole(struct scan_worker *w, const char *path, enum scan_language language,
                       struct slice bytes) {
    const struct scan_stats before = w->part.stats;
    const size_t errors = w->part.error_count;
    size_t weight = scan_gate_enter(w->shared->gate, language, bytes);
    w->part.stats.files++;
    w->part.stats.bytes += bytes.len;
    w->may_overfill = language == SCAN_PYTHON; /* pieces of other text may lose what a value is called */
    scan_document(w, path, language, bytes);
    w->may_overfill = false;
    keep_little(w);
    scan_gate_leave(w->shared->gate, weight);
    if (!w->overfull)
        return;
    w->overfull = false;
    w->part.stats = before;
    w->part.error_count = errors;
    scan_pieces_bytes(w, path, language, bytes);
}

bool scan_worker_bytes(struct scan_worker *w, const char *path, struct slice bytes) {
    enum scan_language language = scan_language_of(path, bytes);
    scan_path_rules(w, path);
    if (language == SCAN_BINARY) {
        enum archive_kind archive = archive_kind_of(path);
        if (archive != ARCHIVE_NONE && w->shared->options->archives) {
            scan_archive(w, path, archive, archive_in_memory(bytes));
            return true; /* or an error says why not */
        }
        scan_worker_skip(w, archive != ARCHIVE_NONE ? SKIP_ARCHIVE : SKIP_BINARY);
        return false;
    }
    if (scan_fits_whole(w, language, bytes))
        scan_whole(w, path, language, bytes);
    else
        scan_pieces_bytes(w, path, language, bytes);
    return true;
}
