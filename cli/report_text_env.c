/* report_text_env.c: the inventory of environment variables for a person: by name, secrets first; of a few
 * variables all places, of many a line each. Then what is wrong. */
#include "cli/report.h"

#include "base/encode.h"

#define MANY_FROM 30 /* variables; more are set on a line each, unless -v asks for all */
#define NAMES_SHOWN 8
#define MAX_NAME_COLUMN 40

static const char *const default_texts[] = {
    [ENV_DEFAULT_NONE] = "no default",
    [ENV_DEFAULT_LITERAL] = "a literal default",
    [ENV_DEFAULT_EXPRESSION] = "a computed default",
};

static bool takes_default(const struct env_read *e) {
    return e->access == ENV_GET || e->access == ENV_POP || e->access == ENV_GETENV ||
           e->access == ENV_DECOUPLE || e->access == ENV_ENVIRONS || e->access == ENV_PYDANTIC ||
           e->access == ENV_STARLETTE || e->access == ENV_CLICK || e->default_kind != ENV_DEFAULT_NONE;
}

/* Filtered: a default is text of the scanned tree. */
static void print_default_text(struct output *o, const char *text) {
    struct buf masked = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    redact_text(o->redactor, slice_cstr(text), &masked);
    out_text(o, "\"");
    out_path(o, MARK_NONE, buf_cstr(&masked));
    out_text(o, "\"");
    buf_release(&masked);
}

static void print_place(struct output *o, const char *path, uint32_t line, uint32_t column) {
    struct buf place = BUF_INIT(2 * KL_MAX_PATH_BYTES);
    buf_printf(&place, "%s:%u", path, (unsigned)line);
    if (column > 0) {
        buf_printf(&place, ":%u", (unsigned)column);
    }
    out_path(o, MARK_CYAN, buf_cstr(&place));
    buf_release(&place);
}

static void print_read(struct output *o, const struct env_read *e) {
    out_text(o, "    ");
    print_place(o, e->path, e->line, e->column);
    out_text(o, "  %s", env_access_name(e->access));
    if (e->default_text) {
        out_text(o, ", default ");
        print_default_text(o, e->default_text);
    } else if (takes_default(e)) {
        out_text(o, ", %s", default_texts[e->default_kind]);
    }
    out_text(o, "\n");
}

/* Returns how wide it is. */
static size_t print_name(struct output *o, const char *name) {
    struct buf scratch = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    const char *shown = redact_name(o->redactor, name, &scratch);
    size_t width = utf8_count(slice_cstr(shown));
    out_path(o, MARK_BOLD, shown);
    buf_release(&scratch);
    return width;
}

static const char *need_of(const struct env_variable *v) {
    return !v->read ? "only set" : v->required ? "required" : v->has_default ? "has a default" : "optional";
}

static void print_kind(struct output *o, const struct env_variable *v) {
    out_mark(o, v->secret ? MARK_YELLOW : MARK_DIM, v->secret ? "secret" : "setting");
}

/* Where it is documented and set: "in .env.example; set in .env". */
static void print_state(struct output *o, const struct report *r, const struct env_variable *v) {
    static const char *const words[] = {
        [ENV_FILE_SET] = "set in ", [ENV_FILE_EXAMPLE] = "in ", [ENV_FILE_PROSE] = "documented in "};
    const char *separator = "";
    if (v->problem == ENV_UNDOCUMENTED) {
        out_mark(o, MARK_RED, "documented nowhere");
        separator = "; ";
    } else if (!v->documented && v->read) {
        out_mark(o, MARK_DIM, "%s%s",
                 v->ambient      ? "given by "
                 : v->tests_only ? "read in tests only"
                                 : "silenced",
                 v->ambient ? v->ambient : "");
        separator = "; ";
    } else if (v->documented && v->read && r->inventory->has_example && !v->in_example) {
        out_mark(o, MARK_YELLOW, "not in the .env.example");
        separator = "; ";
    }
    for (enum env_file_kind kind = ENV_FILE_SET; kind <= ENV_FILE_PROSE; kind++) {
        const char *before = NULL;
        for (size_t i = 0; i < v->mention_count; i++) {
            const struct env_mention *m = v->mentions[i];
            if (m->kind != kind || (before && strcmp(before, m->path) == 0)) {
                continue;
            }
            out_text(o, "%s%s", before ? ", " : separator, before ? "" : words[kind]);
            out_path(o, MARK_NONE, m->path);
            before = m->path;
            separator = "; ";
        }
    }
    if (separator[0] == '\0') {
        out_mark(o, MARK_DIM, "in no .env file");
    }
}

