/* migration_sarif.c: `keylift plan --format sarif`: what would move as SARIF's results, as a scan writes
 * them, each with the edits that move it as a `fix` (3.55 of the standard). A fix holds what belongs to its
 * literal alone and what all literals of the file need (imports, the module): all fixes of a file together,
 * each edit once, are what `rewrite` makes of it. */
#include <stdlib.h>

#include "base/bisect.h"
#include "base/mem.h"
#include "cli/migration.h"
#include "cli/report.h"
#include "scanner/pyfile.h"

struct fixing {
    const struct migration *m;
    const struct migration_file *file; /* that of the finding before, decoded as `source`; NULL */
    bool *shared;                      /* of each of its edits: is_shared */
    struct pyfile source;
    struct pylines lines;
    struct arena arena;
};

static const struct migration_file *file_of(const struct migration *m, size_t site) {
    for (size_t i = 0; i < m->file_count; i++)
        if (site >= m->files[i].first_site && site < m->files[i].first_site + m->files[i].site_count)
            return &m->files[i];
    return NULL;
}

static void read_lines(struct fixing *x, struct slice bytes) {
    arena_clear(&x->arena);
    pyfile_decode(&x->source, bytes, &x->arena);
    pylines_build(&x->lines, x->source.text, &x->arena);
}

/* Of a byte of the file, in characters, as the run's columnKind says. */
static void add_place(const struct fixing *x, cJSON *region, uint64_t byte, const char *line_key,
                      const char *column_key) {
    struct bisection b = {.high = x->source.text.len};
    uint32_t line, column;
    while (bisect(&b))
        bisect_tell(&b, pyfile_byte_offset(&x->source, b.middle) < byte);
    pylines_position(&x->lines, x->source.text, b.low, &line, &column);
    json_add_count(region, line_key, line);
    json_add_count(region, column_key, column);
}

static void add_replacement(const struct fixing *x, cJSON *list, uint64_t start, uint64_t end,
                            struct slice text) {
    cJSON *j = cJSON_CreateObject(), *region = cJSON_AddObjectToObject(j, "deletedRegion");
    add_place(x, region, start, "startLine", "startColumn");
    add_place(x, region, end, "endLine", "endColumn");
    json_add_slice(cJSON_AddObjectToObject(j, "insertedContent"), "text", text);
    cJSON_AddItemToArray(list, j);
}

static bool touches(const struct rewrite_edit *e, uint64_t start, uint64_t end) {
    uint64_t from = e->literal_end_byte > 0 ? e->literal_start_byte : e->start_byte;
    uint64_t to = e->literal_end_byte > 0 ? e->literal_end_byte : e->end_byte;
    return from < end && to > start;
}

/* Nobody's alone are imports and what loads the values. */
static bool is_shared(const struct migration *m, const struct migration_file *f,
                      const struct rewrite_edit *e) {
    for (size_t i = 0; i < f->site_count; i++) {
        const struct finding *other = m->sites[f->first_site + i].finding;
        if (touches(e, other->start_byte, other->end_byte))
            return false;
    }
    for (size_t i = 0; i < f->read_count; i++) {
        const struct env_read *read = m->reads[f->first_read + i].read;
        if (touches(e, read->start_byte, read->end_byte))
            return false;
    }
    return true;
}

/* What is asked of a file is asked once, for all its findings. */
static void take_file(struct fixing *x, const struct migration_file *file) {
    const struct rewrite_output *output = &file->output;
    read_lines(x, buf_as_slice(&file->bytes));
    x->file = file;
    x->shared = arena_alloc(&x->arena, output->edit_count * sizeof *x->shared);
    for (size_t i = 0; i < output->edit_count; i++)
        x->shared[i] = is_shared(x->m, file, &output->edits[i]);
}

static cJSON *add_change(cJSON *changes, const char *path) {
    cJSON *j = cJSON_CreateObject();
    report_sarif_add_uri(cJSON_AddObjectToObject(j, "artifactLocation"), path);
    cJSON_AddItemToArray(changes, j);
    return cJSON_AddArrayToObject(j, "replacements");
}

/* The module that the file reads from: all of it, in the place of what it says now. */
static void add_module(const struct migration *m, const struct migration_file *f, cJSON *changes) {
    const struct migration_module *module = f->module ? &m->modules[f->module_index] : NULL;
    struct fixing x = {.m = m};
    if (!module || module->exists)
        return;
    read_lines(&x, module->old);
    add_replacement(&x, add_change(changes, migration_from_here(m, module->path)), 0, module->old.len,
                    slice_cstr(module->text));
    arena_release(&x.arena);
}

/* False where an edit would show a value: then it is not offered. */
static bool add_edits(const struct fixing *x, const struct finding *f, cJSON *list) {
    const struct migration_file *file = x->file;
    for (size_t i = 0; i < file->output.edit_count; i++) {
        const struct rewrite_edit *e = &file->output.edits[i];
        struct slice text = slice_of(e->text, e->text_len);
        if (!x->shared[i] && !touches(e, f->start_byte, f->end_byte))
            continue;
        if (redact_would_change(x->m->cli->redactor, text))
            return false;
        add_replacement(x, list, e->start_byte, e->end_byte, text);
    }
    return true;
}

static void add_description(const struct migration *m, const struct migration_site *site, cJSON *fix) {
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_printf(&text,
               "Read %s instead of the literal. The value must be stored first (vault: %s): \"keylift "
               "migrate\" stores "
               "it, reads it back and makes this change; \"keylift rewrite\" makes it where the value is "
               "stored already.",
               site->name, m->session.kind->id);
    json_add_slice(cJSON_AddObjectToObject(fix, "description"), "text", buf_as_slice(&text));
    buf_release(&text);
}

static void add_fix(struct fixing *x, const struct migration_site *site, cJSON *result) {
    cJSON *fix = cJSON_CreateObject(), *changes;
    add_description(x->m, site, fix);
    changes = cJSON_AddArrayToObject(fix, "artifactChanges");
    if (add_edits(x, site->finding, add_change(changes, x->file->path))) {
        add_module(x->m, x->file, changes);
        cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "fixes"), fix);
    } else {
        cJSON_Delete(fix);
    }
}

static void add_more(void *ctx, struct report_writer *w, size_t index, cJSON *result) {
    struct fixing *x = ctx;
    const struct migration_site *site = &x->m->sites[index];
    const struct migration_file *file = file_of(x->m, index);
    if (site->left)
        report_add_filtered(w, cJSON_GetObjectItemCaseSensitive(result, "properties"), "left", site->left);
    if (site->left || !file || !file->changes)
        return;
    if (x->file != file)
        take_file(x, file);
    add_fix(x, site, result);
}

void migration_print_sarif(const struct migration *m, struct output *o) {
    static const char *const here[] = {".", NULL};
    const struct string_list *named = &m->cli->options.arguments;
    struct scan_result found = m->found;
    struct fixing x = {.m = m};
    found.findings = mem_calloc(m->site_count + 1, sizeof *found.findings);
    found.finding_count = m->site_count;
    for (size_t i = 0; i < m->site_count; i++)
        found.findings[i] = *m->sites[i].finding; /* values stay with their owner */
    const struct report r = {
        .result = &found, .options = &m->cli->options, .paths = named->count > 0 ? named->items : here};
    report_sarif(&r, &(struct report_sarif_more){add_more, &x}, migration_status(m), o);
    free(found.findings);
    arena_release(&x.arena);
}
