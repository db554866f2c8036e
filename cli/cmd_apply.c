/* cmd_apply.c: `keylift apply PLAN`: a plan that somebody has reviewed, exactly. */
#include "cli/migration.h"
#include "rewriters/plan.h"

bool migration_follow_is_done(const struct migration *m) {
    const struct plan *plan = m->follow.plan;
    /* Values of variables (upload --with-values) are in no file. */
    bool all = (!plan->staged || m->follow.resume) && (plan->file_count > 0 || plan->name_count == 0);
    for (size_t i = 0; i < plan->file_count; i++)
        all = all && m->follow.done[i];
    return all;
}

int migration_follow_say_done(const struct migration *m, const char *what) {
    struct cli *c = m->cli;
    if (c->options.format != FORMAT_JSON) {
        out_text(&c->out, "%s\n", what);
        return STATUS_DONE;
    }
    struct buf text = BUF_INIT(KL_MAX_FILE_BYTES);
    migration_print_json(m, true, &text);
    out_raw(&c->out, buf_as_slice(&text));
    buf_release(&text);
    return STATUS_DONE;
}

static int apply(struct migration *m) {
    struct cli *c = m->cli;
    const struct plan *plan = m->follow.plan;
    struct error e = {0};
    if (migration_follow_begin(m, &e) != KL_OK)
        return cli_fail(c, &e);
    if (migration_follow_is_done(m))
        return migration_follow_say_done(m, plan->file_count
                                                ? "nothing to do: every file is as the plan leaves it"
                                                : "nothing to do: the plan moves no literal");
    return migration_do(m, &(struct migration_parts){plan->uploads, plan->rewrites, .runs = true});
}

int cmd_apply(struct cli *c) {
    struct migration m = {.cli = c};
    struct plan plan = {0};
    struct error e = {0};
    if (c->options.arguments.count != 1)
        return cli_usage(c, "say which plan: keylift apply PLAN; `keylift plan -o PLAN` writes one");
    m.follow.plan = &plan;
    m.follow.what = arena_cstr(&c->arena, slice_cstr(c->options.arguments.items[0]));
    int status = plan_read(m.follow.what, &plan, &e) == KL_OK ? apply(&m) : cli_fail(c, &e);
    migration_release(&m);
    plan_release(&plan);
    return status;
}
