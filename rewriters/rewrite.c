/* rewrite.c: one file's rewrite, from sites to new bytes: see rewrite.h. */
#include "rewriters/rewrite.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rewriters/edits.h"
#include "rewriters/imports.h"
#include "rewriters/merged.h"
#include "rewriters/notebook_text.h"
#include "rewriters/site.h"
#include "rewriters/style.h"
#include "rewriters/verify.h"

#define FREE_FSTRING_MINOR 12 /* from Python 3.12 on, a field may hold any expression (PEP 701) */

/* What one call of rewrite_file works on. */
struct job {
    const struct rewrite_request *request;
    struct arena *arena;
    struct source source;
    struct style_plan plan;
    const char *cleared;       /* why no site may read from the environment, or NULL */
    struct site_place *places; /* accepted sites, in order, one an edit */
    size_t place_count;
    struct edit_list edits;
};

static void set_lines(const struct job *j) {
    for (size_t i = 0; i < j->request->site_count; i++) {
        struct rewrite_site *site = &j->request->sites[i];
        size_t at = source_text_offset(&j->source, site->start_byte);
        site->line = at == SIZE_MAX ? 0 : source_line(&j->source, at);
    }
}

static void refuse_all(const struct rewrite_request *r, const char *reason) {
    for (size_t i = 0; i < r->site_count; i++) {
        r->sites[i].rewritten = false;
        r->sites[i].reason = reason;
    }
}

static bool is_usable_name(const char *name) {
    if (!name || !*name)
        return false;
    for (; *name; name++)
        if ((unsigned char)*name <= ' ' || (unsigned char)*name >= 0x7f)
            return false;
    return true;
}

static const char *quoted(const struct job *j, const struct site_place *p, const char *text);

static const char *check_expression(const struct job *j, const struct site_place *place) {
    const struct rewrite_site *site = place->site;
    if (site->is_mention)
        return verify_shows_value(site->name, site->value)
                   ? "the value would still stand there: it is (part of) the name"
                   : NULL;
    const char *name = style_name(&j->plan, site);
    if (!is_usable_name(name))
        return "no usable name";
    if (site->is_bytes && !j->plan.read_bytes)
        return "bytes, which cannot be read from this vault";
    const char *text = style_expression(&j->plan, name, site->is_bytes, j->arena);
    if (site->value && verify_shows_value(text, site->value))
        return "the value would still stand there: it is (part of) the name";
    if (!quoted(j, place, text))
        return "no quotes are left for the name in this f-string (before Python 3.12)";
    return NULL;
}

static bool reads_environment(const struct job *j) {
    return strstr(j->plan.read_text, "environ") != NULL;
}

/* Outputs of a notebook lie elsewhere than its code. */
static const struct site_place *last_in_text(const struct job *j) {
    for (size_t i = j->place_count; i-- > 0;)
        if (!j->places[i].in_bytes)
            return &j->places[i];
    return NULL;
}

static const char *decide_read(struct job *j, struct pytree_walker *w, struct rewrite_site *site,
                               struct site_place *place) {
    if (j->plan.reads == READS_LEFT)
        return j->plan.reads_refusal;
    const char *reason = j->cleared;
    if (!reason)
        reason = site_decide_read(&j->source, w, site, j->plan.reads, j->arena, place);
    return reason || j->plan.reads == READS_FILLED ? reason : site_check_reader(&j->source, place, j->arena);
}

static void decide(struct job *j) {
    const struct rewrite_request *r = j->request;
    bool from_environment = reads_environment(j);
    struct pytree_walker w;
    pytree_walk(&j->source.tree, &w);
    for (size_t i = 0; i < r->site_count; i++) {
        struct rewrite_site *site = &r->sites[i];
        struct site_place place;
        site->rewritten = false;
        site->reason = site->read ? decide_read(j, &w, site, &place)
                                  : site_decide(&j->source, &w, site, from_environment, j->arena, &place);
        if (!site->reason && !site->read)
            site->reason = check_expression(j, &place);
        if (site->reason)
            continue;
        const struct site_place *last = site->read ? NULL : last_in_text(j);
        if (last && !place.in_bytes && place.start < last->end) {
            /* Two rules may find one literal: once is enough. */
            bool is_same = place.start == last->start && place.end == last->end &&
                           strcmp(site->name, last->site->name) == 0;
            site->rewritten = is_same;
            site->reason = is_same ? NULL : "overlaps another place that is rewritten";
            continue;
        }
        site->rewritten = true;
        j->places[j->place_count++] = place;
    }
    pytree_walker_release(&w);
}

