/* style.h: the styles of retrieval. A style says which expression stands at a
 * site and what it needs to be imported; it sees the request, never the file. A
 * new style is one file style_<name>.c and one row in style.c. */
#ifndef KEYLIFT_REWRITERS_STYLE_H
#define KEYLIFT_REWRITERS_STYLE_H

#include "rewriters/imports.h"
#include "rewriters/rewrite.h"
#include "rewriters/site.h"

#define STYLE_MAX_NEEDS 16
/* Why reads stay where the values are in a dictionary of the code's own. */
#define STYLE_NOT_FILLED "the values of an environment are not put into os.environ"

struct style_plan {
    const char *read_text, *read_bytes; /* templates with {name}; read_bytes NULL: bytes cannot be read */
    struct import_need needs[STYLE_MAX_NEEDS];
    size_t need_count;
    size_t tail_at;            /* {tail} is the name from here on: what stands behind its environment */
    bool merges;               /* sites read from a dictionary that is merged of several files (merged.h) */
    bool by_own_name;          /* {name} is the name that keylift gave, not the vault's */
    bool load;                 /* load_dotenv(...) must run first */
    enum style_reads reads;    /* of environment variables */
    const char *reads_refusal; /* READS_LEFT: why */
    const char *refusal;       /* why this style cannot serve the request; NULL */
};

struct style_kind {
    const char *name;
    bool (*serves)(const struct rewrite_request *r);
    void (*plan)(const struct rewrite_request *r, struct arena *arena, struct style_plan *out);
};

extern const struct style_kind style_inline, style_merged, style_loading_module, style_module, style_environ;

/* Fills in *out by the first style that serves; a plan with a refusal if none. */
void style_plan_for(const struct rewrite_request *r, struct arena *arena, struct style_plan *out);
/* Adds a need, once; ends in a refusal when there are too many. */
struct import_need *style_need(struct style_plan *p, const char *module, const char *symbol);

/* The import of a module that fills the environment. */
void style_need_effect(struct style_plan *p, const char *module, struct arena *arena);

/* Adds the modules that the templates name and the vault leaves to the reader:
 * base64 in base64.b64decode(...). */
void style_need_mentioned(struct style_plan *p);
/* Drops what only expressions that no site needs would need. */
void style_drop_unused(struct style_plan *p, bool uses_text, bool uses_bytes);

/* The template with another mapping in the place of os.environ. */
const char *style_from_mapping(const char *template, const char *mapping, struct arena *arena);
/* The name that stands at the site. */
const char *style_name(const struct style_plan *p, const struct rewrite_site *site);
/* The expression of one site: {name} and the imports' local names put in;
 * in parentheses unless it is a primary, so that any operator may follow. */
const char *style_expression(const struct style_plan *p, const char *name, bool is_bytes,
                             struct arena *arena);
/* "..." as Python (and black) writes it. */
const char *style_quote(const char *text, struct arena *arena);

/* os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".env"), with `separator`
 * between the parts and `open` and `close` inside of the parentheses; without os, or for an
 * absolute path, the path alone. */
const char *style_path(const char *relative, const char *os, const char *separator, const char *open,
                       const char *close, struct arena *arena);
/* load_dotenv(...) of a file next to the module's own, folded at 88 columns.
 * The names are those that the module has for load_dotenv and os; without os, the path is
 * that from the working directory. */
const char *style_load_call(const char *dotenv_relative, const char *load_dotenv, const char *os,
                            struct arena *arena);
/* The same call stands in the module already, outside of if, try and def, and
 * before the first site. */
bool style_is_loaded(const struct source *s, const char *dotenv_relative, uint32_t first_statement,
                     struct arena *arena);

#endif
