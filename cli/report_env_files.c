/* report_env_files.c: the inventory of environment variables as a file of the project: a .env.example, and
 * a table for a README. Neither has a value that could be a secret. */
#include "cli/report.h"

#include "backends/dotenv_file.h"
#include "cli/markdown.h"

/* Who writes or tests a variable need not tell others of it, and a name that is a secret stays away. */
static bool is_listed(const struct output *o, const struct env_variable *v) {
    struct buf scratch = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    bool listed = env_variable_is_setting(v) && redact_name(o->redactor, v->name, &scratch) == v->name;
    buf_release(&scratch);
    return listed;
}

static const char *default_of(const struct output *o, const struct env_variable *v) {
    const char *text = v->required || !v->default_text ? "" : v->default_text;
    struct buf masked = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    redact_text(o->redactor, slice_cstr(text), &masked);
    bool shown = slice_eq_cstr(buf_as_slice(&masked), text);
    buf_release(&masked);
    return shown ? text : "";
}

static const char *first_reader(const struct env_variable *v) {
    size_t i = 0;
    while (i + 1 < v->place_count && !env_access_reads(v->places[i]->access)) {
        i++;
    }
    return v->places[i]->path;
}

static const char *need_of(const struct env_variable *v) {
    return v->required ? "required" : "optional";
}

/* ---- .env.example ---- */

/* A variable that may be left out is commented out: set to nothing, it would take the place of the default.
 */
static void dotenv_line(struct output *o, const struct env_variable *v) {
    struct buf line = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    struct error unfit = {0};
    struct slice value = slice_cstr(default_of(o, v));
    bool fits = value.len > 0 && !slice_eq_cstr(value, "None") && /* which no variable can be */
                dotenv_set((struct slice){0}, v->name, value, "the list", &line, &unfit) == KL_OK;
    if (!fits) {
        buf_clear(&line);
        buf_printf(&line, "%s=\n", v->name);
    }
    out_text(o, "%s", v->required ? "" : "# ");
    out_raw(o, buf_as_slice(&line));
    buf_release(&line);
}

void report_dotenv_env(const struct report *r, struct output *o) {
    out_text(
        o, "# The environment variables that the code reads, listed by \"keylift env --format dotenv\".\n"
           "# A line that is commented out may stay so. Secrets belong into a copy that is not committed.\n");
    for (size_t i = 0; i < r->inventory->count; i++) {
        const struct env_variable *v = &r->inventory->variables[i];
        struct error unfit = {0};
        if (!is_listed(o, v) || dotenv_accepts_name(v->name, &unfit) != KL_OK) {
            continue;
        }
        out_text(o, "\n# %s%s; read in ", v->secret ? "secret, " : "", need_of(v));
        out_path(o, MARK_NONE, first_reader(v));
        out_text(o, "\n");
        dotenv_line(o, v);
    }
}

/* ---- Markdown ---- */

static void markdown_row(struct output *o, const struct env_variable *v) {
    struct buf row = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    const char *text = default_of(o, v);
    buf_str(&row, "| ");
    markdown_code(v->name, &row);
    buf_printf(&row, " | %s | %s | ", v->secret ? "secret" : "setting", need_of(v));
    if (text[0] != '\0') {
        markdown_code(text, &row);
    }
    buf_str(&row, " | ");
    markdown_code(first_reader(v), &row);
    buf_str(&row, " |\n");
    out_raw(o, buf_as_slice(&row));
    buf_release(&row);
}

void report_markdown_env(const struct report *r, struct output *o) {
    out_text(o, "| Variable | Kind | Needed | Default | Read in |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < r->inventory->count; i++) {
        if (is_listed(o, &r->inventory->variables[i])) {
            markdown_row(o, &r->inventory->variables[i]);
        }
    }
}
