/* names.c: which name each secret gets. Findings are grouped by value; a group
 * tries its forms of a name in a fixed order and takes the first that is free:
 *
 *     API_KEY            unless two values of this run are called so
 *     PAY_API_KEY        the file's name before it
 *     SHOP_API_KEY       the project's name before it (of a project "flask-shop": APP_FLASK_SHOP_API_KEY)
 *     SHOP_PAY_API_KEY
 *     SHOP_PAY_API_KEY_2, _3, ...
 *
 * A name under which the vault already has this very value is taken first of
 * all, so that a second run, or a second file, uses what is there. */
#include "rewriters/names.h"

#include "base/file.h"
#include "base/mem.h"
#include "rewriters/name_form.h"

#include <stdlib.h>

#define NAME_MAX_LENGTH 120 /* of the part that comes from the code */
#define NAME_MIN_LENGTH 3   /* "k" or "pw" alone would say nothing in a .env */

struct group {
    const struct finding *first;
    char *base; /* API_KEY */
    char *stem; /* PAY */
    const char *name, *note;
};

char *name_from_words(struct arena *arena, struct slice words) {
    size_t out_max = NAME_MAX_LENGTH;
    char *out = arena_alloc(arena, out_max + 2);
    size_t n = 0;
    for (size_t i = 0; i < words.len && n < out_max; i++) {
        char c = words.ptr[i];
        char before = i > 0 ? words.ptr[i - 1] : '\0';
        char after = i + 1 < words.len ? words.ptr[i + 1] : '\0';
        bool word_begins = ascii_is_upper(c) && (ascii_is_lower(before) || ascii_is_digit(before) ||
                                                 (ascii_is_upper(before) && ascii_is_lower(after)));
        bool usable = ascii_is_upper(c) || ascii_is_lower(c) || ascii_is_digit(c);
        if ((word_begins || !usable) && n > 0 && out[n - 1] != '_')
            out[n++] = '_';
        if (usable && n < out_max)
            out[n++] = ascii_is_lower(c) ? (char)(c - 'a' + 'A') : c;
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    out[n] = '\0';
    return out;
}

static char *joined(struct arena *a, const char *first, const char *second) {
    if (!*first || !*second)
        return arena_printf(a, "%s%s", first, second);
    return arena_printf(a, "%s_%s", first, second);
}

/* "app/pay.py" gives PAY; "app/__init__.py" and "app/settings.py" would say
 * little alone, but they still tell two files apart most of the time. */
static char *stem_of(struct arena *a, const char *path) {
    const char *file = path_basename(path);
    const char *dot = strrchr(file, '.');
    struct slice stem = slice_of(file, dot && dot != file ? (size_t)(dot - file) : strlen(file));
    if (slice_eq_cstr(stem, "__init__") || slice_eq_cstr(stem, "__main__"))
        stem = slice_cstr(path_basename(path_dirname(a, path)));
    return name_from_words(a, stem);
}

/* url = f"...?key=S3CRET" does not say what the secret in it is called: its rule
 * does, or, for the password of a URL, both. */
static char *base_of_part(struct arena *a, const struct finding *f, char *base) {
    struct slice rule = slice_cstr(f->rule);
    if (slice_ends(rule, "-password") && *base && !slice_ends(slice_cstr(base), "PASSWORD"))
        return slice_starts(rule, "generic-") ? base : joined(a, base, "PASSWORD");
    return slice_starts(rule, "generic-") || slice_eq_cstr(rule, "site") ? base : name_from_words(a, rule);
}

static char *plain_base(struct arena *a, const struct finding *f) {
    char *base = name_from_words(a, slice_cstr(f->name));
    if (f->secret_end_byte)
        base = base_of_part(a, f, base);
    if (strlen(base) < NAME_MIN_LENGTH) {
        struct slice rule = slice_cstr(f->rule);
        if (slice_starts(rule, "generic-"))
            rule = slice_sub(rule, strlen("generic-"), rule.len);
        base = slice_eq_cstr(rule, "site") ? joined(a, base, "VALUE") : name_from_words(a, rule);
    }
    return base;
}

static char *base_of(struct arena *a, const struct finding *f, const struct name_context *c) {
    char *base = plain_base(a, f);
    const char *prefix = c->prefix;
    if (c->form) {
        const char *const words[] = {base, stem_of(a, f->path), name_module(a, f->path, c->root),
                                     c->environment ? c->environment : ""};
        base = name_from_words(a, slice_cstr(name_fill(a, c->form, words)));
    }
    if (ascii_is_digit(base[0]))
        base = joined(a, "N", base);
    return prefix && *prefix ? joined(a, name_from_words(a, slice_cstr(prefix)), base) : base;
}

bool name_is_valid(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (!ascii_is_upper(name[i]) && !ascii_is_lower(name[i]) && name[i] != '_' &&
            (i == 0 || !ascii_is_digit(name[i])))
            return false;
    return len > 0 && len <= NAMES_MAX_BYTES;
}

static const char *taken_by(const struct name_context *c, const struct finding *f, const char *name,
                            const struct group *groups, size_t group_count, struct arena *a) {
    const char *reader = NULL;
    if (name_is_ambient(name, &reader))
        return arena_printf(a, "%s is read by %s", name, reader);
    for (size_t i = 0; i < group_count; i++)
        if (groups[i].name && strcmp(groups[i].name, name) == 0)
            return arena_printf(a, "another secret of this run is called %s", name);
    for (size_t i = 0; i < c->read_count; i++)
        if (strcmp(c->reads[i].name, name) == 0)
            return arena_printf(a, "%s is used by %s:%u", name, c->reads[i].path, c->reads[i].line);
    if (c->in_environment && c->in_environment(c->ctx, name))
        return arena_printf(a, "%s is set in the environment", name);
    if (c->in_vault && c->in_vault(c->ctx, name, f) < 0)
        return arena_printf(a, "the vault has another value called %s", name);
    return NULL;
}

#define NAME_FORMS 4
#define NAME_MAX_NUMBER 10000u

static bool vault_holds(const struct name_context *c, const char *name, const struct finding *f) {
    return c->in_vault && c->in_vault(c->ctx, name, f) > 0;
}

const char *name_taken(const char *name, const struct finding *f, const struct name_context *context,
                       struct arena *arena) {
    return vault_holds(context, name, f) ? NULL : taken_by(context, f, name, NULL, 0, arena);
}

/* FLASK_SHOP_KEY would be read by Flask: the name of a project that is called so is no help, unless
 * something goes before it. */
static const char *project_word(const struct name_context *c, struct arena *a) {
    const char *word = name_from_words(a, slice_cstr(c->project));
    if (ascii_is_digit(word[0]))
        word = joined(a, "N", word);
    return *word && name_is_ambient(arena_printf(a, "%s_", word), NULL) ? joined(a, "APP", word) : word;
}

static void make_forms(const struct group *g, const struct name_context *c, struct arena *a,
                       const char *forms[NAME_FORMS]) {
    const char *project = project_word(c, a);
    char *with_stem = joined(a, g->stem, g->base);
    if (ascii_is_digit(with_stem[0]))
        with_stem = joined(a, "N", with_stem);
    forms[0] = g->base;
    forms[1] = with_stem;
    forms[2] = joined(a, project, g->base);
    forms[3] = joined(a, project, with_stem);
}

static void expect_forms(const struct name_context *c, const struct group *groups, size_t count,
                         struct arena *a) {
    const char **names = arena_calloc(a, count * NAME_FORMS + 1, sizeof *names);
    for (size_t g = 0; g < count; g++)
        make_forms(&groups[g], c, a, &names[g * NAME_FORMS]);
    c->expect(c->ctx, names, count * NAME_FORMS);
}

static bool choose(struct group *g, bool shared, const struct name_context *c, const struct group *groups,
                   size_t group_count, struct arena *a) {
    const char *forms[NAME_FORMS];
    make_forms(g, c, a, forms);
    for (size_t i = 0; i < NAME_FORMS; i++)
        if (vault_holds(c, forms[i], g->first)) {
            g->name = forms[i];
            return true;
        }
    const char *why = shared ? arena_printf(a, "several secrets are called %s", g->base) : NULL;
    for (size_t i = 0; i < NAME_FORMS; i++) {
        /* The file's name goes before it only to tell two secrets apart. */
        if (shared ? i == 0 || i == 2 : i == 1 || i == 3)
            continue;
        const char *taken = taken_by(c, g->first, forms[i], groups, group_count, a);
        if (!taken) {
            g->name = forms[i];
            g->note = why;
            return true;
        }
        if (!why)
            why = taken;
    }
    for (unsigned n = 2; n < NAME_MAX_NUMBER; n++) {
        const char *name = arena_printf(a, "%s_%u", forms[shared ? 3 : 2], n);
        if (vault_holds(c, name, g->first) || !taken_by(c, g->first, name, groups, group_count, a)) {
            g->name = name;
            g->note = why;
            return true;
        }
    }
    return false;
}

enum kl_status names_assign(struct name_request *requests, size_t count, const struct name_context *context,
                            struct arena *arena, struct error *e) {
    enum kl_status s = KL_OK;
    struct group *groups = mem_calloc(count + 1, sizeof *groups);
    size_t *group_of = mem_calloc(count + 1, sizeof *group_of);
    size_t group_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = requests[i].finding;
        size_t g = 0;
        while (g < group_count && !(groups[g].first->is_bytes == f->is_bytes &&
                                    secret_equal(&groups[g].first->value, &f->value)))
            g++;
        group_of[i] = g;
        if (g == group_count) {
            groups[g].first = f;
            groups[g].stem = stem_of(arena, f->path);
            groups[g].base = base_of(arena, f, context);
            group_count++;
        }
    }
    if (context->expect)
        expect_forms(context, groups, group_count, arena);
    for (size_t g = 0; g < group_count; g++) {
        bool shared = false;
        for (size_t other = 0; other < group_count && !shared; other++)
            shared = other != g && strcmp(groups[other].base, groups[g].base) == 0;
        if (!choose(&groups[g], shared, context, groups, group_count, arena) && s == KL_OK)
            s = error_set(e, KL_ERR_LIMIT, "no name like %s is free: %u are taken; try --prefix",
                          groups[g].base, NAME_MAX_NUMBER);
    }
    for (size_t i = 0; i < count; i++) {
        requests[i].name = groups[group_of[i]].name;
        requests[i].note = groups[group_of[i]].note;
    }
    free(groups);
    free(group_of);
    return s;
}
