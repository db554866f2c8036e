/* style_loading_module.c: sites read `environ["NAME"]` from a module of the package that
 * loads the dotenv file once (its text: rewrite_dotenv_module). */
#include "rewriters/style.h"

static bool serves(const struct rewrite_request *r) {
    return r->module_name && r->access->needs_loading && r->style != STYLE_ENVIRON;
}

static void plan(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    /* The dictionary of an environment leaves os.environ as it is. */
    out->reads = r->access->environment ? READS_LEFT : READS_FILLED;
    out->reads_refusal = STYLE_NOT_FILLED;
    out->read_text = style_from_mapping(r->access->read_text, "environ", arena);
    out->read_bytes =
        r->access->read_bytes ? style_from_mapping(r->access->read_bytes, "environ", arena) : NULL;
    for (const struct python_import *i = r->access->imports; i && i->module; i++)
        style_need(out, i->module, i->symbol);
    style_need_mentioned(out);
    style_need(out, r->module_name, "environ");
}

const struct style_kind style_loading_module = {"loading module", serves, plan};
