/* migration_upload.c: the vault's half of migration_run: puts, read-backs, and the
 * journal's lines around them. */
#include "cli/migration.h"
#include "cli/run_log.h"
#include "rewriters/journal.h"

#define READ_BACK_DEADLINE_MS 30000u

struct upload_call {
    struct migration *m;
    struct journal *j;
};

static enum kl_status record_put(void *ctx, const char *step, const struct upload_item *item,
                                 struct error *e) {
    cJSON *record = cJSON_CreateObject();
    json_add_string(record, "name", item->name);
    json_add_string(record, "stored_name", item->stored_name);
    json_add_string(record, "version", item->version);
    json_add_string(record, "state", upload_state_name(item->state));
    return journal_record(((struct upload_call *)ctx)->j, step, record, e);
}

static enum kl_status before_put(void *ctx, const struct upload_item *item, struct error *e) {
    return record_put(ctx, "put", item, e);
}

static enum kl_status after_put(void *ctx, const struct upload_item *item, struct error *e) {
    return record_put(ctx, "stored", item, e);
}

static void hold(void *ctx) {
    journal_hold(((struct upload_call *)ctx)->j);
}

static enum kl_status flush(void *ctx, struct error *e) {
    return journal_flush(((struct upload_call *)ctx)->j, e);
}

static void leave_failed(struct migration *m) {
    for (size_t i = 0; i < m->site_count; i++) {
        struct migration_site *site = &m->sites[i];
        if (site->left)
            continue;
        const struct upload_item *item = &m->items[site->item];
        if (item->state != UPLOAD_STORED && item->state != UPLOAD_PRESENT) {
            site->left =
                arena_printf(&m->arena, "not verified in the vault: %s",
                             item->error.message[0] ? item->error.message : upload_state_name(item->state));
            m->failed++;
        }
    }
}

/* Values that the vault had already: undo needs their versions too. */
static enum kl_status record_present(struct migration *m, struct journal *j, struct error *e) {
    cJSON *record = cJSON_CreateObject(), *names = cJSON_AddArrayToObject(record, "names");
    for (size_t i = 0; i < m->item_count; i++) {
        if (m->items[i].state != UPLOAD_PRESENT)
            continue;
        cJSON *o = cJSON_CreateObject();
        json_add_string(o, "name", m->items[i].name);
        json_add_string(o, "stored_name", m->items[i].stored_name);
        json_add_string(o, "version", m->items[i].version);
        cJSON_AddItemToArray(names, o);
    }
    if (cJSON_GetArraySize(names) > 0)
        return journal_record(j, "present", record, e);
    cJSON_Delete(record);
    return KL_OK;
}

static void progress(void *ctx, size_t done, size_t count) {
    vault_session_progress(&((struct upload_call *)ctx)->m->session, done, count);
}

/* What a kill left stored and not marked. */
static void finish_put(void *ctx, const char *name) {
    struct migration *m = ctx;
    for (size_t i = 0; i < m->item_count; i++) {
        struct upload_item *item = &m->items[i];
        if (item->state == UPLOAD_PRESENT && !item->reused && strcmp(item->name, name) == 0 &&
            m->session.kind->finish_put(m->session.vault, name, item->value, &item->error) != KL_OK)
            item->state = UPLOAD_FAILED;
    }
}

enum kl_status migration_upload(struct migration *m, struct journal *j, struct error *e) {
    struct upload_call call = {m, j};
    const struct upload_observer observer = {.before_put = before_put,
                                             .after_put = after_put,
                                             .progress = progress,
                                             .hold = hold,
                                             .flush = flush,
                                             .ctx = &call};
    struct error first = {0};
    if (m->follow.run && m->session.kind->finish_put)
        run_each_begun(m->follow.run, finish_put, m);
    enum kl_status s =
        upload_run(m->session.vault, m->items, m->item_count, &observer, READ_BACK_DEADLINE_MS, &first);
    leave_failed(m);
    migration_judge_values(m);
    migration_judge_reads(m);
    migration_count(m);
    /* Something is PENDING still: the user or the journal stopped it, and no file is to change. */
    for (size_t i = 0; i < m->item_count; i++)
        if (m->items[i].state == UPLOAD_PENDING) {
            *e = first;
            return s;
        }
    /* Or all is stored, and the journal does not say so. */
    if (s == KL_ERR_INTERRUPTED || j->broken) {
        *e = first;
        return s;
    }
    return record_present(m, j, e);
}
