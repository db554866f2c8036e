/* style_module.c: sites read get_secret("NAME") from a module of the package, which
 * knows the vault (its text: rewrite_vault_module). */
#include "rewriters/style.h"

static bool serves(const struct rewrite_request *r) {
    return r->style == STYLE_MODULE && r->module_name && !r->access->needs_loading;
}

static void plan(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    (void)arena;
    out->read_text = "get_secret({name})";
    out->read_bytes = "get_secret_bytes({name})";
    out->by_own_name = true;
    out->reads = READS_CALLED;
    style_need(out, r->module_name, "get_secret");
    style_need(out, r->module_name, "get_secret_bytes");
}

const struct style_kind style_module = {"module", serves, plan};
