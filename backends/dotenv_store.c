/* dotenv_store.c: the .env file written: lock, presence, one atomic replacement. */
#include "backends/dotenv_store.h"

#include <stdlib.h>

#include "backends/dotenv_project.h"
#include "backends/value_tag.h"
#include "base/mem.h"
#include "base/system.h"

#define DOTENV_MODE 0600u

const char *dotenv_from_environment(void *ctx, const char *name) {
    (void)ctx;
    return system_getenv(name);
}

enum kl_status dotenv_ask_git(struct dotenv_vault *d, struct error *e) {
    if (d->git_known)
        return KL_OK;
    enum kl_status st = git_file_state(d->path, &d->git_state, e);
    if (st == KL_OK)
        st = git_directory(d->root, &d->arena, &d->git_folder, e);
    d->git_known = st == KL_OK;
    return st;
}

enum kl_status dotenv_read_file(const struct dotenv_vault *d, struct buf *out, struct error *e) {
    enum kl_status st = file_read(d->path, DOTENV_MAX_FILE_BYTES, out, e);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

enum kl_status dotenv_check_environment(const char *name, struct slice value, struct error *e) {
    const char *set = system_getenv(name);
    if (set && !slice_eq_cstr(value, set))
        return error_set(
            e, KL_ERR_REFUSED,
            "%s is set to another value in this environment, and load_dotenv() would leave it so; "
            "unset it, or choose another name",
            name);
    return KL_OK;
}

enum kl_status dotenv_refuse_tracked(struct dotenv_vault *d, struct error *e) {
    enum kl_status st = dotenv_ask_git(d, e);
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

/* Beside the journal's lock: in the git directory, or in .keylift. */
static enum kl_status lock(struct dotenv_vault *d, struct file_lock *l, struct error *e) {
    struct arena a = ARENA_INIT;
    enum kl_status st = dotenv_ask_git(d, e);
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
        st = dotenv_read_file(d, &now, e);
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

static enum kl_status check_presence(const struct dotenv_vault *d, struct slice bytes, const char *name,
                                     enum dotenv_presence presence, struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct slice ignored;
    enum kl_status st =
        dotenv_value(bytes, name, dotenv_from_environment, NULL, d->shown, &scratch, &ignored, e);
    arena_release(&scratch);
    if (st == KL_OK && presence == DOTENV_ABSENT)
        return error_set(e, KL_ERR_CONFLICT, "%s has a value for %s already", d->shown, name);
    /* A value that versions of python-dotenv read differently is there; dotenv_set judges it. */
    return st == (presence == DOTENV_ABSENT ? KL_ERR_NOT_FOUND : KL_ERR_CONFLICT) ? KL_OK : st;
}

/* The file's text on its way from what is there to what is written. */
struct edit {
    struct dotenv_vault *d;
    struct vault_put **puts; /* those that nothing speaks against yet */
    size_t count;
    enum dotenv_presence presence;
    struct buf text, next;
};

static void advance(struct edit *edit) {
    struct buf old = edit->text;
    edit->text = edit->next;
    edit->next = old;
}

static void edit_one(struct edit *edit, struct vault_put *p) {
    struct slice text = buf_as_slice(&edit->text);
    buf_clear(&edit->next);
    p->status = check_presence(edit->d, text, p->name, edit->presence, p->error);
    if (p->status == KL_OK)
        p->status = dotenv_set(text, p->name, secret_slice(p->value), edit->d->shown, &edit->next, p->error);
    if (p->status == KL_OK)
        advance(edit);
}

static bool edit_group(struct edit *edit, size_t from, size_t count) {
    struct dotenv_entry *entries = mem_calloc(count, sizeof *entries);
    for (size_t i = 0; i < count; i++)
        entries[i] =
            (struct dotenv_entry){edit->puts[from + i]->name, secret_slice(edit->puts[from + i]->value)};
    buf_clear(&edit->next);
    bool good = dotenv_append(buf_as_slice(&edit->text), entries, count, edit->d->shown, &edit->next);
    free(entries);
    if (good)
        advance(edit);
    return good;
}

/* Adding a name means to read the whole file again, so names are added together; where
 * one of them stands in the way, by halves, until it is alone and gets its own answer. */
static void edit_all(struct edit *edit) {
    size_t size = edit->count;
    for (size_t i = 0; i < edit->count; i += size, size *= 2) {
        if (size > edit->count - i)
            size = edit->count - i;
        while (size > 1 && (edit->presence != DOTENV_ABSENT || !edit_group(edit, i, size)))
            size /= 2;
        if (size == 1)
            edit_one(edit, edit->puts[i]);
    }
}

static enum kl_status locked_store(struct edit *edit, struct error *e) {
    struct dotenv_vault *d = edit->d;
    struct buf before = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct file_lock held = {.fd = -1};
    enum kl_status st = lock(d, &held, e);
    if (st != KL_OK)
        return st;
    st = dotenv_read_file(d, &before, e);
    if (st != KL_OK)
        goto done;
    buf_slice(&edit->text, buf_as_slice(&before));
    edit_all(edit);
    if (!slice_eq(buf_as_slice(&edit->text), buf_as_slice(&before)))
        st = write_text(d, &before, &edit->text, e);
done:
    file_lock_release(&held);
    buf_release(&before);
    return st;
}

void dotenv_store(struct dotenv_vault *d, struct vault_put *puts, size_t count,
                  enum dotenv_presence presence) {
    struct edit edit = {.d = d, .presence = presence, .puts = mem_calloc(count + 1, sizeof *edit.puts)};
    struct error e = {0};
    buf_init_secret(&edit.text, DOTENV_MAX_FILE_BYTES);
    buf_init_secret(&edit.next, DOTENV_MAX_FILE_BYTES);
    for (size_t i = 0; i < count; i++) {
        struct vault_put *p = &puts[i];
        struct slice value = secret_slice(p->value);
        p->status = dotenv_accepts(p->name, value, p->error);
        if (p->status == KL_OK)
            p->status = dotenv_check_environment(p->name, value, p->error);
        if (p->status == KL_OK)
            edit.puts[edit.count++] = p;
    }
    enum kl_status st = edit.count ? dotenv_refuse_tracked(d, &e) : KL_OK;
    if (st == KL_OK && edit.count)
        st = locked_store(&edit, &e);
    for (size_t i = 0; i < edit.count; i++) {
        struct vault_put *p = edit.puts[i];
        if (p->status == KL_OK && st != KL_OK) {
            p->status = st;
            *p->error = e;
        } else if (p->status == KL_OK && p->version) {
            value_tag(p->name, secret_slice(p->value), p->version);
        }
    }
    buf_release(&edit.next);
    buf_release(&edit.text);
    free(edit.puts);
}