static const char *local_of(const struct style_plan *p, const char *module, const char *symbol) {
    for (size_t i = 0; i < p->need_count; i++) {
        const char *s = p->needs[i].symbol;
        if (strcmp(p->needs[i].module, module) == 0 && (s && symbol ? strcmp(s, symbol) == 0 : s == symbol))
            return p->needs[i].local;
    }
    return NULL;
}

/* The statement that gives the dictionary its name; NULL where one does already. */
static const char *merge_call(struct job *j, uint32_t first, const uint32_t *starts, size_t readers) {
    const struct rewrite_request *r = j->request;
    const char *value = merged_value(r->access->environment, r->dotenv_relative,
                                     local_of(&j->plan, "dotenv", "dotenv_values"),
                                     local_of(&j->plan, "os", NULL), !j->source.is_notebook, j->arena);
    const char *known = merged_find(&j->source, value, first, starts, readers, j->arena);
    for (size_t i = 0; i < j->plan.need_count && known; i++)
        if (j->plan.needs[i].assigned)
            j->plan.needs[i].local = known;
    return known ? NULL : arena_printf(j->arena, "%s = %s", local_of(&j->plan, "", MERGED_NAME), value);
}

static void import_what_is_needed(struct job *j) {
    struct style_plan *plan = &j->plan;
    const char *relative = j->request->dotenv_relative;
    uint32_t first = UINT32_MAX;
    uint32_t *starts = arena_calloc(j->arena, j->place_count, sizeof *starts);
    bool uses_text = false, uses_bytes = false, fills = false;
    size_t readers = 0;
    for (size_t i = 0; i < j->place_count; i++) {
        if (j->places[i].site->is_mention)
            continue;
        bool filled = j->places[i].site->read && plan->reads == READS_FILLED;
        if (j->places[i].site->done)
            continue;
        fills |= filled;
        uses_bytes |= j->places[i].site->is_bytes;
        uses_text |= !j->places[i].site->is_bytes && !filled;
        starts[readers++] = j->places[i].start;
        if (j->places[i].statement_start < first)
            first = j->places[i].statement_start;
    }
    if (readers == 0)
        return;
    style_drop_unused(plan, uses_text, uses_bytes);
    if (fills && !uses_text && !uses_bytes && j->request->module_name)
        style_need_effect(plan, j->request->module_name, j->arena);
    bool load = plan->load && !style_is_loaded(&j->source, relative, first, j->arena);
    bool by_file = !j->source.is_notebook; /* a notebook has no __file__ */
    if (load) {
        struct import_need *os = by_file ? style_need(plan, "os", NULL) : NULL;
        if (os)
            os->attribute = NULL;
        style_need(plan, "dotenv", "load_dotenv");
    }
    if (plan->merges) {
        style_need(plan, "os", NULL);
        style_need(plan, "dotenv", "dotenv_values");
    }
    struct import_points points;
    if (j->source.is_notebook)
        notebook_points(&j->source, first, &points);
    else
        imports_points(&j->source, first, &points);
    imports_resolve(&j->source, &points, first, starts, readers, plan->needs, plan->need_count, j->arena);
    const char *call = NULL;
    if (load)
        call = style_load_call(relative, local_of(plan, "dotenv", "load_dotenv"),
                               by_file ? local_of(plan, "os", NULL) : NULL, j->arena);
    else if (plan->merges)
        call = merge_call(j, first, starts, readers);
    imports_insert(&j->source, &points, plan->needs, plan->need_count, call, j->arena, &j->edits);
    for (size_t i = 0; i < j->place_count && fills && j->edits.count == 0; i++)
        j->places[i].site->done |= j->places[i].site->read != NULL;
}

