/* migration_show_reads.c: the reads of the environment that become reads of the vault, and
 * those that stay: for a person, and for programs. */
#include "cli/migration.h"
#include "cli/report.h"

#define REASON_COLUMN 13u
#define LONG_REASON 60u

static bool is_shown(const struct migration_read *r, bool left) {
    return !r->done && (r->left != NULL) == left;
}

/* `before`: the last reason that was shown; a long one may hold for every read. */
static void show_one(struct output *o, const struct migration_read *r, const char *before) {
    out_text(o, "  %5u:%-4u %-14s ", r->read->line, r->read->column, env_access_name(r->read->access));
    out_path(o, r->left ? MARK_NONE : MARK_GREEN, r->read->name);
    out_text(o, "\n");
    if (!r->left)
        return;
    struct arena a = ARENA_INIT;
    bool again = before && strlen(r->left) > LONG_REASON && strcmp(before, r->left) == 0;
    out_text(o, "%*s", (int)REASON_COLUMN, "");
    out_wrapped(o, MARK_DIM, arena_printf(&a, "left: %s", again ? "for the same reason" : r->left),
                REASON_COLUMN, REASON_COLUMN);
    arena_release(&a);
}

static void show_all(struct output *o, const struct migration *m, bool left) {
    const char *path = NULL, *reason = NULL;
    for (size_t i = 0; i < m->read_count; i++) {
        const struct migration_read *r = &m->reads[i];
        if (!is_shown(r, left))
            continue;
        if (!path || strcmp(path, r->read->path) != 0) {
            path = r->read->path;
            out_path(o, MARK_BOLD, path);
            out_text(o, "\n");
        }
        show_one(o, r, reason);
        reason = r->left;
    }
    out_text(o, "\n");
}

void migration_show_reads(const struct migration *m) {
    struct output *o = &m->cli->out;
    if (m->reads_moving > 0) {
        out_mark(o, MARK_BOLD, "%zu %s of the environment", m->reads_moving,
                 report_plural(m->reads_moving, "read", "reads"));
        out_text(o, " can read from the vault, which holds the names\n\n");
        show_all(o, m, false);
    }
    if (m->reads_left > 0) {
        out_mark(o, MARK_BOLD, "%zu %s of the environment", m->reads_left,
                 report_plural(m->reads_left, "read", "reads"));
        out_text(o, "%s", report_plural(m->reads_left, " stays\n\n", " stay\n\n"));
        show_all(o, m, true);
    }
}

cJSON *migration_reads_json(const struct migration *m) {
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < m->read_count; i++) {
        const struct migration_read *r = &m->reads[i];
        if (r->done)
            continue;
        cJSON *j = cJSON_CreateObject();
        json_add_slice(j, "path", slice_cstr(r->read->path));
        json_add_count(j, "line", r->read->line);
        json_add_count(j, "column", r->read->column);
        json_add_string(j, "access", env_access_name(r->read->access));
        json_add_string(j, "name", r->read->name);
        migration_add_message(j, "reason", r->left, m->cli->redactor);
        cJSON_AddItemToArray(list, j);
    }
    return list;
}
