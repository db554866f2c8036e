/* env_inventory.c: see env_inventory.h. */
#include "cli/env_inventory.h"

#include <stdlib.h>

#include "base/bisect.h"
#include "base/mem.h"
#include "rewriters/names.h"
#include "scanner/candidate.h"
#include "scanner/classify.h"
#include "scanner/finding_make.h"

bool env_access_reads(enum env_access a) {
    return a != ENV_WRITE && a != ENV_DELETE && a != ENV_LOAD_DOTENV;
}

/* ---- from the scan ---- */

static int by_name_and_place(const void *a, const void *b) {
    const struct env_read *x = *(const struct env_read *const *)a, *y = *(const struct env_read *const *)b;
    int order = strcmp(x->name, y->name);
    return order ? order : env_read_compare(x, y);
}

/* A finding in the read's own bytes: its default is one. */
static bool holds_finding(const struct scan_result *r, const struct env_read *e) {
    struct bisection b = {.high = r->finding_count};
    while (bisect(&b))
        bisect_tell(&b, strcmp(r->findings[b.middle].path, e->path) < 0);
    for (; b.low < r->finding_count && strcmp(r->findings[b.low].path, e->path) == 0; b.low++)
        if (r->findings[b.low].start_byte < e->end_byte && r->findings[b.low].end_byte > e->start_byte)
            return true;
    return false;
}

static void hide_secret_defaults(struct scan_result *r) {
    for (size_t i = 0; i < r->read_count; i++)
        if (r->reads[i].default_text && holds_finding(r, &r->reads[i]))
            r->reads[i].default_text = NULL;
}

/* Another use in the same file says that the variable may be missing: it asks first, or sets it. */
static bool is_guarded(const struct env_variable *v, const struct env_read *e) {
    for (size_t i = 0; i < v->place_count; i++) {
        const struct env_read *other = v->places[i];
        if ((other->access == ENV_IN && strcmp(other->path, e->path) == 0) || other->access == ENV_SETDEFAULT)
            return true;
    }
    return false;
}

static void judge_places(struct env_variable *v) {
    bool silenced = true;
    v->tests_only = v->place_count > 0;
    for (size_t i = 0; i < v->place_count; i++) {
        const struct env_read *e = v->places[i];
        v->tests_only = v->tests_only && path_in_test(e->path);
        v->secret = v->secret || e->secret;
        if (!env_access_reads(e->access))
            continue;
        v->read = true;
        silenced = silenced && e->silenced;
        v->has_default = v->has_default || e->default_kind != ENV_DEFAULT_NONE;
        v->required = v->required || (e->required && !path_in_test(e->path) && !is_guarded(v, e));
        if (!v->default_text && !path_in_test(e->path))
            v->default_text = e->default_text;
    }
    v->silenced = v->read && silenced;
}

static void take_places(struct env_inventory *inv, const struct scan_result *r) {
    const struct env_read **all = arena_calloc(&inv->arena, r->read_count + 1, sizeof *all);
    size_t named = 0;
    for (size_t i = 0; i < r->read_count; i++)
        if (r->reads[i].name[0] != '\0')
            all[named++] = &r->reads[i];
    inv->unnamed = all + named;
    for (size_t i = 0; i < r->read_count; i++)
        if (r->reads[i].name[0] == '\0')
            inv->unnamed[inv->unnamed_count++] = &r->reads[i];
    if (named > 0)
        qsort((void *)all, named, sizeof *all, by_name_and_place);
    for (size_t i = 0, end; i < named; i = end) {
        for (end = i + 1; end < named && strcmp(all[end]->name, all[i]->name) == 0; end++) {
        }
        struct env_variable *v = &inv->variables[inv->count++];
        *v = (struct env_variable){.name = all[i]->name, .places = all + i, .place_count = end - i};
        judge_places(v);
    }
}

/* ---- from the files around it ---- */

