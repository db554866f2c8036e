/* report_text_env.c: the inventory of environment variables for a person: by
 * name, secrets first. */
#include "cli/report.h"

#include <stdlib.h>

#include "base/mem.h"

static const char *const default_texts[] = {
    [ENV_DEFAULT_NONE] = "no default",
    [ENV_DEFAULT_LITERAL] = "a literal default",
    [ENV_DEFAULT_EXPRESSION] = "a computed default",
};

/* Secrets, settings, names that are computed; then by name and place. */
static int read_rank(const struct env_read *e) {
    return e->name[0] == '\0' ? 2 : e->secret ? 0 : 1;
}

static int by_name(const void *a, const void *b) {
    const struct env_read *x = *(const struct env_read *const *)a, *y = *(const struct env_read *const *)b;
    if (read_rank(x) != read_rank(y)) {
        return read_rank(x) - read_rank(y);
    }
    int order = strcmp(x->name, y->name);
    if (order == 0) {
        order = strcmp(x->path, y->path);
    }
    if (order == 0) {
        order = x->line != y->line ? (x->line < y->line ? -1 : 1)
                                   : (x->column < y->column ? -1 : x->column > y->column);
    }
    return order;
}

static bool has_default(const struct env_read *e) {
    return e->access == ENV_GET || e->access == ENV_POP || e->access == ENV_GETENV ||
           e->access == ENV_DECOUPLE || e->access == ENV_ENVIRONS || e->access == ENV_PYDANTIC ||
           e->access == ENV_STARLETTE || e->access == ENV_CLICK || e->default_kind != ENV_DEFAULT_NONE;
}

static void print_read(struct output *o, const struct env_read *e) {
    struct buf place = BUF_INIT(2 * KL_MAX_PATH_BYTES);
    buf_printf(&place, "%s:%u:%u", e->path, (unsigned)e->line, (unsigned)e->column);
    out_text(o, "    ");
    out_path(o, MARK_CYAN, buf_cstr(&place));
    out_text(o, "  %s", env_access_name(e->access));
    if (has_default(e)) {
        out_text(o, ", %s", default_texts[e->default_kind]);
    }
    out_text(o, "\n");
    buf_release(&place);
}

static void print_name(struct output *o, const struct env_read *e) {
    static const char *const kinds[] = {"secret", "setting", ""};
    if (e->name[0] == '\0') {
        out_mark(o, MARK_BOLD, "Names that are computed, and files that are loaded\n");
        return;
    }
    struct buf scratch = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    out_path(o, MARK_BOLD, report_name(o->redactor, e->name, &scratch));
    buf_release(&scratch);
    out_mark(o, e->secret ? MARK_YELLOW : MARK_DIM, "  %s\n", kinds[read_rank(e)]);
}

void report_text_env(const struct report *r, struct output *o) {
    const struct env_read **sorted = mem_calloc(r->result->read_count + 1, sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; i < r->result->read_count; i++) {
        if (report_has_read(r, &r->result->reads[i])) {
            sorted[count++] = &r->result->reads[i];
        }
    }
    qsort((void *)sorted, count, sizeof *sorted, by_name);
    for (size_t i = 0; i < count && !r->options->quiet; i++) {
        bool same = i > 0 && read_rank(sorted[i]) == read_rank(sorted[i - 1]) &&
                    strcmp(sorted[i]->name, sorted[i - 1]->name) == 0;
        if (!same) {
            print_name(o, sorted[i]);
        }
        print_read(o, sorted[i]);
    }
    if (count > 0 && !r->options->quiet) {
        out_text(o, "\n");
    }
    free((void *)sorted);
    report_text_summary(r, o);
}
