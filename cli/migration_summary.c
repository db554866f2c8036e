/* migration_summary.c: --summary FILE: the text of a pull request: what moved, what was
 * left and why, where the values still stand, what to revoke, what others must set. */
#include "base/file.h"
#include "cli/markdown.h"
#include "cli/migration.h"
#include "cli/report.h"
#include "cli/rotation.h"

struct summary {
    const struct migration *m;
    struct buf text;
    bool done; /* or only planned */
};

static void words(struct summary *s, const char *text) {
    markdown_text(s->m->cli->redactor, text, &s->text);
}

static void code(struct summary *s, const char *text) {
    markdown_code(text, &s->text);
}

static void place(struct summary *s, const char *path, uint32_t line) {
    code(s, path);
    if (line)
        buf_printf(&s->text, " line %u", line);
}

static void heading(struct summary *s, const char *text) {
    buf_printf(&s->text, "\n## %s\n\n", text);
}

/* Columns parted by "|". */
static void table(struct summary *s, const char *columns) {
    buf_printf(&s->text, "| %s |\n|", columns);
    for (const char *p = columns; p; p = strchr(p + 1, '|'))
        buf_str(&s->text, "---|");
    buf_char(&s->text, '\n');
}

static void write_moved(struct summary *s) {
    const struct migration *m = s->m;
    if (m->moving == 0)
        return;
    heading(s, s->done ? "What moved" : "What would move");
    table(s, "Name | What it is | Where it stood");
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        if (site->left)
            continue;
        buf_str(&s->text, "| ");
        code(s, site->name);
        if (strcmp(site->name, site->stored_name) != 0) {
            buf_str(&s->text, ", stored as ");
            code(s, site->stored_name);
        }
        buf_str(&s->text, " | ");
        words(s, site->finding->message);
        buf_str(&s->text, " | ");
        place(s, site->finding->path, site->finding->line);
        buf_str(&s->text, " |\n");
    }
}

static void write_left(struct summary *s) {
    const struct migration *m = s->m;
    if (m->left == 0)
        return;
    heading(s, "What was left, and why");
    table(s, "Where | What it is | Why");
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        if (!site->left)
            continue;
        buf_str(&s->text, "| ");
        place(s, site->finding->path, site->finding->line);
        buf_str(&s->text, " | ");
        words(s, site->finding->message);
        buf_str(&s->text, " | ");
        words(s, site->left);
        buf_str(&s->text, " |\n");
    }
}

static void write_remains(struct summary *s) {
    const struct migration *m = s->m;
    const struct remains *r = &m->after.remains;
    if (!m->after.search)
        return;
    heading(s, "Where the values still stand");
    if (r->count == 0)
        buf_printf(&s->text, "In none of the other %llu files that a scan reads.\n",
                   (unsigned long long)r->files);
    else
        table(s, "Where | Name | What to do");
    for (size_t i = 0; i < r->count; i++) {
        const char *name = m->items[m->after.items[r->items[i].value]].name;
        buf_str(&s->text, "| ");
        place(s, r->items[i].path, r->items[i].line);
        buf_str(&s->text, " | ");
        code(s, name);
        buf_str(&s->text, r->items[i].common ? " (perhaps) | " : " | ");
        words(s, aftercare_advice(m, &r->items[i]));
        buf_str(&s->text, " |\n");
    }
    if (r->unread > 0 || r->more || r->interrupted)
        buf_str(&s->text, "\nNot everything could be looked at.\n");
}

static void write_since(struct summary *s, size_t item) {
    const struct history_entry *h = aftercare_history(s->m, item);
    if (!h)
        return;
    buf_printf(&s->text, " (in git since %.10s, commit %.12s, ", h->date, h->commit);
    place(s, h->path, h->line);
    buf_str(&s->text, ")");
}

static void write_rotation(struct summary *s) {
    size_t count;
    const struct rotation_group *groups = rotation_groups(s->m, &count);
    if (count == 0)
        return;
    heading(s, "What to revoke and replace");
    words(s, aftercare_history_words(s->m));
    buf_str(&s->text, ".\n\n");
    for (size_t i = 0; i < count; i++) {
        buf_str(&s->text, "- ");
        words(s, groups[i].message);
        buf_str(&s->text, ": ");
        words(s, groups[i].revoke[0] ? groups[i].revoke : "change it where it is used");
        buf_char(&s->text, '\n');
        for (size_t k = 0; k < groups[i].count; k++) {
            buf_str(&s->text, "  - ");
            code(s, rotation_put_line(s->m, s->m->items[groups[i].items[k]].name));
            write_since(s, groups[i].items[k]);
            buf_char(&s->text, '\n');
        }
    }
}

