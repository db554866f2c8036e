/* migration_packages.c: the packages that the rewritten code needs, in the files that
 * list the project's packages. Where such a file is not clear, the line is shown for a
 * person to add. */
#include "cli/migration.h"

#include "base/gitblob.h"
#include "rewriters/apply.h"

static bool any_file_changes(const struct migration *m) {
    for (size_t i = 0; i < m->file_count; i++)
        if (m->files[i].changes)
            return true;
    return false;
}

void migration_find_packages(struct migration *m) {
    const char **sources = arena_calloc(&m->arena, m->file_count + 1, sizeof *sources);
    size_t count = 0;
    for (size_t i = 0; i < m->file_count; i++)
        if (m->files[i].changes)
            sources[count++] = m->files[i].real;
    if (m->access.packages && m->access.packages->name)
        dependencies_find(&m->dependencies, m->repository ? m->repository : m->project.root,
                          m->access.packages, sources, count);
}

size_t migration_package_files(struct migration *m, struct apply_file *files) {
    size_t count = 0;
    if (!m->rewrites || !any_file_changes(m))
        return 0;
    for (size_t i = 0; i < m->dependencies.file_count; i++) {
        const struct dependency_file *f = &m->dependencies.files[i];
        if (!f->left)
            files[count++] = (struct apply_file){.path = f->path,
                                                 .old_bytes = buf_as_slice(&f->bytes),
                                                 .new_bytes = f->output.bytes,
                                                 .undo = f->undo};
    }
    return count;
}

void migration_packages_written(struct migration *m, const struct apply_file *files, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < m->dependencies.file_count; k++)
            if (m->dependencies.files[k].path == files[i].path)
                m->dependencies.files[k].written = files[i].written;
}

/* The same packages in the index's version, so that other edits of the file stay
 * unstaged. A file that git does not track, or whose index version is not clear, is
 * left as it is: a commit does not gain a file that was not in it. */
static enum kl_status stage_one(struct migration *m, const struct dependency_file *f, struct error *e) {
    struct git_blob blob = {.path = project_git_path(&m->project, f->path, &m->arena)};
    struct manifest_output output;
    if (!blob.path)
        return KL_OK;
    enum kl_status s = git_index_blobs(m->project.git_top, &blob, 1, KL_MAX_REWRITE_BYTES, e);
    if (s == KL_OK && blob.found) {
        manifest_add(f->kind, buf_as_slice(&blob.bytes), f->missing, f->missing_count, &m->arena, &output);
        if (!output.left)
            s = staging_add(&m->staging, m->project.git_top, blob.path, output.bytes, e);
    }
    git_blobs_release(&blob, 1);
    return s;
}

enum kl_status migration_stage_packages(struct migration *m, struct error *e) {
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < m->dependencies.file_count && s == KL_OK; i++)
        if (!m->dependencies.files[i].left)
            s = stage_one(m, &m->dependencies.files[i], e);
    return s;
}

/* "boto3>=1.28, hvac>=2.4.0" */
static void show_missing(struct output *o, const struct dependency_file *f) {
    for (size_t i = 0; i < f->missing_count; i++)
        out_text(o, "%s%s", i > 0 ? ", " : "", f->missing[i]);
}

static void show_lock(struct output *o, const struct migration *m, const struct dependency_lock *l) {
    out_path(o, MARK_BOLD, migration_from_here(m, l->path));
    if (l->command)
        out_text(o, " is out of date then: `%s` makes it anew\n", l->command);
    else
        out_text(o, " is out of date then: make it anew\n");
}

static void show_left(struct output *o, const struct migration *m, const struct dependency_file *f) {
    out_path(o, MARK_BOLD, migration_from_here(m, f->path));
    out_text(o, ": add ");
    show_missing(o, f);
    out_text(o, " by hand (%s)\n", f->left);
}

static void show_unknown(struct output *o, const struct migration *m, const char *begin) {
    for (const struct python_package *p = m->access.packages; p && p->name && m->dependencies.unknown; p++)
        out_text(o, "%sThe program now needs %s: add it to the requirements.\n", begin, p->requirement);
}

void migration_show_packages(const struct migration *m) {
    const struct dependencies *d = &m->dependencies;
    struct output *o = &m->cli->out;
    if (d->file_count == 0)
        return;
    out_mark(o, MARK_BOLD, "\nPackages\n");
    for (size_t i = 0; i < d->file_count; i++) {
        out_text(o, "  ");
        if (d->files[i].left) {
            show_left(o, m, &d->files[i]);
            continue;
        }
        out_path(o, MARK_BOLD, migration_from_here(m, d->files[i].path));
        out_text(o, " gains ");
        show_missing(o, &d->files[i]);
        out_text(o, "\n");
    }
    for (size_t i = 0; i < d->lock_count; i++) {
        out_text(o, "  ");
        show_lock(o, m, &d->locks[i]);
    }
}

void migration_show_packages_written(const struct migration *m) {
    struct output *o = &m->cli->out;
    for (size_t i = 0; i < m->dependencies.file_count; i++) {
        if (!m->dependencies.files[i].written)
            continue;
        out_path(o, MARK_NONE, migration_from_here(m, m->dependencies.files[i].path));
        out_text(o, " gained ");
        show_missing(o, &m->dependencies.files[i]);
        out_text(o, "\n");
    }
}

void migration_show_packages_due(const struct migration *m) {
    const struct dependencies *d = &m->dependencies;
    struct output *o = &m->cli->out;
    for (size_t i = 0; i < d->file_count; i++) {
        if (d->files[i].left) {
            out_text(o, "  - ");
            show_left(o, m, &d->files[i]);
        }
    }
    for (size_t i = 0; i < d->lock_count && any_file_changes(m); i++) {
        out_text(o, "  - ");
        show_lock(o, m, &d->locks[i]);
    }
    show_unknown(o, m, "  - ");
}

cJSON *migration_packages_json(const struct migration *m) {
    const struct dependencies *d = &m->dependencies;
    cJSON *o = cJSON_CreateObject();
    cJSON *needed = cJSON_AddArrayToObject(o, "needed"), *files = cJSON_AddArrayToObject(o, "files"),
          *stale = cJSON_AddArrayToObject(o, "stale");
    for (const struct python_package *p = m->access.packages; m->rewrites && p && p->name; p++)
        cJSON_AddItemToArray(needed, cJSON_CreateString(p->requirement));
    for (size_t i = 0; i < d->file_count; i++) {
        cJSON *file = cJSON_CreateObject(), *packages;
        json_add_slice(file, "path", slice_cstr(migration_from_here(m, d->files[i].path)));
        packages = cJSON_AddArrayToObject(file, "packages");
        for (size_t k = 0; k < d->files[i].missing_count; k++)
            cJSON_AddItemToArray(packages, cJSON_CreateString(d->files[i].missing[k]));
        json_add_string(file, "reason", d->files[i].left);
        cJSON_AddItemToArray(files, file);
    }
    for (size_t i = 0; i < d->lock_count; i++) {
        cJSON *lock = cJSON_CreateObject();
        json_add_slice(lock, "path", slice_cstr(migration_from_here(m, d->locks[i].path)));
        json_add_string(lock, "command", d->locks[i].command);
        cJSON_AddItemToArray(stale, lock);
    }
    return o;
}