static bool is_word_byte(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* The expression with the quotes that the f-strings around it leave. NULL where
 * Python before 3.12 would not read it. */
static const char *quoted(const struct job *j, const struct site_place *p, const char *text) {
    bool old = j->request->target_minor < FREE_FSTRING_MINOR;
    bool uses_single = strchr(text, '\'') != NULL;
    if (old && p->in_fstring && strpbrk(text, "\\#\n"))
        return NULL;
    if (!(p->quotes & SITE_DOUBLE_QUOTE) || !strchr(text, '"'))
        return !(p->quotes & SITE_SINGLE_QUOTE) || !uses_single || !old ? text : NULL;
    if (!(p->quotes & SITE_SINGLE_QUOTE) && !uses_single) {
        char *turned = arena_cstr(j->arena, slice_cstr(text));
        for (char *c = turned; *c; c++)
            *c = *c == '"' ? '\'' : *c;
        return turned;
    }
    return old ? NULL : text;
}

/* `else"x"` must not become `elseos.environ[...]`. */
static const char *apart(const struct job *j, const struct site_edit *e, const char *text) {
    struct slice source = j->source.text;
    if (!e->has_expression)
        return text;
    bool before = e->start > 0 && is_word_byte(source.ptr[e->start - 1]) && is_word_byte(text[0]);
    bool after =
        e->end < source.len && is_word_byte(source.ptr[e->end]) && is_word_byte(text[strlen(text) - 1]);
    if (!before && !after)
        return text;
    return arena_printf(j->arena, "%s%s%s", before ? " " : "", text, after ? " " : "");
}

/* What stands at the site: the read, or, of one that is there already, the function that it calls. */
static const char *expression_of(const struct job *j, const struct site_place *p) {
    if (p->site->read)
        return local_of(&j->plan, j->request->module_name, "get_secret");
    return quoted(j, p,
                  style_expression(&j->plan, style_name(&j->plan, p->site), p->site->is_bytes, j->arena));
}

static void replace_site(struct job *j, const struct site_place *p) {
    const char *expression = p->edit_count > 0 ? expression_of(j, p) : NULL;
    for (size_t i = 0; i < p->edit_count; i++) {
        const struct site_edit *e = &p->edits[i];
        const char *text =
            arena_printf(j->arena, "%s%s%s", e->before, e->has_expression ? expression : "", e->after);
        bool in_literal = e->start != e->end && !p->site->read; /* parentheses and values go beside it */
        edits_replace_part(&j->edits,
                           &(struct edit_item){.start = e->start,
                                               .end = e->end,
                                               .text = apart(j, e, text),
                                               .holds_secret = e->holds_secret,
                                               .in_bytes = p->in_bytes,
                                               .literal_start = in_literal ? p->literal_start : e->start,
                                               .literal_end = in_literal ? p->literal_end : e->end});
    }
}

static void replace_sites(struct job *j) {
    for (size_t i = 0; i < j->place_count; i++)
        replace_site(j, &j->places[i]);
}

static size_t count_rewritten(const struct rewrite_request *r) {
    size_t count = 0;
    for (size_t i = 0; i < r->site_count; i++)
        count += r->sites[i].rewritten && !r->sites[i].done;
    return count;
}

static void no_edits(const struct rewrite_request *r, struct rewrite_output *out) {
    *out = (struct rewrite_output){.bytes = r->bytes};
}

enum kl_status rewrite_file(const struct rewrite_request *r, struct arena *arena, struct rewrite_output *out,
                            struct error *e) {
    struct job j = {.request = r, .arena = arena};
    no_edits(r, out);
    const char *refusal = NULL;
    if (r->bytes.len > KL_MAX_REWRITE_BYTES) {
        refusal = "the file is too large to be rewritten";
        goto done;
    }
    enum kl_status status = source_open_path(r->path, r->bytes, arena, &j.source, e);
    if (status == KL_ERR_LIMIT)
        refusal = "parsing took too long";
    else if (status != KL_OK)
        goto fail;
    set_lines(&j);
    if (!refusal)
        refusal = source_refusal(&j.source, r->path);
    style_plan_for(r, arena, &j.plan);
    j.cleared = cleared_refusal(&j.source);
    if (!refusal)
        refusal = j.plan.refusal;
    if (!refusal && reads_environment(&j))
        refusal = j.cleared;
    if (refusal)
        goto done;
    j.places = arena_calloc(arena, r->site_count + 1, sizeof *j.places);
    decide(&j);
    if (!j.place_count)
        goto done;
    import_what_is_needed(&j);
    replace_sites(&j);
    if (j.plan.refusal || !edits_sort(&j.edits)) {
        refusal = j.plan.refusal ? j.plan.refusal : "two edits overlap";
        goto done;
    }
    if (j.source.is_notebook)
        notebook_escape_edits(&j.source, &j.edits, arena);
    edits_finish(&j.edits, &j.source.file, arena, out);
    if (verify_output(&j.source, r, out, e) != KL_OK)
        refusal = arena_printf(arena, "%s", e->message);
    else
        out->rewritten = count_rewritten(r);
done:
    if (refusal) {
        no_edits(r, out);
        refuse_all(r, refusal);
    }
    status = KL_OK;
fail:
    edits_release(&j.edits);
    source_release(&j.source);
    return status;
}