static void print_block(struct output *o, const struct report *r, const struct env_variable *v) {
    (void)print_name(o, v->name);
    out_text(o, "  ");
    print_kind(o, v);
    out_text(o, ", %s\n    ", need_of(v));
    print_state(o, r, v);
    out_text(o, "\n");
    for (size_t i = 0; i < v->place_count; i++) {
        print_read(o, v->places[i]);
    }
}

static void print_line(struct output *o, const struct report *r, const struct env_variable *v,
                       size_t column) {
    size_t width = print_name(o, v->name);
    out_text(o, "%*s  ", (int)(width < column ? column - width : 0), "");
    print_kind(o, v);
    out_text(o, "%s%-13s  ", v->secret ? "   " : "  ", need_of(v));
    print_place(o, v->places[0]->path, v->places[0]->line, 0);
    if (v->place_count > 1) {
        char number[32];
        out_text(o, " and %s more", report_number(v->place_count - 1, number));
    }
    out_text(o, "  ");
    if (v->problem == ENV_UNDOCUMENTED || r->options->verbose) {
        print_state(o, r, v);
    }
    out_text(o, "\n");
}

static void print_unread(struct output *o, const struct env_variable *v, const char *before,
                         const char *after) {
    for (size_t i = 0; i < v->mention_count; i++) {
        const struct env_mention *m = v->mentions[i];
        if (m->kind == ENV_FILE_EXAMPLE && !m->commented && !m->outside) {
            out_text(o, "%s", before);
            print_place(o, m->path, m->line, 0);
            out_text(o, "  ");
            (void)print_name(o, v->name);
            out_text(o, "%s\n", after);
        }
    }
}

/* --check: what is to be mended, each on a line with its place. */
static void print_problems(const struct report *r, struct output *o) {
    for (size_t i = 0; i < r->inventory->count; i++) {
        const struct env_variable *v = &r->inventory->variables[i];
        if (v->problem == ENV_UNREAD) {
            print_unread(o, v, "", " is never read");
        }
        for (size_t k = 0; k < v->place_count && v->problem == ENV_UNDOCUMENTED; k++) {
            const struct env_read *e = v->places[k];
            if (!env_access_reads(e->access)) {
                continue;
            }
            print_place(o, e->path, e->line, e->column);
            out_text(o, "  ");
            (void)print_name(o, v->name);
            out_text(o, " is documented nowhere\n");
            break;
        }
    }
}

static void print_variables(const struct report *r, struct output *o, size_t shown) {
    const struct env_inventory *inv = r->inventory;
    size_t column = 0;
    for (size_t i = 0; i < inv->count; i++) {
        size_t width = utf8_count(slice_cstr(inv->variables[i].name));
        column = inv->variables[i].place_count > 0 && width > column ? width : column;
    }
    column = column > MAX_NAME_COLUMN ? MAX_NAME_COLUMN : column;
    for (size_t i = 0; i < inv->count; i++) {
        const struct env_variable *v = &inv->variables[i];
        if (v->place_count > 0 && shown >= MANY_FROM && !r->options->verbose) {
            print_line(o, r, v, column);
        } else if (v->place_count > 0) {
            print_block(o, r, v);
        }
    }
    char number[32];
    bool many = inv->unnamed_count >= MANY_FROM && !r->options->verbose;
    if (many) {
        out_text(o, "%s other places compute the name, or load a file (-v lists them)\n",
                 report_number(inv->unnamed_count, number));
    } else if (inv->unnamed_count > 0) {
        out_mark(o, MARK_BOLD, "Names that are computed, and files that are loaded\n");
    }
    for (size_t i = 0; i < inv->unnamed_count && !many; i++) {
        print_read(o, inv->unnamed[i]);
    }
    if (inv->unread > 0) {
        out_mark(o, MARK_BOLD, "In an example, and never read\n");
    }
    for (size_t i = 0; i < inv->count; i++) {
        if (inv->variables[i].problem == ENV_UNREAD) {
            print_unread(o, &inv->variables[i], "    ", "");
        }
    }
}

