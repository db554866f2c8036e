/* aftercare.c: see aftercare.h. */
#include "cli/aftercare.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/file.h"
#include "cli/migration.h"
#include "cli/report.h"
#include "cli/rotation.h"

#define PLACES_SHOWN 20u

/* The values that left the code, each with its name. */
static void collect_values(struct migration *m) {
    struct aftercare *a = &m->after;
    a->search = value_search_new();
    a->items = mem_calloc(m->item_count + 1, sizeof *a->items);
    for (size_t item = 0; item < m->item_count; item++) {
        bool known = false;
        for (size_t i = 0; i < m->site_count; i++) {
            if (m->sites[i].left || m->sites[i].item != item)
                continue;
            /* Bytes are stored as base64 text, and stood there as they are. */
            if (known)
                value_search_same(a->search);
            value_search_add(a->search, secret_slice(&m->sites[i].finding->value));
            known = true;
        }
        if (known)
            a->items[a->count++] = item;
    }
}

/* Of a literal that keylift knows, the reason why it stays says more than its file. */
static void take_reasons(struct migration *m) {
    for (size_t r = 0; r < m->after.remains.count; r++) {
        struct remain *remain = &m->after.remains.items[r];
        for (size_t i = 0; i < m->site_count; i++) {
            const struct migration_site *site = &m->sites[i];
            if (site->left && site->finding->context != CONTEXT_TEXT && remain->line >= site->finding->line &&
                remain->line <= site->finding->end_line &&
                strcmp(path_normalize(&m->arena, site->finding->path), remain->path) == 0)
                remain->advice = arena_printf(&m->arena, "left: %s", site->left);
        }
    }
}

void migration_look_after(struct migration *m) {
    if (!m->rewrites || m->moving == 0 || m->after.search)
        return;
    const char *top = m->repository ? m->repository : m->project.root;
    collect_values(m);
    remains_find(&m->after.remains, m->after.search, migration_from_here(m, top),
                 m->dotenv_path ? path_real(&m->arena, m->dotenv_path) : NULL);
    take_reasons(m);
    if (m->repository && !m->cli->options.no_history)
        history_find(&m->after.history, m->after.search, m->after.count, m->repository);
}

const struct history_entry *aftercare_history(const struct migration *m, size_t item) {
    const struct aftercare *a = &m->after;
    for (size_t i = 0; i < a->count && a->history.searched; i++)
        if (a->items[i] == item && a->history.entries[i].commit)
            return &a->history.entries[i];
    return NULL;
}

#define REPLACE "Revoke them, and store the new ones"

const char *aftercare_history_words(const struct migration *m) {
    const struct history *h = &m->after.history;
    struct arena *a = (struct arena *)&m->arena;
    if (!m->project.git_top)
        return "Whoever had a copy of the code has the values. " REPLACE;
    if (!h->searched)
        return "The old values may be in git's history. " REPLACE;
    const char *problem = h->failed ? h->failed : h->cut;
    const char *cut = problem ? arena_printf(a, " (not all of it was searched: %s)", problem) : "";
    if (h->found > 0)
        return arena_printf(a, "git's history has %zu of these %zu values%s. " REPLACE, h->found, h->count,
                            cut);
    if (problem)
        return arena_printf(a, "The old values may be in git's history%s. " REPLACE, cut);
    return "No commit here has the old values. If others have seen one, revoke it, and store a new one";
}

void aftercare_release(struct aftercare *a) {
    value_search_free(a->search);
    free(a->items);
    remains_release(&a->remains);
    history_release(&a->history);
    *a = (struct aftercare){0};
}

/* "write ${NAME} there": with the name. */
static const char *with_name(struct arena *a, const char *advice, const char *name) {
    struct slice text = slice_cstr(advice), word = SLICE_LIT("NAME");
    size_t at = slice_find(text, word, 0);
    const char *out = "";
    size_t from = 0;
    for (; at != SIZE_MAX; at = slice_find(text, word, from)) {
        out = arena_printf(a, "%s%.*s%s", out, (int)(at - from), advice + from, name);
        from = at + word.len;
    }
    return arena_printf(a, "%s%s", out, advice + from);
}

static const char *name_of(const struct migration *m, const struct remain *r) {
    return m->items[m->after.items[r->value]].name;
}

const char *aftercare_advice(const struct migration *m, const struct remain *r) {
    return with_name((struct arena *)&m->arena, r->advice, name_of(m, r));
}

static void show_place(struct output *o, const struct migration *m, const struct remain *r) {
    const char *name = name_of(m, r);
    out_text(o, "  ");
    out_path(o, MARK_BOLD, r->path);
    if (r->line)
        out_text(o, ":%u", r->line);
    out_text(o, "  %s%s\n      ", name, r->common ? " (perhaps: the value is a common word)" : "");
    out_wrapped(o, MARK_DIM, aftercare_advice(m, r), 6, 6);
}

