/* migration_reads.c: --env-reads: reads of environment variables that become reads of the
 * vault. Their names stay, and no value of theirs is written anywhere: the vault has it, or
 * is given it by --with-values of the same run, or the read stays. */
#include "cli/migration.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/rotation.h"
#include "cli/vault_lookup.h"
#include "rewriters/names.h"
#include "scanner/candidate.h"

static bool is_write(const struct env_read *r) {
    return r->access == ENV_WRITE || r->access == ENV_DELETE;
}

/* What code that reads os.environ anyhow would gain: nothing. */
static bool has_reads_to_gain(const struct migration *m) {
    return m->access.module != NULL || m->session.kind->access->needs_loading ||
           !strstr(m->access.read_text, "environ");
}

static enum option_reads wanted(const struct migration *m) {
    int said = m->cli->options.env_reads;
    if (!m->rewrites || !has_reads_to_gain(m))
        return READS_NONE;
    if (said != READS_UNSAID)
        return (enum option_reads)said;
    bool through_module = !m->session.kind->access->needs_loading && migration_style(m) != STYLE_INLINE;
    return through_module && !m->cli->options.staged ? READS_OF_SECRETS : READS_NONE;
}

/* Where the project takes the variable away, what its reads give depends on it. */
static const struct env_read *taken_away(const struct migration *m, const char *name) {
    for (size_t i = 0; i < m->project_reads.read_count; i++) {
        const struct env_read *r = &m->project_reads.reads[i];
        if ((r->access == ENV_DELETE || r->access == ENV_POP) && strcmp(r->name, name) == 0)
            return r;
    }
    return NULL;
}

static const char *reason_to_stay(struct migration *m, const struct env_read *r) {
    const char *reader = NULL;
    if (r->in_archive)
        return "in an archive, which is not written anew";
    if (path_in_test(r->path) && !m->cli->options.include_tests)
        return "in a test (--include-tests takes it)";
    if (migration_is_module_file(m, r->path))
        return "in the module that reads the vault";
    if (name_is_ambient(r->name, &reader))
        return arena_printf(&m->arena, "%s is read by %s, too", r->name, reader);
    const struct env_read *away = r->access == ENV_POP ? NULL : taken_away(m, r->name);
    if (away)
        return arena_printf(&m->arena, "%s:%u takes the variable out of the environment", away->path,
                            (unsigned)away->line);
    return NULL;
}

static const char *map_name(struct migration *m, const char *name, const char **stored) {
    struct error why = {0};
    enum kl_status s = m->session.kind->map_name(m->session.vault, name, &m->arena, stored, &why);
    return s == KL_OK ? NULL : arena_cstr(&m->arena, slice_cstr(why.message));
}

/* There is room for all that were found. */
void migration_add_read(struct migration *m, const struct env_read *r) {
    struct migration_read *read = &m->reads[m->read_count++];
    *read = (struct migration_read){.read = r, .left = reason_to_stay(m, r), .item = MIGRATION_NO_ITEM};
    if (!read->left)
        read->left = map_name(m, r->name, &read->stored_name);
}

static int by_place(const void *left, const void *right) {
    const struct env_read *a = ((const struct migration_read *)left)->read;
    const struct env_read *b = ((const struct migration_read *)right)->read;
    int order = strcmp(a->path, b->path);
    if (order)
        return order;
    if (a->start_byte != b->start_byte)
        return a->start_byte < b->start_byte ? -1 : 1;
    if (a->end_byte != b->end_byte)
        return a->end_byte < b->end_byte ? -1 : 1;
    return strcmp(a->name, b->name); /* envvar=["X", "Y"] */
}

void migration_sort_reads(struct migration *m) {
    if (m->read_count > 0)
        qsort(m->reads, m->read_count, sizeof *m->reads, by_place);
}

