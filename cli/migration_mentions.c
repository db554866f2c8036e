/* migration_mentions.c: a value that moves may stand in comments, docstrings and outputs
 * of notebooks too. On request its name takes its place there, once the vault has given
 * the value back; a value that no code of this run moves is never touched. */
#include "cli/migration.h"

static const char reason_alone[] = "no code of this run has this value";

static bool is_wanted(const struct migration *m, const struct finding *f) {
    const struct options *o = &m->cli->options;
    if (f->context == CONTEXT_TEXT)
        return o->clear_outputs && rewrite_is_notebook(f->path);
    bool doctest = f->reason && strcmp(f->reason, "a doctest") == 0;
    return o->scrub_comments && !doctest &&
           (f->context == CONTEXT_COMMENT || f->context == CONTEXT_DOCSTRING);
}

/* The code that moves the value of a mention; NULL if none does. */
static const struct migration_site *code_of(const struct migration *m, const struct finding *mention) {
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        if (!site->left && !site->mention && !site->finding->is_bytes &&
            secret_equal(&site->finding->value, &mention->value))
            return site;
    }
    return NULL;
}

void migration_find_mentions(struct migration *m) {
    for (size_t i = 0; i < m->site_count; i++) {
        struct migration_site *site = &m->sites[i];
        if (!site->left || site->forced || !is_wanted(m, site->finding) || !code_of(m, site->finding))
            continue;
        site->mention = true;
        site->left = NULL;
    }
}

void migration_name_mentions(struct migration *m) {
    for (size_t i = 0; i < m->site_count; i++) {
        struct migration_site *site = &m->sites[i];
        const struct migration_site *code = site->mention && !site->left ? code_of(m, site->finding) : NULL;
        if (!site->mention || site->left)
            continue;
        site->left = code ? NULL : reason_alone;
        if (code) {
            site->name = code->name;
            site->stored_name = code->stored_name;
            site->own = code->own;
            site->fixed = code->fixed;
        }
    }
}

bool migration_leave_mentions(struct migration *m) {
    bool any = false;
    for (size_t i = 0; i < m->site_count; i++) {
        struct migration_site *site = &m->sites[i];
        if (site->mention && !site->left && !code_of(m, site->finding)) {
            site->left = reason_alone;
            any = true;
        }
    }
    return any;
}
