/* migration_environ.c: the list of names in the module that fills the environment. */
#include "cli/migration.h"

bool migration_environ_is_ours(struct migration *m, struct slice text) {
    struct environ_names names = {0};
    return rewrite_environ_names(text, m->access.module, &m->arena, &names);
}

static void add(struct environ_names *names, const char *name, bool is_bytes) {
    names->items[names->count++] = (struct environ_name){name, is_bytes};
}

static bool is_named(const struct environ_names *names, const char *name) {
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].name, name) == 0)
            return true;
    return false;
}

/* Those that are there already stay: other files need them. */
void migration_environ_text(struct migration *m, size_t index) {
    struct migration_module *module = &m->modules[index];
    struct environ_names there = {0}, names = {0};
    if (module->exists && !rewrite_environ_names(module->old, m->access.module, &m->arena, &there))
        there.count = 0;
    names.items =
        arena_calloc(&m->arena, there.count + m->site_count + m->read_count + 1, sizeof *names.items);
    for (size_t i = 0; i < there.count; i++)
        add(&names, there.items[i].name, there.items[i].is_bytes);
    for (size_t i = 0; i < m->file_count; i++) {
        const struct migration_file *f = &m->files[i];
        if (!f->uses_module || !f->module || f->module_index != index)
            continue;
        for (size_t s = 0; s < f->site_count; s++) {
            const struct migration_site *site = &m->sites[f->first_site + s];
            if (!site->left)
                add(&names, site->name, site->finding->is_bytes);
        }
        for (size_t r = 0; r < f->read_count; r++) {
            struct migration_read *read = &m->reads[f->first_read + r];
            if (!read->left)
                add(&names, read->read->name, false);
            /* The file imports the module, which did not know the name so far. */
            if (!read->left && !is_named(&there, read->read->name))
                read->done = false;
        }
    }
    module->text = rewrite_environ_module(&m->arena, m->access.module, &names);
    if (!module->exists)
        return;
    module->exists = slice_eq_cstr(module->old, module->text);
    if (!module->exists) {
        module->what = "gains names";
        module->undo = migration_undo_of_change(module->old, slice_cstr(module->text));
    }
}
