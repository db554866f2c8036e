/* The .env vault: a file beside the program, which load_dotenv() reads into the
 * environment. It keeps no earlier value, so its versions are tags (value_tag.h). */
#include "backends/dotenv_file.h"
#include "backends/dotenv_project.h"
#include "backends/value_tag.h"
#include "backends/vault.h"
#include "backends/vault_kinds.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/git.h"
#include "base/mem.h"
#include "base/system.h"

#define DOTENV_MODE 0600u
#define DOTENV_OTHERS_MAY_READ 0044u

struct dotenv_vault {
    struct vault vault;
    struct arena arena;
    const char *root, *path, *shown; /* `shown`: as the user named it */
    /* What git says is asked once: a run may put thousands of names. */
    bool git_known;
    enum git_file_state git_state;
    char *git_folder; /* NULL without a repository */
};

static const struct python_package packages[] = {{"python-dotenv", "python-dotenv>=1.0.1"}, {NULL, NULL}};
/* `base64` is for read_bytes: what a rewriter needs is what its expression names. */
static const struct python_import imports[] = {{"os", NULL}, {"dotenv", "load_dotenv"}, {NULL, NULL}};
static const struct python_access access_data = {
    .vault = "dotenv",
    .packages = packages,
    .imports = imports,
    .read_text = "os.environ[{name}]",
    .read_bytes = "base64.b64decode(os.environ[{name}])",
    .missing_error = "KeyError",
    .client = NULL,
    .text_only = true,
    .needs_loading = true,
};

static enum kl_status dotenv_open(const struct vault_options *o, struct vault **out, struct error *e) {
    const char *file = o->dotenv_file ? o->dotenv_file : ".env";
    if (!o->root || !file[0] || file[strlen(file) - 1] == '/')
        return error_set(e, KL_ERR_USAGE, "--dotenv-file %s: not the name of a file", file);
    struct dotenv_vault *d = mem_calloc(1, sizeof *d);
    d->root = arena_cstr(&d->arena, slice_cstr(o->root));
    d->shown = arena_cstr(&d->arena, slice_cstr(file));
    d->path = dotenv_path(&d->arena, d->root, file);
    d->vault.kind = &vault_kind_dotenv;
    *out = &d->vault;
    return KL_OK;
}

static void dotenv_close(struct vault *v) {
    struct dotenv_vault *d = (struct dotenv_vault *)v;
    arena_release(&d->arena);
    free(d);
}

static struct dotenv_vault *self(struct vault *v) {
    return (struct dotenv_vault *)v;
}

static const char *from_environment(void *ctx, const char *name) {
    (void)ctx;
    return system_getenv(name);
}

static enum kl_status ask_git(struct dotenv_vault *d, struct error *e) {
    if (d->git_known)
        return KL_OK;
    enum kl_status st = git_file_state(d->path, &d->git_state, e);
    if (st == KL_OK)
        st = git_directory(d->root, &d->arena, &d->git_folder, e);
    d->git_known = st == KL_OK;
    return st;
}

/* A missing file reads as an empty one. */
static enum kl_status read_file(const struct dotenv_vault *d, struct buf *out, struct error *e) {
    enum kl_status st = file_read(d->path, DOTENV_MAX_FILE_BYTES, out, e);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

static void count_names(const struct dotenv_file *f, size_t *names, size_t *errors) {
    *names = *errors = 0;
    for (size_t i = 0; i < f->count; i++) {
        *names += f->bindings[i].key.ptr != NULL;
        *errors += f->bindings[i].error;
    }
}

static enum kl_status describe_file(const struct dotenv_vault *d, struct arena *a, struct vault_identity *out,
                                    size_t *line, struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct arena scratch = ARENA_INIT;
    struct file_info info;
    struct dotenv_file f;
    size_t names, errors;
    enum kl_status st = file_stat(d->path, &info, e);
    if (st == KL_OK && info.kind == FILE_MISSING)
        out->lines[(*line)++] =
            arena_printf(a, "file: %s (new, only its owner will be able to read it)", d->path);
    if (st != KL_OK || info.kind == FILE_MISSING)
        goto done;
    st = read_file(d, &bytes, e);
    if (st == KL_OK)
        st = dotenv_parse(buf_as_slice(&bytes), DOTENV_STRICT, d->path, &scratch, &f, e);
    if (st != KL_OK)
        goto done;
    count_names(&f, &names, &errors);
    out->lines[(*line)++] =
        arena_printf(a, "file: %s (exists, %zu name%s)", d->path, names, names == 1 ? "" : "s");
    if (errors)
        out->lines[(*line)++] =
            arena_printf(a, "warning: python-dotenv cannot read %zu of its lines", errors);
    if (info.mode & DOTENV_OTHERS_MAY_READ)
        out->lines[(*line)++] =
            arena_printf(a, "warning: other users of this machine may read it (mode %04o); run: chmod 600 %s",
                         (unsigned)info.mode, d->path);
done:
    arena_release(&scratch);
    buf_release(&bytes);
    return st;
}

static enum kl_status dotenv_identity(struct vault *v, struct arena *a, struct vault_identity *out,
                                      struct error *e) {
    static const char *const git_lines[] = {
        [GIT_NO_REPOSITORY] = "git: not in a repository",
        [GIT_TRACKED] = "git: TRACKED; keylift will not write secrets into it",
        [GIT_IGNORED] = "git: ignored",
        [GIT_UNTRACKED] = "git: not ignored yet; .gitignore gains it",
    };
    size_t line = 0;
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = describe_file(self(v), a, out, &line, e);
    if (st == KL_OK)
        st = ask_git(self(v), e);
    if (st == KL_OK)
        out->lines[line++] = git_lines[self(v)->git_state];
    if (st == KL_OK && system_getenv("PYTHON_DOTENV_DISABLED"))
        out->lines[line++] =
            "warning: PYTHON_DOTENV_DISABLED is set here; with it, python-dotenv loads no file";
    return st;
}

static enum kl_status dotenv_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                                      struct error *e) {
    (void)v;
    enum kl_status st = dotenv_accepts_name(name, e);
    if (st == KL_OK)
        *out = arena_cstr(a, slice_cstr(name));
    return st;
}

