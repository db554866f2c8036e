/* style_merged.c: sites read `env_values["NAME"]`, a dictionary that is merged of the files
 * of one environment and of os.environ (its statement: merged.h). */
#include "rewriters/merged.h"
#include "rewriters/style.h"

static bool serves(const struct rewrite_request *r) {
    return r->access->needs_loading && r->access->environment && !r->module_name && r->dotenv_relative;
}

static void plan(const struct rewrite_request *r, struct arena *arena, struct style_plan *out) {
    out->merges = true;
    out->reads = READS_LEFT;
    out->reads_refusal = STYLE_NOT_FILLED;
    out->read_text = style_from_mapping(r->access->read_text, MERGED_NAME, arena);
    out->read_bytes =
        r->access->read_bytes ? style_from_mapping(r->access->read_bytes, MERGED_NAME, arena) : NULL;
    style_need_mentioned(out);
    struct import_need *values = style_need(out, "", MERGED_NAME);
    if (values)
        values->assigned = true;
}

const struct style_kind style_merged = {"merged", serves, plan};
