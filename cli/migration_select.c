/* migration_select.c: which findings move, and why the others stay. */
#include "cli/migration.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/gitblob.h"
#include "base/mem.h"
#include "scanner/site.h"

#define TEST_CREDENTIAL "test credential (--include-tests moves it)"

/* The scan has said so of a finding; a literal that was named may stand anywhere. */
static bool is_python(const struct finding *f, bool forced) {
    if (!forced)
        return f->context != CONTEXT_TEXT;
    struct buf bytes = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    struct error unread = {0};
    bool python = file_read(f->path, KL_MAX_REWRITE_BYTES, &bytes, &unread) == KL_OK &&
                  scan_language_of(f->path, buf_as_slice(&bytes)) == SCAN_PYTHON;
    buf_release(&bytes);
    return python;
}

/* Why a finding stays before anything was tried; NULL if it may move. */
static const char *reason_to_leave(const struct migration *m, const struct finding *f, bool forced) {
    if (strcmp(f->rule, MIGRATION_REPORTED) == 0)
        return f->reason;
    if (!is_python(f, forced))
        return rewrite_is_notebook(f->path) ? "in an output, the metadata or a command of a notebook"
                                            : "not Python code: move it by hand";
    if (f->reason)
        return f->reason;
    if (forced)
        return NULL;
    if (!m->cli->options.include_tests && f->in_test)
        return TEST_CREDENTIAL;
    if (f->severity < SEVERITY_MEDIUM)
        return "low severity (--site moves it)";
    return NULL;
}

static void add_site(struct migration *m, size_t *cap, const struct finding *f, bool forced) {
    m->sites = mem_grow(m->sites, cap, m->site_count + 1, sizeof *m->sites);
    m->sites[m->site_count++] = (struct migration_site){
        .finding = f,
        .forced = forced,
        .left = reason_to_leave(m, f, forced),
        .item = MIGRATION_NO_ITEM,
    };
}

static bool is_silenced(const struct finding *f) {
    return f->suppressed == SUPPRESSED_COMMENT || f->suppressed == SUPPRESSED_CONFIG;
}

static bool same_place(const struct finding *a, const struct finding *b) {
    return strcmp(a->path, b->path) == 0 && finding_from(a) < finding_to(b) &&
           finding_from(b) < finding_to(a);
}

/* PATH:LINE or PATH:LINE:COL, read from the right: a path may hold colons. */
static bool parse_place(struct arena *a, const char *text, const char **path, uint32_t *line,
                        uint32_t *column) {
    uint32_t numbers[2];
    size_t count = 0;
    size_t end = strlen(text);
    while (count < 2) {
        size_t start = end;
        uint64_t value = 0, scale = 1;
        while (start > 0 && text[start - 1] >= '0' && text[start - 1] <= '9' && end - start < 9) {
            value += scale * (uint64_t)(text[start - 1] - '0');
            scale *= 10;
            start--;
        }
        if (start == end || start < 2 || text[start - 1] != ':' || value == 0)
            break;
        numbers[count++] = (uint32_t)value;
        end = start - 1;
    }
    if (count == 0)
        return false;
    *line = numbers[count - 1];
    *column = count == 2 ? numbers[0] : 0;
    *path = path_normalize(a, arena_cstr(a, slice_of(text, end)));
    return true;
}

static enum kl_status collect_forced(struct migration *m, struct error *e) {
    const struct string_list *places = &m->cli->options.sites;
    for (size_t i = 0; i < places->count; i++) {
        const char *path;
        uint32_t line, column;
        if (!parse_place(&m->arena, places->items[i], &path, &line, &column))
            return error_set(e, KL_ERR_USAGE, "--site %s: say PATH:LINE or PATH:LINE:COLUMN",
                             places->items[i]);
        enum kl_status s = scan_site(path, line, column, &m->forced, m->cli->redactor, e);
        if (s != KL_OK)
            return s;
    }
    return KL_OK;
}

static int by_place(const void *left, const void *right) {
    const struct finding *a = ((const struct migration_site *)left)->finding;
    const struct finding *b = ((const struct migration_site *)right)->finding;
    int order = strcmp(a->path, b->path);
    if (order)
        return order;
    if (a->start_byte != b->start_byte)
        return a->start_byte < b->start_byte ? -1 : 1;
    if (finding_from(a) != finding_from(b))
        return finding_from(a) > finding_from(b) ? 1 : -1;
    return (a->line > b->line) - (a->line < b->line);
}

static bool is_same_missing(const struct finding *a, const struct finding *b) {
    return strcmp(a->rule, MIGRATION_REPORTED) == 0 && strcmp(b->rule, MIGRATION_REPORTED) == 0 &&
           strcmp(a->path, b->path) == 0 && a->line == b->line && strcmp(a->reason, b->reason) == 0;
}

/* Several findings may stand in one literal (an id and a key in one URL): it
 * moves once, as a whole. Sites are sorted. */
static void merge_overlapping(struct migration *m) {
    size_t kept = 0;
    for (size_t i = 0; i < m->site_count; i++) {
        if (kept > 0 && is_same_missing(m->sites[kept - 1].finding, m->sites[i].finding))
            continue;
        if (kept > 0 && same_place(m->sites[kept - 1].finding, m->sites[i].finding)) {
            if (m->sites[i].forced && !m->sites[kept - 1].forced)
                m->sites[kept - 1] = m->sites[i];
            continue;
        }
        m->sites[kept++] = m->sites[i];
    }
    m->site_count = kept;
}

