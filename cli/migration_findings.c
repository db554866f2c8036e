/* migration_findings.c: --findings: the literals that the report of a scanner names, and no others. What it
 * names and is not there, or is no Python, stays, with the reason. */
#include "cli/migration.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/scanning.h"
#include "cli/reported.h"

/* A place without a literal, so that it is shown and counted like what stays. */
static void add_missing(struct migration *m, const struct reported_place *p, const char *path,
                        const char *reason) {
    struct scan_result *r = &m->forced;
    const uint32_t line = p->site.line > 0 ? p->site.line : 1;
    r->findings = mem_grow(r->findings, &r->finding_cap, r->finding_count + 1, sizeof *r->findings);
    r->findings[r->finding_count++] = (struct finding){
        .rule = MIGRATION_REPORTED,
        .message = "place named by --findings",
        .revoke = "",
        .path = arena_cstr(&r->arena, slice_cstr(path)),
        .line = line,
        .column = p->site.column > 0 ? p->site.column : 1,
        .end_line = line,
        .end_column = p->site.column > 0 ? p->site.column : 1,
        .context = CONTEXT_TEXT,
        .name = "",
        .callee = "",
        .redacted = "",
        .severity = SEVERITY_HIGH,
        .confidence = 1.0,
        .reason = arena_cstr(&m->arena, slice_cstr(reason)),
    };
}

/* The spelling that is there; the likeliest, if none is. */
static const char *path_here(struct migration *m, const struct reported_place *p) {
    for (size_t i = 0; p->paths[i]; i++)
        if (path_real(&m->arena, p->paths[i]))
            return p->paths[i];
    return p->paths[0];
}

static bool is_under_paths(struct migration *m, const char *real) {
    const char *const *paths = cli_paths(m->cli);
    for (size_t i = 0; paths[i]; i++) {
        const char *folder = path_real(&m->arena, paths[i]);
        if (folder && (strcmp(folder, real) == 0 || path_is_inside(real, folder)))
            return true;
    }
    return false;
}

/* Why nothing is looked for in the file; NULL: it may hold the literal. */
static const char *reason_to_skip(struct migration *m, const char *path) {
    struct buf bytes = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    struct error unread = {0};
    const char *real = path_real(&m->arena, path), *reason = NULL;
    if (!real)
        reason = "there is no such file here (a report's paths are seen from the current folder)";
    else if (!is_under_paths(m, real))
        reason = "not in the paths that were named";
    else if (file_read(path, KL_MAX_REWRITE_BYTES, &bytes, &unread) != KL_OK)
        reason = arena_printf(&m->arena, "not read: %s", unread.message);
    else if (scan_language_of(path, buf_as_slice(&bytes)) != SCAN_PYTHON)
        reason = "not Python code: move it by hand";
    buf_release(&bytes);
    return reason;
}

/* The file of the places at hand: reports name the places of a file behind each other. */
struct at_hand {
    const char *path;
    const char *reason; /* why nothing is looked for in it; NULL: it is open */
    struct site_file *file;
};

static void turn_to(struct migration *m, struct at_hand *h, const char *path) {
    struct error unread = {0};
    if (h->path && strcmp(h->path, path) == 0)
        return;
    site_file_close(h->file);
    *h = (struct at_hand){.path = path, .reason = reason_to_skip(m, path)};
    if (!h->reason && site_file_open(&h->file, path, &unread) != KL_OK)
        h->reason = arena_cstr(&m->arena, slice_cstr(unread.message));
}

enum kl_status migration_collect_reported(struct migration *m, struct error *e) {
    const char *file = m->cli->options.findings;
    struct reported report = {0};
    struct at_hand hand = {0};
    struct arena arena = ARENA_INIT;
    if (!file || m->follow.plan)
        return KL_OK;
    if (m->cli->options.staged)
        return error_set(e, KL_ERR_USAGE,
                         "--findings and --staged do not go together: a report is about files");
    enum kl_status s = reported_read(file, &arena, &report, e);
    for (size_t i = 0; i < report.count && s == KL_OK; i++) {
        const struct reported_place *p = &report.items[i];
        struct error missing = {0};
        const char *path = p->reason ? p->paths[0] : path_here(m, p);
        if (!p->reason)
            turn_to(m, &hand, path);
        const char *reason = p->reason ? p->reason : hand.reason;
        if (p->site.value.len > 0) /* whether or not it is there: no output has it */
            redact_add(m->cli->redactor, p->site.value);
        if (!reason && site_file_find(hand.file, &p->site, &m->forced, m->cli->redactor, &missing) != KL_OK)
            reason = missing.message;
        if (reason)
            add_missing(m, p, path, reason);
    }
    site_file_close(hand.file);
    free(report.items);
    arena_release(&arena);
    return s;
}