static int by_mention(const void *a, const void *b) {
    const struct env_mention *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    order = order ? order : strcmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int by_variable_name(const void *a, const void *b) {
    return strcmp(((const struct env_variable *)a)->name, ((const struct env_variable *)b)->name);
}

static bool has_pydantic(const struct env_variable *v) {
    for (size_t i = 0; i < v->place_count; i++)
        if (v->places[i]->access == ENV_PYDANTIC)
            return true;
    return false;
}

/* The variable that a name in a file means. pydantic-settings does not look at the case of letters, and
 * reads DB__HOST for the field of a field DB. */
static struct env_variable *variable_for(struct env_inventory *inv, size_t known, const char *name) {
    struct env_variable key = {.name = name};
    struct env_variable *v = bsearch(&key, inv->variables, known, sizeof key, by_variable_name);
    for (size_t i = 0; i < known && !v; i++) {
        size_t len = strlen(inv->variables[i].name);
        struct slice start = slice_sub(slice_cstr(name), 0, len);
        if (slice_eq_nocase(start, inv->variables[i].name) &&
            (name[len] == '\0' || strncmp(name + len, "__", 2) == 0) && has_pydantic(&inv->variables[i]))
            v = &inv->variables[i];
    }
    return v;
}

static void add_mention(struct env_variable *v, const struct env_mention *m) {
    v->set = v->set || m->kind == ENV_FILE_SET;
    v->documented = v->documented || m->kind != ENV_FILE_SET;
    v->in_example = v->in_example || m->kind == ENV_FILE_EXAMPLE;
    v->asked_for = v->asked_for || (m->kind == ENV_FILE_EXAMPLE && !m->commented && !m->outside);
    v->mentions[v->mention_count++] = m;
}

static void take_mentions(struct env_inventory *inv, const struct env_mentions *m) {
    size_t known = inv->count;
    for (size_t i = 0, end; i < m->count; i = end) {
        for (end = i + 1; end < m->count && strcmp(m->items[end].name, m->items[i].name) == 0; end++) {
        }
        struct env_variable *v = variable_for(inv, known, m->items[i].name);
        if (!v) {
            v = &inv->variables[inv->count++];
            *v = (struct env_variable){.name = m->items[i].name,
                                       .secret = classify_name_is_secret(slice_cstr(m->items[i].name))};
        }
        const struct env_mention **list = arena_calloc(&inv->arena, v->mention_count + end - i, sizeof *list);
        for (size_t k = 0; k < v->mention_count; k++) /* under another case of letters */
            list[k] = v->mentions[k];
        v->mentions = list;
        for (size_t k = i; k < end; k++)
            add_mention(v, &m->items[k]);
    }
}

/* ---- what is wrong ---- */

bool env_variable_is_setting(const struct env_variable *v) {
    return v->read && !v->ambient && !v->tests_only && !v->silenced;
}

static void find_unread(struct env_inventory *inv, const struct walk_options *walk) {
    const char **names = arena_calloc(&inv->arena, inv->count + 1, sizeof *names);
    struct env_variable **candidates = arena_calloc(&inv->arena, inv->count + 1, sizeof *candidates);
    size_t count = 0;
    for (size_t i = 0; i < inv->count; i++) {
        struct env_variable *v = &inv->variables[i];
        if (!v->read && v->asked_for) {
            candidates[count] = v;
            names[count++] = v->name;
        }
    }
    bool *found = arena_calloc(&inv->arena, count + 1, sizeof *found);
    if (count > 0)
        env_mentions_elsewhere(walk, names, count, found);
    for (size_t i = 0; i < count; i++) {
        candidates[i]->problem = found[i] ? ENV_FINE : ENV_UNREAD;
        inv->unread += !found[i];
    }
}

static void find_problems(struct env_inventory *inv, const struct walk_options *walk) {
    for (size_t i = 0; i < inv->count; i++) {
        struct env_variable *v = &inv->variables[i];
        v->ambient = name_given_by(v->name);
        if (!env_variable_is_setting(v))
            continue;
        if (!v->documented)
            v->problem = ENV_UNDOCUMENTED;
        inv->undocumented += !v->documented;
        inv->missing += v->documented && inv->has_example && !v->in_example;
    }
    find_unread(inv, walk);
}

static int by_rank(const void *a, const void *b) {
    const struct env_variable *x = a, *y = b;
    if (x->secret != y->secret)
        return x->secret ? -1 : 1;
    return strcmp(x->name, y->name);
}

void env_inventory_make(struct env_inventory *inv, struct scan_result *r, const struct walk_options *walk,
                        bool with_files) {
    *inv = (struct env_inventory){0};
    struct env_mentions m = {.arena = &inv->arena, .result = r};
    hide_secret_defaults(r);
    inv->variables = mem_calloc(r->read_count + 1, sizeof *inv->variables);
    take_places(inv, r);
    if (with_files) {
        const char **names = arena_calloc(&inv->arena, inv->count + 1, sizeof *names);
        for (size_t i = 0; i < inv->count; i++)
            names[i] = inv->variables[i].name;
        m.names = names;
        m.name_count = inv->count;
        env_mentions_collect(&m, walk);
        if (m.count > 0)
            qsort(m.items, m.count, sizeof *m.items, by_mention);
        size_t capacity = r->read_count + 1;
        inv->variables =
            mem_grow(inv->variables, &capacity, inv->count + m.count + 1, sizeof *inv->variables);
        inv->has_example = m.has_example;
        take_mentions(inv, &m);
        find_problems(inv, walk);
    }
    if (inv->count > 0)
        qsort(inv->variables, inv->count, sizeof *inv->variables, by_rank);
    inv->mentions = m.items;
}

void env_inventory_release(struct env_inventory *inv) {
    free(inv->variables);
    free(inv->mentions);
    arena_release(&inv->arena);
    *inv = (struct env_inventory){0};
}