static bool was_named(const struct migration *m, const char *path) {
    const struct string_list *paths = &m->cli->options.arguments;
    for (size_t i = 0; i < paths->count; i++)
        if (strcmp(path_normalize((struct arena *)&m->arena, paths->items[i]), path) == 0)
            return true;
    return false;
}

static bool same_but_line_ends(struct slice a, struct slice b) {
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && a.ptr[i] == '\r')
            i++;
        while (j < b.len && b.ptr[j] == '\r')
            j++;
        if (i == a.len || j == b.len)
            return i == a.len && j == b.len;
        if (a.ptr[i++] != b.ptr[j++])
            return false;
    }
}

/* A place that is left when its file is. */
struct leavable {
    const char *path;
    const char **left;
};

/* A file with changes that are not staged is left unless it was named: whoever
 * migrates a repository wants a commit of its own for it, and undo by git. The places
 * are in the order of their paths. */
static enum kl_status leave_unstaged(struct migration *m, const struct leavable *places, size_t place_count,
                                     struct error *e) {
    if (!m->project.git_top || m->cli->options.allow_dirty || m->cli->options.staged)
        return KL_OK;
    struct git_blob *blobs = mem_calloc(place_count + 1, sizeof *blobs);
    size_t *first = mem_calloc(place_count + 1, sizeof *first);
    size_t count = 0;
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < place_count; i++) {
        const char *path = places[i].path;
        if (*places[i].left || (count > 0 && strcmp(places[first[count - 1]].path, path) == 0))
            continue;
        const char *real = path_real(&m->arena, path);
        const char *in_git = real ? project_git_path(&m->project, real, &m->arena) : NULL;
        if (!in_git || strchr(in_git, '\n') || was_named(m, path))
            continue;
        blobs[count] = (struct git_blob){.path = in_git};
        first[count++] = i;
    }
    if (count > 0)
        s = git_index_blobs(m->project.git_top, blobs, count, KL_MAX_REWRITE_BYTES, e);
    for (size_t b = 0; b < count && s == KL_OK; b++) {
        const char *path = places[first[b]].path;
        struct buf now = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
        struct error unread = {0};
        bool changed = blobs[b].found && file_read(path, KL_MAX_REWRITE_BYTES, &now, &unread) == KL_OK &&
                       !same_but_line_ends(buf_as_slice(&now), buf_as_slice(&blobs[b].bytes));
        for (size_t i = first[b]; changed && i < place_count; i++)
            if (!*places[i].left && strcmp(places[i].path, path) == 0)
                *places[i].left =
                    "the file has changes that are not staged (stage them, name the file, or --allow-dirty)";
        buf_release(&now);
    }
    git_blobs_release(blobs, count);
    free(blobs);
    free(first);
    return s;
}

static enum kl_status leave_unstaged_sites(struct migration *m, struct error *e) {
    struct leavable *places = arena_calloc(&m->arena, m->site_count + 1, sizeof *places);
    for (size_t i = 0; i < m->site_count; i++)
        places[i] = (struct leavable){m->sites[i].finding->path, &m->sites[i].left};
    return leave_unstaged(m, places, m->site_count, e);
}

enum kl_status migration_leave_unstaged_reads(struct migration *m, struct error *e) {
    struct leavable *places = arena_calloc(&m->arena, m->read_count + 1, sizeof *places);
    for (size_t i = 0; i < m->read_count; i++)
        places[i] = (struct leavable){m->reads[i].read->path, &m->reads[i].left};
    return leave_unstaged(m, places, m->read_count, e);
}

/* What a report names was not chosen one by one: tests, and what is silenced, stay as they do without it. */
static void add_reported(struct migration *m, size_t *cap, const struct finding *f) {
    add_site(m, cap, f, true);
    struct migration_site *site = &m->sites[m->site_count - 1];
    if (!site->left && f->in_test && !m->cli->options.include_tests)
        site->left = TEST_CREDENTIAL;
    for (size_t i = 0; i < m->found.finding_count && !site->left; i++)
        if (is_silenced(&m->found.findings[i]) && same_place(&m->found.findings[i], f))
            site->left = "silenced by a comment or the configuration";
}

enum kl_status migration_select(struct migration *m, struct error *e) {
    size_t cap = 0;
    enum kl_status s = collect_forced(m, e);
    if (s != KL_OK || m->follow.plan)
        return s == KL_OK ? migration_follow_select(m, e) : s;
    size_t named = m->forced.finding_count; /* by --site */
    s = migration_collect_reported(m, e);
    for (size_t i = 0; i < named; i++)
        add_site(m, &cap, &m->forced.findings[i], true);
    for (size_t i = named; i < m->forced.finding_count; i++)
        add_reported(m, &cap, &m->forced.findings[i]);
    for (size_t i = 0; i < m->found.finding_count && !m->cli->options.findings; i++) {
        if (is_silenced(&m->found.findings[i]))
            m->silenced++;
        else
            add_site(m, &cap, &m->found.findings[i], false);
    }
    if (m->site_count > 0)
        qsort(m->sites, m->site_count, sizeof *m->sites, by_place);
    merge_overlapping(m);
    return s == KL_OK ? leave_unstaged_sites(m, e) : s;
}
