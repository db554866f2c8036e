/* style_inline.c: the read stands at the site, with the vault's own imports. */
#include "rewriters/style.h"

static bool serves(const struct rewrite_request *r) {
    return r->style == STYLE_INLINE && !r->module_name && !style_merged.serves(r);
}

/* The one attribute of `module` that the templates use: environ in
 * os.environ[{name}]. NULL if there are several or none. */
static const char *only_attribute(const struct style_plan *p, const char *module, struct arena *arena) {
    const char *const templates[] = {p->read_text, p->read_bytes};
    struct slice found = {0};
    size_t len = strlen(module);
    for (size_t k = 0; k < KL_ARRAY_LEN(templates); k++) {
        struct slice text = slice_cstr(templates[k]);
        for (size_t at = slice_find(text, slice_cstr(module), 0); at != SIZE_MAX;
             at = slice_find(text, slice_cstr(module), at + len)) {
            size_t from = at + len + 1, to = from;
            while (to < text.len && (text.ptr[to] == '_' || (text.ptr[to] >= 'a' && text.ptr[to] <= 'z')))
                to++;
            struct slice attribute = slice_sub(text, from, to);
            if (from > text.len || text.ptr[from - 1] != '.' || (found.len && !slice_eq(found, attribute)))
                return NULL;
            found = attribute;
        }
    }
    return found.len ? arena_cstr(arena, found) : NULL;
}

/* Inline, the client is made where it is used. */
static const char *with_client(const char *template, const char *client, struct arena *arena) {
    struct slice text = slice_cstr(template), hole = SLICE_LIT("{client}");
    size_t at = slice_find(text, hole, 0);
    if (!template || at == SIZE_MAX)
        return template;
    return arena_printf(arena, "%.*s%s%s", (int)at, template, client ? client : "None",
                        template + at + hole.len);
}

/* The name of a secret of one environment, whichever the program is in. */
static const char *with_environment(const char *template, const struct python_environment *e,
                                    struct arena *arena) {
    const char *chosen = arena_printf(arena, "os.environ.get(%s, %s)", style_quote(e->variable, arena),
                                      style_quote(e->name, arena));
    const char *before = arena_cstr(arena, slice_of(e->prefix, e->at));
    const char *plus =
        arena_printf(arena, "%s%s%s", e->at ? style_quote(before, arena) : "", e->at ? " + " : "", chosen);
    /* A bundle's own name is in the template already. */
    const char *in_bundle = arena_printf(arena, "\"%s", e->prefix),
               *tail = e->prefix + e->at + strlen(e->name);
    struct slice text = slice_cstr(template);
    size_t at = slice_find(text, slice_cstr(in_bundle), 0);
    if (at != SIZE_MAX)
        return arena_printf(arena, "%.*s%s + \"%s%s", (int)at, template, plus, tail,
                            template + at + strlen(in_bundle));
    at = slice_find(text, SLICE_LIT("{name}"), 0);
    return at == SIZE_MAX ? template
                          : arena_printf(arena, "%.*s%s + {tail}%s", (int)at, template, plus,
                                         template + at + strlen("{name}"));
}

static void plan(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    out->read_text = with_client(r->access->read_text, r->access->client, arena);
    out->read_bytes = with_client(r->access->read_bytes, r->access->client, arena);
    const struct python_environment *e = r->access->environment;
    if (e && e->prefix) {
        out->read_text = with_environment(out->read_text, e, arena);
        out->read_bytes = out->read_bytes ? with_environment(out->read_bytes, e, arena) : NULL;
        out->tail_at = e->at + strlen(e->name);
    }
    if (strstr(r->access->read_text, "{client}") && !r->access->client)
        out->refusal = "this vault has no expression that stands alone";
    out->load = r->access->needs_loading && r->dotenv_relative;
    out->reads = r->access->needs_loading ? READS_FILLED : READS_LEFT;
    out->reads_refusal = "read inline, a missing name would be another error than it is now, and no variable "
                         "of the environment would win (--style module keeps both)";
    for (const struct python_import *i = r->access->imports; i && i->module; i++)
        style_need(out, i->module, i->symbol);
    style_need_mentioned(out);
    /* The call that loads the file needs os itself; without it, an import of
     * os.environ alone serves as well. */
    for (size_t i = 0; i < out->need_count && !out->load; i++)
        if (!out->needs[i].symbol)
            out->needs[i].attribute = only_attribute(out, out->needs[i].module, arena);
}

const struct style_kind style_inline = {"inline", serves, plan};