static void show_remains(struct output *o, const struct migration *m) {
    const struct remains *r = &m->after.remains;
    if (r->count > 0)
        out_mark(o, MARK_BOLD, "\nStill in %zu other %s\n", r->count,
                 report_plural(r->count, "place", "places"));
    else
        out_text(o, "\nIn no other place of the %llu files that a scan reads\n",
                 (unsigned long long)r->files);
    for (size_t i = 0; i < r->count && i < PLACES_SHOWN; i++)
        show_place(o, m, &r->items[i]);
    if (r->count > PLACES_SHOWN)
        out_text(o, "  ... and %zu more (--format json has them all)\n", r->count - PLACES_SHOWN);
    if (r->unread > 0)
        out_text(o, "  %llu files could not be looked at: too large, not readable, or out of time\n",
                 (unsigned long long)r->unread);
    if (r->interrupted)
        out_text(o, "  interrupted: not all files were looked at\n");
}

void migration_show_after(const struct migration *m) {
    if (m->after.search)
        show_remains(&m->cli->out, m);
}

static bool is_common(const struct migration *m, size_t item) {
    for (size_t i = 0; i < m->after.count && m->after.search; i++)
        if (m->after.items[i] == item)
            return value_search_is_common(m->after.search, i);
    return false;
}

static void show_since(struct output *o, const struct migration *m, size_t item) {
    const struct history_entry *h = aftercare_history(m, item);
    if (!h)
        return;
    out_text(o, "            in git since %.10s, commit %.12s, ", h->date, h->commit);
    out_path(o, MARK_NONE, h->path);
    out_text(o, "%s\n", is_common(m, item) ? " (perhaps: the value is a common word)" : "");
}

static void show_group(struct output *o, const struct migration *m, const struct rotation_group *g) {
    out_text(o, "      ");
    out_wrapped(o, MARK_NONE,
                arena_printf((struct arena *)&m->arena, "%s: %s", g->message,
                             g->revoke[0] ? g->revoke : "change it where it is used"),
                6, 8);
    for (size_t i = 0; i < g->count; i++) {
        out_text(o, "          %s\n", rotation_put_line(m, m->items[g->items[i]].name));
        show_since(o, m, g->items[i]);
    }
}

void migration_show_rotation(const struct migration *m) {
    struct output *o = &m->cli->out;
    size_t count;
    const struct rotation_group *groups = rotation_groups(m, &count);
    out_text(o, "  - ");
    out_wrapped(o, MARK_NONE, arena_printf((struct arena *)&m->arena, "%s:", aftercare_history_words(m)), 4,
                4);
    for (size_t i = 0; i < count; i++)
        show_group(o, m, &groups[i]);
}

static void add_since(const struct migration *m, size_t item, cJSON *entry) {
    const struct history_entry *h = aftercare_history(m, item);
    if (!h) {
        json_add_string(entry, "first_commit", NULL);
        return;
    }
    cJSON *first = cJSON_AddObjectToObject(entry, "first_commit");
    json_add_string(first, "commit", h->commit);
    json_add_string(first, "date", h->date);
    json_add_slice(first, "path", slice_cstr(h->path));
    json_add_count(first, "line", h->line);
    cJSON_AddBoolToObject(first, "certain", !is_common(m, item));
}

static void add_history(const struct migration *m, cJSON *root) {
    const struct history *h = &m->after.history;
    if (!h->searched)
        return;
    cJSON *o = cJSON_AddObjectToObject(root, "history");
    json_add_count(o, "commits", h->commits);
    cJSON_AddBoolToObject(o, "complete", !h->cut && !h->failed);
    migration_add_message(o, "reason", h->failed ? h->failed : h->cut, m->cli->redactor);
}

static void add_rotation(const struct migration *m, cJSON *root) {
    size_t count;
    const struct rotation_group *groups = rotation_groups(m, &count);
    cJSON *list = cJSON_AddArrayToObject(root, "rotate");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < groups[i].count; k++) {
            cJSON *entry = cJSON_CreateObject();
            const char *name = m->items[groups[i].items[k]].name;
            json_add_string(entry, "name", name);
            json_add_string(entry, "message", groups[i].message);
            json_add_string(entry, "revoke", groups[i].revoke[0] ? groups[i].revoke : NULL);
            migration_add_message(entry, "command", rotation_put_line(m, name), m->cli->redactor);
            add_since(m, groups[i].items[k], entry);
            cJSON_AddItemToArray(list, entry);
        }
}

void migration_add_after(const struct migration *m, cJSON *root) {
    const struct remains *r = &m->after.remains;
    if (!m->after.search)
        return;
    add_history(m, root);
    add_rotation(m, root);
    cJSON *still = cJSON_AddObjectToObject(root, "still_in");
    cJSON *places = cJSON_AddArrayToObject(still, "places");
    for (size_t i = 0; i < r->count; i++) {
        cJSON *place = cJSON_CreateObject();
        const char *name = name_of(m, &r->items[i]);
        json_add_slice(place, "path", slice_cstr(r->items[i].path));
        if (r->items[i].line)
            json_add_count(place, "line", r->items[i].line);
        else
            json_add_string(place, "line", NULL);
        json_add_string(place, "name", name);
        cJSON_AddBoolToObject(place, "certain", !r->items[i].common);
        migration_add_message(place, "advice", aftercare_advice(m, &r->items[i]), m->cli->redactor);
        cJSON_AddItemToArray(places, place);
    }
    json_add_count(still, "files", r->files);
    json_add_count(still, "unread", r->unread);
    cJSON_AddBoolToObject(still, "complete", !r->more && !r->interrupted && r->unread == 0);
}