enum kl_status migration_find_reads(struct migration *m, struct error *e) {
    const struct options *o = &m->cli->options;
    if (m->follow.plan)
        return migration_follow_reads(m, e);
    enum option_reads which = wanted(m);
    if (which != READS_NONE && o->staged)
        return error_set(e, KL_ERR_USAGE,
                         "--env-reads and --staged exclude each other: --staged mends literals alone");
    m->reads = mem_calloc(m->found.read_count + 1, sizeof *m->reads);
    for (size_t i = 0; i < m->found.read_count && which != READS_NONE; i++) {
        const struct env_read *r = &m->found.reads[i];
        bool is_wanted =
            r->name[0] && !is_write(r) && r->access != ENV_LOAD_DOTENV && (r->secret || which == READS_ALL);
        m->silenced += is_wanted && r->silenced;
        if (is_wanted && !r->silenced)
            migration_add_read(m, r);
    }
    migration_sort_reads(m);
    return migration_leave_unstaged_reads(m, e);
}

/* --- The vault ----------------------------------------------------------------------- */

static bool moves(const struct migration_read *r) {
    return !r->left && !r->done;
}

static size_t item_called(const struct migration *m, const char *name) {
    for (size_t i = 0; i < m->item_count; i++)
        if (strcmp(m->items[i].name, name) == 0)
            return i;
    return MIGRATION_NO_ITEM;
}

static const char *not_held(struct migration *m, const struct vault_held *h) {
    if (h->status == KL_ERR_NOT_FOUND)
        return arena_printf(&m->arena, "value unknown: the vault does not hold it (`%s` stores it)",
                            rotation_put_line(m, h->name));
    return arena_cstr(&m->arena, slice_cstr(h->error.message));
}

static const char *unusable(const struct vault_held *h) {
    return h->value.binary ? "the vault has bytes under this name, and the environment has text" : NULL;
}

/* An item that is in the vault already; the value is there for the output's filter, for the
 * tag of a plan, and to be compared once more. */
static void take_held(struct migration *m, struct migration_read *r, struct vault_held *h) {
    struct secret *value = &m->stored[m->item_count];
    secret_move(value, &h->value);
    redact_add(m->cli->redactor, secret_slice(value));
    r->item = m->item_count;
    m->items[m->item_count++] =
        (struct upload_item){.name = r->read->name, .value = value, .fixed_name = true};
}

enum kl_status migration_read_items(struct migration *m, struct error *e) {
    struct vault_lookup held = VAULT_LOOKUP_INIT(&m->session);
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < m->read_count; i++)
        if (moves(&m->reads[i]) && item_called(m, m->reads[i].read->name) == MIGRATION_NO_ITEM)
            vault_lookup_add(&held, m->reads[i].read->name);
    vault_lookup_ask(&held);
    /* Who may not read these names may well migrate the others. */
    if (held.failed != KL_OK && held.failed != KL_ERR_PERMISSION) {
        *e = held.error;
        s = held.failed;
    }
    for (size_t i = 0; i < m->read_count && s == KL_OK; i++) {
        struct migration_read *r = &m->reads[i];
        struct vault_held *h = moves(r) ? vault_lookup_find(&held, r->read->name) : NULL;
        if (!moves(r))
            continue;
        r->item = item_called(m, r->read->name);
        if (r->item != MIGRATION_NO_ITEM)
            continue;
        r->left = h->status == KL_OK ? unusable(h) : not_held(m, h);
        if (!r->left)
            take_held(m, r, h);
    }
    vault_lookup_release(&held);
    return s;
}

enum kl_status migration_check_read_items(const struct migration *m, size_t first, struct error *e) {
    for (size_t i = first; i < m->item_count; i++) {
        const struct upload_item *item = &m->items[i];
        if (item->state == UPLOAD_PENDING || item->replaces || item->reused)
            return error_set(e, KL_ERR_CONFLICT, "%s has changed in the vault just now; run keylift again",
                             item->name);
    }
    return KL_OK;
}

void migration_judge_reads(struct migration *m) {
    for (size_t i = 0; i < m->read_count; i++) {
        struct migration_read *r = &m->reads[i];
        const struct upload_item *item = moves(r) ? &m->items[r->item] : NULL;
        bool refused = item && item->state != UPLOAD_PRESENT && item->state != UPLOAD_STORED &&
                       item->state != UPLOAD_PENDING;
        if (refused)
            r->left = item->error.message[0] ? arena_cstr(&m->arena, slice_cstr(item->error.message))
                                             : upload_state_name(item->state);
    }
}
