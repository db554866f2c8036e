/* undotool JOURNAL ROOT DOTENV OUT: the old bytes of every file that a run
 * rewrote, from its journal and the values of the .env. The n-th goes to
 * OUT/n, and its path to standard output; "-" stands for a file that the run
 * created. For tests/e2e/test_undo.py. */
#include <stdio.h>

#include "backends/vault.h"
#include "base/encode.h"
#include "base/file.h"
#include "rewriters/journal.h"
#include "rewriters/undo.h"

static enum kl_status value_of(void *ctx, const char *name, bool binary, struct secret *out,
                               struct error *e) {
    struct vault *v = ctx;
    enum kl_status st = v->kind->get(v, name, NULL, out, NULL, e);
    if (st == KL_OK && binary) {
        struct buf bytes = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES);
        if (decode_base64(secret_slice(out), &bytes))
            secret_set(out, buf_as_slice(&bytes));
        else
            st = error_set(e, KL_ERR_PARSE, "%s is not base64", name);
        buf_release(&bytes);
    }
    return st;
}

static enum kl_status undo_one(const cJSON *file, struct vault *v, const char *to, struct arena *a,
                               struct error *e) {
    struct buf now = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES), old = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    const char *path = journal_get_path(file, "path", a);
    enum kl_status st = file_read(path, KL_MAX_REWRITE_BYTES, &now, e);
    if (st == KL_OK)
        st = undo_file(file, buf_as_slice(&now), value_of, v, &old, e);
    if (st == KL_OK)
        st = file_write_atomic(to, buf_as_slice(&old), 0600, e);
    if (st == KL_OK)
        puts(path);
    if (st == KL_ERR_NOT_FOUND)
        puts("-");
    buf_release(&now);
    buf_release(&old);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

int main(int argc, char **argv) {
    struct arena a = ARENA_INIT;
    struct journal_log log = {0};
    struct vault *v = NULL;
    struct error e = {0};
    const cJSON *record, *file;
    unsigned n = 0;
    if (argc != 5)
        return 2;
    const struct vault_options o = {.root = argv[2], .dotenv_file = argv[3]};
    const struct vault_kind *kind = vault_kind_find("dotenv");
    enum kl_status st = kind->open(&o, &v, &e);
    if (st == KL_OK)
        st = journal_load(argv[1], &log, &e);
    cJSON_ArrayForEach(record, log.records) {
        bool prepared = strcmp(json_string(record, "step"), "prepare") == 0;
        cJSON_ArrayForEach(file, json_get(record, "files")) {
            if (st == KL_OK && prepared)
                st = undo_one(file, v, arena_printf(&a, "%s/%u", argv[4], n++), &a, &e);
        }
    }
    if (st != KL_OK)
        fprintf(stderr, "%s\n", e.message);
    journal_log_release(&log);
    if (v)
        kind->close(v);
    arena_release(&a);
    return st == KL_OK ? 0 : 1;
}
