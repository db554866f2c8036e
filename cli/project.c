/* project.c: see project.h. */
#include "cli/project.h"

#include "base/file.h"
#include "base/git.h"
#include "base/gitblob.h"
#include "base/json.h"
#include "base/toml.h"

static const char *const MARKERS[] = {
    "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "manage.py", "tox.ini", ".git",
};

static bool is_marked(const char *folder, struct arena *a) {
    for (size_t i = 0; i < KL_ARRAY_LEN(MARKERS); i++) {
        struct file_info info;
        struct error ignored = {0};
        if (file_stat(path_join(a, folder, MARKERS[i]), &info, &ignored) == KL_OK &&
            info.kind != FILE_MISSING)
            return true;
    }
    return false;
}

/* A pyproject.toml that does not parse is the configuration's error to report;
 * here the folder's name serves. */
static const char *declared_name(const char *root, struct arena *a) {
    cJSON *toml = NULL;
    struct error ignored = {0};
    const char *name = NULL;
    if (toml_read_file(path_join(a, root, "pyproject.toml"), &toml, &ignored) == KL_OK) {
        const char *found = json_string(json_get(toml, "project"), "name");
        if (found && *found)
            name = arena_cstr(a, slice_cstr(found));
        cJSON_Delete(toml);
    }
    return name;
}

enum kl_status project_find(struct project *p, const char *path, struct arena *arena, struct error *e) {
    struct file_info info;
    enum kl_status s = file_stat(path, &info, e);
    if (s != KL_OK)
        return s;
    const char *start = info.kind == FILE_FOLDER ? path : path_dirname(arena, path);
    const char *folder = path_real(arena, start);
    if (!folder)
        return error_set(e, KL_ERR_NOT_FOUND, "%s: there is no such file or folder", path);
    p->git_top = git_top_folder(folder, arena);
    p->root = folder;
    if (p->git_top) {
        while (!is_marked(folder, arena) && strcmp(folder, p->git_top) != 0 && strcmp(folder, "/") != 0)
            folder = path_dirname(arena, folder);
        p->root = folder;
    }
    p->name = declared_name(p->root, arena);
    if (!p->name)
        p->name = path_basename(p->root);
    return KL_OK;
}

bool project_is_ignored(const struct project *p) {
    enum git_file_state state = GIT_UNTRACKED;
    struct error unknown = {0};
    return p->git_top && strcmp(p->git_top, p->root) != 0 &&
           git_file_state(p->root, &state, &unknown) == KL_OK && state == GIT_IGNORED;
}

const char *project_git_path(const struct project *p, const char *path, struct arena *arena) {
    if (!p->git_top)
        return NULL;
    const char *relative = path_relative(arena, path, p->git_top);
    return strncmp(relative, "..", 2) == 0 ? NULL : relative;
}

const char *project_reported_path(const struct project *p, const char *here, const char *path,
                                  struct arena *arena) {
    const char *whole = path[0] == '/' ? path : path_join(arena, here, path);
    return project_git_path(p, path_normalize(arena, whole), arena);
}
