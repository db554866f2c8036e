/* style_environ.c: sites read os.environ["NAME"], which a module of the package fills
 * when it is imported (its text: rewrite_environ_module). */
#include "rewriters/style.h"

static bool serves(const struct rewrite_request *r) {
    return r->style == STYLE_ENVIRON && r->module_name && !r->access->needs_loading;
}

static void plan(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    out->read_text = "os.environ[{name}]";
    out->read_bytes = "base64.b64decode(os.environ[{name}])";
    out->by_own_name = true;
    out->reads = READS_FILLED;
    style_need_mentioned(out);
    style_need(out, "os", NULL)->attribute = "environ";
    style_need_effect(out, r->module_name, arena);
}

const struct style_kind style_environ = {"environ", serves, plan};
