/* staging.c: see staging.h. */
#include "cli/staging.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rewriters/journal.h"

static struct git_entry *grow(struct staging *s) {
    s->entries = mem_grow(s->entries, &s->capacity, s->count + 1, sizeof *s->entries);
    s->before = mem_grow(s->before, &s->before_capacity, s->count + 1, sizeof *s->before);
    s->entries[s->count] = (struct git_entry){0};
    memset(s->before[s->count], 0, STAGING_TAG_BYTES);
    return &s->entries[s->count++];
}

static void tag_of(const char *id, char out[STAGING_TAG_BYTES]) {
    size_t len = strnlen(id, STAGING_TAG_BYTES - 1);
    memcpy(out, id, len);
    out[len] = '\0';
}

enum kl_status staging_add(struct staging *s, const char *top, const char *path, struct slice bytes,
                           struct error *e) {
    struct git_entry *entry = grow(s);
    entry->path = arena_cstr(&s->arena, slice_cstr(path));
    enum kl_status status = git_index_entry(top, entry, e);
    tag_of(entry->id, s->before[s->count - 1]);
    return status == KL_OK ? git_store_bytes(top, bytes, entry, e) : status;
}

enum kl_status staging_record(const struct staging *s, struct journal *j, struct error *e) {
    cJSON *record = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(record, "entries");
    for (size_t i = 0; i < s->count; i++) {
        cJSON *o = cJSON_CreateObject();
        journal_add_path(o, "path", s->entries[i].path);
        json_add_string(o, "mode", s->entries[i].mode);
        json_add_string(o, "id", s->entries[i].id);
        json_add_string(o, "before_tag", s->before[i]);
        cJSON_AddItemToArray(list, o);
    }
    return journal_record(j, "stage", record, e);
}

static bool is_hex(const char *text, size_t max) {
    return text && strlen(text) <= max && strspn(text, "0123456789abcdef") == strlen(text);
}

enum kl_status staging_recall(struct staging *s, const cJSON *record, struct error *e) {
    const cJSON *item;
    cJSON_ArrayForEach(item, json_get(record, "entries")) {
        const char *path = journal_get_path(item, "path", &s->arena), *mode = json_string(item, "mode"),
                   *id = json_string(item, "id"), *before = json_string(item, "before_tag");
        if (!path || !mode || strlen(mode) >= GIT_MODE_BYTES || !is_hex(mode, GIT_MODE_BYTES) || !id ||
            !*id || !is_hex(id, GIT_ID_BYTES - 1) || !is_hex(before, STAGING_TAG_BYTES - 1))
            return error_set(e, KL_ERR_PARSE, "the journal's record of what is staged is not complete");
        struct git_entry *entry = grow(s);
        entry->path = path;
        (void)snprintf(entry->mode, sizeof entry->mode, "%s", mode);
        (void)snprintf(entry->id, sizeof entry->id, "%s", id);
        tag_of(before, s->before[s->count - 1]);
    }
    s->known = true;
    return KL_OK;
}

/* Nobody else's change of the index is lost. */
static enum kl_status check(const struct staging *s, size_t i, const char *top, struct error *e) {
    struct git_entry now = {.path = s->entries[i].path};
    char tag[STAGING_TAG_BYTES];
    enum kl_status status = git_index_entry(top, &now, e);
    if (status != KL_OK)
        return status;
    tag_of(now.id, tag);
    if (strcmp(tag, s->before[i]) != 0 && strcmp(now.id, s->entries[i].id) != 0)
        return error_set(
            e, KL_ERR_CONFLICT,
            "%s: what is staged has changed in the meantime; run `keylift migrate --staged` again", now.path);
    return s->known && !git_has_object(top, s->entries[i].id)
               ? error_set(e, KL_ERR_CONFLICT,
                           "%s: git has dropped what was to be staged; run `keylift migrate --staged` again",
                           now.path)
               : KL_OK;
}

enum kl_status staging_commit(const struct staging *s, const char *top, struct error *e) {
    enum kl_status status = KL_OK;
    for (size_t i = 0; i < s->count && status == KL_OK; i++)
        status = check(s, i, top, e);
    return status == KL_OK ? git_stage_entries(top, s->entries, s->count, e) : status;
}

void staging_release(struct staging *s) {
    free(s->entries);
    free(s->before);
    arena_release(&s->arena);
    *s = (struct staging){0};
}