/* load_dotenv() leaves a name alone that the environment has already. */
static enum kl_status check_environment(const char *name, struct slice value, struct error *e) {
    const char *set = system_getenv(name);
    if (set && !slice_eq_cstr(value, set))
        return error_set(
            e, KL_ERR_REFUSED,
            "%s is set to another value in this environment, and load_dotenv() would leave it so; "
            "unset it, or choose another name",
            name);
    return KL_OK;
}

static enum kl_status refuse_tracked(struct dotenv_vault *d, struct error *e) {
    enum kl_status st = ask_git(d, e);
    if (st == KL_OK && d->git_state == GIT_TRACKED) {
        const char *real = path_real(&d->arena, d->path); /* git tracks what a link leads to */
        const char *tracked = real ? path_relative(&d->arena, real, d->root) : d->shown;
        st = error_set(e, KL_ERR_REFUSED,
                       "git tracks %s, so a secret in it would be committed; "
                       "run: git rm --cached %s (or choose another file with --dotenv-file)",
                       tracked, tracked);
    }
    return st;
}

static enum kl_status dotenv_vault_accepts(struct vault *v, const char *name, const struct secret *secret,
                                           struct error *e) {
    struct slice value = secret_slice(secret);
    enum kl_status st = dotenv_accepts(name, value, e);
    if (st == KL_OK)
        st = check_environment(name, value, e);
    return st == KL_OK ? refuse_tracked(self(v), e) : st;
}

/* Without a version: what os.environ[name] is after load_dotenv(). With one:
 * what the file says, if it is still that version. */
static enum kl_status dotenv_get(struct vault *v, const char *name, const char *version, struct secret *out,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct dotenv_vault *d = self(v);
    struct buf bytes = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct arena scratch = ARENA_INIT;
    struct slice value;
    char tag[VALUE_TAG_BYTES];
    enum kl_status st = read_file(d, &bytes, e);
    if (st == KL_OK)
        st = dotenv_value(buf_as_slice(&bytes), name, from_environment, NULL, d->shown, &scratch, &value, e);
    if (st != KL_OK)
        goto done;
    const char *set = version ? NULL : system_getenv(name);
    if (set)
        value = slice_cstr(set);
    value_tag(name, value, tag);
    if (version && strcmp(version, tag) != 0) {
        st = error_set(e, KL_ERR_CONFLICT, "%s in %s has changed since keylift wrote it", name, d->shown);
        goto done;
    }
    if (version_out)
        memcpy(version_out, tag, sizeof tag);
    secret_set(out, value);
done:
    arena_release(&scratch);
    buf_release(&bytes);
    return st;
}

/* Beside the journal's lock: in the git directory, or in .keylift. */
static enum kl_status lock(struct dotenv_vault *d, struct file_lock *l, struct error *e) {
    struct arena a = ARENA_INIT;
    enum kl_status st = ask_git(d, e);
    const char *folder =
        d->git_folder ? path_join(&a, d->git_folder, "keylift") : path_join(&a, d->root, ".keylift");
    if (st == KL_OK)
        st = file_make_folder(folder, 0700, e);
    if (st == KL_OK)
        st = file_lock_take(l, path_join(&a, folder, "dotenv.lock"), e);
    arena_release(&a);
    return st;
}

