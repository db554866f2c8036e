/* style_environ.c: sites read os.environ["NAME"], which a module of the package fills
 * when it is imported (its text: rewrite_environ_module). */
#include "rewriters/style.h"

static bool serves(const struct rewrite_request *r) {
    return r->style == STYLE_ENVIRON && r->module_name && !r->access->needs_loading;
}

static void plan(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    const char *dot = strrchr(r->module_name, '.');
    struct import_need *module = NULL;
    out->read_text = "os.environ[{name}]";
    out->read_bytes = "base64.b64decode(os.environ[{name}])";
    out->by_own_name = true;
    style_need_mentioned(out);
    style_need(out, "os", NULL)->attribute = "environ";
    if (!dot) {
        module = style_need(out, r->module_name, NULL);
    } else {
        /* The dots of ".secrets" are the package; the last one of "shop.secrets" is no part of it. */
        size_t len = (size_t)(dot - r->module_name);
        bool relative = strspn(r->module_name, ".") == len + 1;
        module =
            style_need(out, arena_cstr(arena, slice_of(r->module_name, relative ? len + 1 : len)), dot + 1);
    }
    if (module)
        module->for_effect = true;
}

const struct style_kind style_environ = {"environ", serves, plan};