static void write_names(struct summary *s) {
    const struct migration *m = s->m;
    for (size_t i = 0; i < m->item_count; i++) {
        if (m->items[i].state == UPLOAD_CONFLICT || m->items[i].state == UPLOAD_REFUSED ||
            m->items[i].state == UPLOAD_FAILED)
            continue;
        buf_str(&s->text, "- ");
        code(s, m->session.kind->names_are_variables ? m->items[i].name : m->items[i].stored_name);
        buf_char(&s->text, '\n');
    }
}

static void write_needs(struct summary *s) {
    const struct migration *m = s->m;
    if (m->moving + m->values_moving == 0)
        return;
    heading(s, "What CI, servers and colleagues need");
    if (m->session.kind->names_are_variables)
        buf_str(&s->text,
                "These variables, as secret variables of the CI system or in a file of their own:\n\n");
    else
        buf_str(&s->text, "A credential that may read these secrets of the vault:\n\n");
    write_names(s);
    if (m->policy_names > 0) {
        buf_str(&s->text, "\nWhat allows exactly that is in ");
        code(s, m->cli->options.policy);
        buf_str(&s->text, ".\n");
    }
}

static void write_packages(struct summary *s) {
    const struct dependencies *d = &s->m->dependencies;
    if (d->file_count == 0 || s->m->moving == 0)
        return;
    heading(s, "Packages");
    for (size_t i = 0; i < d->file_count; i++) {
        buf_str(&s->text, "- ");
        code(s, migration_from_here(s->m, d->files[i].path));
        buf_str(&s->text, d->files[i].left ? " needs" : s->done ? " gained" : " gains");
        for (size_t k = 0; k < d->files[i].missing_count; k++) {
            buf_str(&s->text, k > 0 ? ", " : " ");
            code(s, d->files[i].missing[k]);
        }
        if (d->files[i].left) {
            buf_str(&s->text, ", to be added by hand: ");
            words(s, d->files[i].left);
        }
        buf_char(&s->text, '\n');
    }
    for (size_t i = 0; i < d->lock_count; i++) {
        buf_str(&s->text, "- ");
        code(s, migration_from_here(s->m, d->locks[i].path));
        buf_str(&s->text, " is out of date");
        if (d->locks[i].command) {
            buf_str(&s->text, ": ");
            code(s, d->locks[i].command);
        }
        buf_char(&s->text, '\n');
    }
}

static void write_head(struct summary *s) {
    const struct migration *m = s->m;
    size_t files = 0;
    for (size_t i = 0; i < m->file_count; i++)
        files += m->files[i].changes;
    buf_str(&s->text, s->done ? "# Secrets moved to " : "# Secrets that can move to ");
    words(s, m->dotenv_file ? m->dotenv_file : m->session.kind->title);
    buf_printf(&s->text, "\n\n%zu %s in %zu %s; %zu left. No value is in this text.\n", m->moving,
               report_plural(m->moving, "literal", "literals"), files, report_plural(files, "file", "files"),
               m->left);
}

enum kl_status migration_write_summary(const struct migration *m, bool done, struct error *e) {
    struct summary s = {.m = m, .done = done, .text = BUF_INIT(KL_MAX_REWRITE_BYTES)};
    enum kl_status st = KL_OK;
    if (!m->cli->options.summary)
        return KL_OK;
    write_head(&s);
    write_moved(&s);
    write_left(&s);
    write_remains(&s);
    write_rotation(&s);
    write_needs(&s);
    write_packages(&s);
    if (!buf_ok(&s.text))
        st = error_set(e, KL_ERR_LIMIT, "the summary is longer than %zu bytes", KL_MAX_REWRITE_BYTES);
    if (st == KL_OK)
        st = file_write_atomic(m->cli->options.summary, buf_as_slice(&s.text), 0, e);
    buf_release(&s.text);
    return st;
}
