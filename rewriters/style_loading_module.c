/* style_loading_module.c: sites read `environ["NAME"]` from a module of the package that
 * loads the dotenv file once (its text: rewrite_dotenv_module). */
#include "rewriters/style.h"

#include "base/buf.h"

static bool serves(const struct rewrite_request *r) {
    return r->module_name && r->access->needs_loading && r->style != STYLE_ENVIRON;
}

/* os.environ becomes environ: what the module exports. */
static const char *through_module(const char *template, struct arena *arena) {
    const struct slice text = slice_cstr(template), wanted = SLICE_LIT("os.environ");
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    size_t from = 0;
    for (size_t at; (at = slice_find(text, wanted, from)) != SIZE_MAX; from = at + wanted.len) {
        buf_slice(&b, slice_sub(text, from, at));
        buf_str(&b, "environ");
    }
    buf_slice(&b, slice_sub(text, from, text.len));
    const char *result = arena_cstr(arena, buf_as_slice(&b));
    buf_release(&b);
    return result;
}

static void plan(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    out->reads = READS_FILLED;
    out->read_text = through_module(r->access->read_text, arena);
    out->read_bytes = r->access->read_bytes ? through_module(r->access->read_bytes, arena) : NULL;
    for (const struct python_import *i = r->access->imports; i && i->module; i++)
        style_need(out, i->module, i->symbol);
    style_need_mentioned(out);
    style_need(out, r->module_name, "environ");
}

const struct style_kind style_loading_module = {"loading module", serves, plan};
