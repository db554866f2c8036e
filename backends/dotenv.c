/* The .env vault: a file beside the program, which load_dotenv() reads into the
 * environment. It keeps no earlier value, so its versions are tags (value_tag.h). */
#include "backends/dotenv_file.h"
#include "backends/dotenv_project.h"
#include "backends/dotenv_store.h"
#include "backends/value_tag.h"
#include "backends/vault.h"
#include "backends/vault_kinds.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"

#define DOTENV_OTHERS_MAY_READ 0044u

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
    buf_init_secret(&d->last_bytes, DOTENV_MAX_FILE_BYTES);
    *out = &d->vault;
    return KL_OK;
}

static void dotenv_close(struct vault *v) {
    struct dotenv_vault *d = (struct dotenv_vault *)v;
    buf_release(&d->last_bytes);
    arena_release(&d->last_arena);
    arena_release(&d->arena);
    free(d);
}

static struct dotenv_vault *self(struct vault *v) {
    return (struct dotenv_vault *)v;
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
    st = dotenv_read_file(d, &bytes, e);
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
        st = dotenv_ask_git(self(v), e);
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

static enum kl_status dotenv_vault_accepts(struct vault *v, const char *name, const struct secret *secret,
                                           struct error *e) {
    struct slice value = secret_slice(secret);
    enum kl_status st = dotenv_accepts(name, value, e);
    if (st == KL_OK)
        st = dotenv_check_environment(name, value, e);
    return st == KL_OK ? dotenv_refuse_tracked(self(v), e) : st;
}

/* What load_dotenv() makes of the file as it is now. The file is read each time; only
 * bytes that are the same as the last time are not parsed again, since a run asks for
 * thousands of names. */
static enum kl_status read_now(struct dotenv_vault *d, struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    enum kl_status st = dotenv_read_file(d, &bytes, e);
    if (st != KL_OK || (d->last_known && slice_eq(buf_as_slice(&bytes), buf_as_slice(&d->last_bytes))))
        goto done;
    arena_release(&d->last_arena);
    buf_clear(&d->last_bytes);
    buf_slice(&d->last_bytes, buf_as_slice(&bytes));
    st = dotenv_read(buf_as_slice(&d->last_bytes), dotenv_from_environment, NULL, d->shown, &d->last_arena,
                     &d->last, e);
    d->last_known = st == KL_OK;
done:
    buf_release(&bytes);
    return st;
}

/* Without a version: what os.environ[name] is after load_dotenv(). With one:
 * what the file says, if it is still that version. */
static enum kl_status dotenv_get(struct vault *v, const char *name, const char *version, struct secret *out,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct dotenv_vault *d = self(v);
    struct slice value;
    char tag[VALUE_TAG_BYTES];
    enum kl_status st = read_now(d, e);
    if (st == KL_OK)
        st = dotenv_reading_value(&d->last, name, d->shown, &value, e);
    if (st != KL_OK)
        return st;
    const char *set = version ? NULL : system_getenv(name);
    if (set)
        value = slice_cstr(set);
    value_tag(name, value, tag);
    if (version && strcmp(version, tag) != 0)
        return error_set(e, KL_ERR_CONFLICT, "%s in %s has changed since keylift wrote it", name, d->shown);
    if (version_out)
        memcpy(version_out, tag, sizeof tag);
    secret_set(out, value);
    return KL_OK;
}

static enum kl_status dotenv_put(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct vault_put put = {.name = name, .value = value, .version = version_out, .error = e};
    dotenv_store(self(v), &put, 1, DOTENV_ABSENT);
    return put.status;
}

static void dotenv_put_many(struct vault *v, struct vault_put *puts, size_t count) {
    dotenv_store(self(v), puts, count, DOTENV_ABSENT);
}

static enum kl_status dotenv_add_version(struct vault *v, const char *name, const struct secret *value,
                                         char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct vault_put put = {.name = name, .value = value, .version = version_out, .error = e};
    dotenv_store(self(v), &put, 1, DOTENV_PRESENT);
    return put.status;
}

static enum kl_status dotenv_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                                  struct error *e) {
    struct dotenv_vault *d = self(v);
    struct buf bytes = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct arena scratch = ARENA_INIT;
    struct dotenv_file f;
    enum kl_status st = dotenv_read_file(d, &bytes, e);
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
    .put_many = dotenv_put_many,
    .add_version = dotenv_add_version,
    .list = dotenv_list,
    .check = dotenv_identity,
    .close = dotenv_close,
};