static enum kl_status write_text(const struct dotenv_vault *d, const struct buf *before,
                                 const struct buf *after, struct error *e) {
    const struct file_replace_options opts = {.temp_tag = DOTENV_TEMP_TAG, .mode_if_new = DOTENV_MODE};
    struct arena scratch = ARENA_INIT;
    struct buf now = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct file_replacement r = {0};
    /* We hold the lock: a file of that name is what a killed run left. */
    enum kl_status st = file_remove(dotenv_temp_path(&scratch, d->path), e);
    if (st == KL_OK)
        st = file_replace_prepare(&r, d->path, buf_as_slice(after), &opts, e);
    if (st == KL_OK)
        st = read_file(d, &now, e);
    /* An editor knows nothing of our lock. */
    if (st == KL_OK && !slice_eq(buf_as_slice(&now), buf_as_slice(before)))
        st = error_set(e, KL_ERR_CONFLICT, "%s was changed by another program just now; run keylift again",
                       d->shown);
    if (st == KL_OK)
        st = file_replace_commit(&r, e);
    if (st != KL_OK)
        file_replace_abort(&r);
    buf_release(&now);
    arena_release(&scratch);
    return st;
}

static enum kl_status check_presence(const struct dotenv_vault *d, const struct buf *bytes, const char *name,
                                     bool absent, struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct slice ignored;
    enum kl_status st =
        dotenv_value(buf_as_slice(bytes), name, from_environment, NULL, d->shown, &scratch, &ignored, e);
    arena_release(&scratch);
    if (st == KL_OK && absent)
        return error_set(e, KL_ERR_CONFLICT, "%s has a value for %s already", d->shown, name);
    /* A value that versions of python-dotenv read differently is there; dotenv_set judges it. */
    return st == (absent ? KL_ERR_NOT_FOUND : KL_ERR_CONFLICT) ? KL_OK : st;
}

static enum kl_status store(struct dotenv_vault *d, const char *name, const struct secret *value, bool absent,
                            char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct buf before = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES),
               after = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct file_lock held = {.fd = -1};
    bool locked = false;
    enum kl_status st = check_environment(name, secret_slice(value), e);
    if (st == KL_OK)
        st = refuse_tracked(d, e);
    if (st == KL_OK)
        st = lock(d, &held, e);
    if (st != KL_OK)
        goto done;
    locked = true;
    st = read_file(d, &before, e);
    if (st == KL_OK)
        st = check_presence(d, &before, name, absent, e);
    if (st == KL_OK)
        st = dotenv_set(buf_as_slice(&before), name, secret_slice(value), d->shown, &after, e);
    if (st == KL_OK)
        st = write_text(d, &before, &after, e);
    if (st == KL_OK && version_out)
        value_tag(name, secret_slice(value), version_out);
done:
    if (locked)
        file_lock_release(&held);
    buf_release(&after);
    buf_release(&before);
    return st;
}

static enum kl_status dotenv_put(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(self(v), name, value, true, version_out, e);
}

static enum kl_status dotenv_add_version(struct vault *v, const char *name, const struct secret *value,
                                         char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(self(v), name, value, false, version_out, e);
}

static enum kl_status dotenv_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                                  struct error *e) {
    struct dotenv_vault *d = self(v);
    struct buf bytes = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct arena scratch = ARENA_INIT;
    struct dotenv_file f;
    enum kl_status st = read_file(d, &bytes, e);
    if (st == KL_OK)
        st = dotenv_parse(buf_as_slice(&bytes), DOTENV_STRICT, d->shown, &scratch, &f, e);
    for (size_t i = 0; st == KL_OK && i < f.count; i++) {
        const struct dotenv_binding *b = &f.bindings[i];
        if (!b->key.ptr || !b->has_value)
            continue;
        const char *name = arena_cstr(&scratch, b->key);
        if (strlen(name) == b->key.len && dotenv_find(&f, name) == b) /* the last one of its name */
            fn(ctx, name);
    }
    arena_release(&scratch);
    buf_release(&bytes);
    return st;
}

static const char *const aliases[] = {".env", "python-dotenv", NULL};

const struct vault_kind vault_kind_dotenv = {
    .id = "dotenv",
    .aliases = aliases,
    .title = ".env file (python-dotenv)",
    .access = &access_data,
    .stores = true,
    .ephemeral = false,
    .keeps_versions = false,
    .names_are_variables = true,
    .open = dotenv_open,
    .identity = dotenv_identity,
    .map_name = dotenv_map_name,
    .accepts = dotenv_vault_accepts,
    .get = dotenv_get,
    .put_if_absent = dotenv_put,
    .add_version = dotenv_add_version,
    .list = dotenv_list,
    .check = dotenv_identity,
    .close = dotenv_close,
};