/* The first few names of those with the problem. */
static void print_names(const struct report *r, struct output *o, enum env_problem problem, size_t count) {
    size_t shown = 0;
    char number[32];
    for (size_t i = 0; i < r->inventory->count && shown < NAMES_SHOWN; i++) {
        if (r->inventory->variables[i].problem == problem) {
            out_text(o, shown++ == 0 ? ": " : ", ");
            (void)print_name(o, r->inventory->variables[i].name);
        }
    }
    if (count > shown) {
        out_text(o, " and %s more", report_number(count - shown, number));
    }
    out_text(o, "\n");
}

void report_text_env_verdict(const struct report *r, struct output *o) {
    const struct env_inventory *inv = r->inventory;
    char number[32], places[32], secrets[32];
    size_t names = 0, secret = 0, uses = 0;
    for (size_t i = 0; i < inv->count; i++) {
        const struct env_variable *v = &inv->variables[i];
        names += v->place_count > 0;
        secret += v->place_count > 0 && v->secret;
        uses += v->place_count;
    }
    if (r->result->interrupted) {
        out_mark(o, MARK_RED, "Interrupted: this report is incomplete.\n");
    }
    out_text(o, "%s %s in %s %s, %s of them %s.\n", report_number(names, number),
             report_plural(names, "variable", "variables"), report_number(uses, places),
             report_plural(uses, "place", "places"), report_number(secret, secrets),
             report_plural(secret, "a secret", "secrets"));
    if (inv->undocumented > 0) {
        out_mark(o, MARK_RED, "%s %s read and documented nowhere", report_number(inv->undocumented, number),
                 report_plural(inv->undocumented, "is", "are"));
        print_names(r, o, ENV_UNDOCUMENTED, inv->undocumented);
    }
    if (inv->unread > 0) {
        out_mark(o, MARK_YELLOW, "%s %s in an example and never read", report_number(inv->unread, number),
                 report_plural(inv->unread, "is", "are"));
        print_names(r, o, ENV_UNREAD, inv->unread);
    }
    if (inv->missing > 0) {
        out_text(o, "%s %s documented, but not in the .env.example.\n", report_number(inv->missing, number),
                 report_plural(inv->missing, "is", "are"));
    }
    if (inv->undocumented > 0 && !r->options->quiet) {
        out_text(o, "\"keylift env --format dotenv\" prints the lines of a .env.example.\n");
    } else if (r->options->check && inv->unread == 0) {
        out_mark(o, MARK_GREEN, "Every variable that is read is documented.\n");
    }
}

void report_text_env(const struct report *r, struct output *o) {
    size_t shown = 0;
    for (size_t i = 0; i < r->inventory->count; i++) {
        shown += r->inventory->variables[i].place_count > 0;
    }
    bool list = r->options->check || !r->options->quiet;
    if (r->options->check) {
        print_problems(r, o);
    } else if (list) {
        print_variables(r, o, shown);
    }
    if (list && (r->options->check ? r->inventory->undocumented + r->inventory->unread
                                   : shown + r->inventory->unnamed_count + r->inventory->unread) > 0) {
        out_text(o, "\n");
    }
    report_text_summary(r, o);
}
