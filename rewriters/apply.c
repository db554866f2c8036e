#include "rewriters/apply.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

/* Whether a file still is what was read. For a file to create: not there. */
static enum kl_status check_unchanged(struct apply_file *f) {
    struct buf now = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    struct file_info info;
    enum kl_status st;
    if (f->create) {
        st = file_lstat(f->path, &info, &f->error);
        if (st == KL_OK && info.kind != FILE_MISSING)
            st = error_set(&f->error, KL_ERR_CONFLICT, "%s is there already", f->path);
    } else {
        st = file_read(f->path, KL_MAX_REWRITE_BYTES, &now, &f->error);
        if (st == KL_ERR_NOT_FOUND || st == KL_ERR_LIMIT ||
            (st == KL_OK && !slice_eq(buf_as_slice(&now), f->old_bytes)))
            st = error_set(&f->error, KL_ERR_CONFLICT, "%s has changed since it was read; run keylift again",
                           f->path);
    }
    buf_release(&now);
    return st;
}

/* Of the old bytes only 16 bits: they hold the secrets that leave the source,
 * and a full hash, beside the new file, would confirm a guess of a weak one. */
static void add_old_tag(cJSON *o, struct slice bytes) {
    char hex[65];
    sha256_hex(bytes, hex);
    hex[4] = '\0';
    json_add_string(o, "old_tag", hex);
    mem_wipe(hex, sizeof hex);
    json_add_count(o, "old_bytes", bytes.len);
}

static cJSON *describe(const struct apply_file *f, const char *temp) {
    char hex[65];
    cJSON *o = cJSON_CreateObject();
    journal_add_path(o, "path", f->path);
    journal_add_path(o, "temp", temp);
    cJSON_AddBoolToObject(o, "create", f->create);
    if (!f->create)
        add_old_tag(o, f->old_bytes);
    if (f->undo)
        cJSON_AddItemToObject(o, "undo", cJSON_Duplicate(f->undo, true));
    if (!f->new_is_secret) {
        sha256_hex(f->new_bytes, hex);
        json_add_string(o, "new_sha256", hex);
    }
    return o;
}

/* Names each temporary file before there is one. */
static enum kl_status announce(struct journal *j, struct apply_file *files, size_t count, struct error *e) {
    struct arena a = ARENA_INIT;
    cJSON *record = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(record, "files");
    enum kl_status st = KL_OK;
    for (size_t i = 0; i < count; i++) {
        const char *temp = file_replace_temp_path(&a, files[i].path, j->run_id);
        if (!temp) {
            st = error_set(e, KL_ERR_IO, "%s: its folder is gone", files[i].path);
            break;
        }
        cJSON_AddItemToArray(list, describe(&files[i], temp));
    }
    if (st == KL_OK)
        st = journal_record(j, "prepare", record, e);
    else
        cJSON_Delete(record);
    arena_release(&a);
    return st;
}

static enum kl_status prepare_all(const struct journal *j, struct apply_file *files, size_t count,
                                  struct file_replacement *made, struct error *e) {
    for (size_t i = 0; i < count; i++) {
        const struct file_replace_options opts = {.temp_tag = j->run_id, .must_be_new = files[i].create};
        enum kl_status st =
            file_replace_prepare(&made[i], files[i].path, files[i].new_bytes, &opts, &files[i].error);
        if (st != KL_OK) {
            *e = files[i].error;
            return st;
        }
    }
    return KL_OK;
}

static enum kl_status check_all(struct apply_file *files, size_t count, struct error *e) {
    enum kl_status first = KL_OK;
    for (size_t i = 0; i < count; i++) {
        enum kl_status st = check_unchanged(&files[i]);
        if (st != KL_OK && first == KL_OK) {
            first = st;
            *e = files[i].error;
        }
    }
    return first;
}

/* New files first: a rewritten source may import one of them. */
static enum kl_status commit_all(struct apply_file *files, size_t count, struct file_replacement *made,
                                 struct error *e) {
    for (int create = 1; create >= 0; create--) {
        for (size_t i = 0; i < count; i++) {
            if (files[i].create != (create == 1))
                continue;
            enum kl_status st = file_replace_commit(&made[i], &files[i].error);
            files[i].written = made[i].replaced;
            if (st != KL_OK) {
                *e = files[i].error;
                return st;
            }
        }
    }
    return KL_OK;
}

enum kl_status apply_files(struct journal *j, struct apply_file *files, size_t count, struct error *e) {
    struct file_replacement *made = mem_calloc(count, sizeof *made);
    bool announced = false;
    for (size_t i = 0; i < count; i++) {
        files[i].written = false;
        files[i].error = (struct error){0};
    }
    enum kl_status st = check_all(files, count, e);
    if (st == KL_OK)
        st = announce(j, files, count, e);
    if (st != KL_OK)
        goto done;
    announced = true;
    st = prepare_all(j, files, count, made, e);
    /* Again, as late as can be: an editor may have saved in between. */
    if (st == KL_OK)
        st = check_all(files, count, e);
    if (st == KL_OK)
        st = journal_record(j, "commit", cJSON_CreateObject(), e);
    if (st == KL_OK)
        st = commit_all(files, count, made, e);
done:
    for (size_t i = 0; i < count; i++)
        file_replace_abort(&made[i]);
    free(made);
    if (announced) {
        struct error late = {0};
        enum kl_status recorded = journal_record(j, st == KL_OK ? "applied" : "stopped", cJSON_CreateObject(),
                                                 st == KL_OK ? e : &late);
        if (st == KL_OK)
            st = recorded;
    }
    return st;
}
