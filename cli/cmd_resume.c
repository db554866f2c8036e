/* cmd_resume.c: `keylift resume [RUN]`: the rest of a run that was killed or stopped,
 * by the plan in its journal. It ends as the run would have ended, and is the same run:
 * `undo` takes back all of it. */
#include "cli/migration.h"
#include "cli/run_log.h"
#include "rewriters/plan.h"

struct resume {
    struct cli *c;
    struct project project;
    struct run_log log;
    const struct run *run;
    struct plan plan;
    struct arena arena;
};

static enum kl_status why_not(const struct run *r, struct error *e) {
    if (r->state == RUN_UNREADABLE)
        return error_set(e, KL_ERR_PARSE, "%s", r->error.message);
    if (r->undoes)
        return error_set(e, KL_ERR_REFUSED, "the run %s is an undo; `keylift undo %s` goes on with it", r->id,
                         r->undoes);
    if (r->state != RUN_INTERRUPTED)
        return error_set(e, KL_ERR_REFUSED, "the run %s is finished; there is nothing to resume", r->id);
    return error_set(e, KL_ERR_UNSUPPORTED,
                     "the run %s does not say what was left to do; run the same command again, which uses "
                     "what it has stored",
                     r->id);
}

/* Values of variables are in no journal. They are taken again, from where the user says: a
 * journal may lie in the tree, and names no file whose values are to be sent somewhere. */
static enum kl_status check_values(const struct resume *r, struct error *e) {
    const char *from = r->c->options.with_values;
    if (r->run->with_values && !from)
        return error_set(e, KL_ERR_USAGE,
                         "the run %s took values of environment variables, which no journal keeps; say where "
                         "they are: keylift resume --with-values %s %s",
                         r->run->id, r->run->with_values, r->run->id);
    if (!r->run->with_values && from)
        return error_set(e, KL_ERR_USAGE,
                         "the run %s took no values of environment variables; leave --with-values out",
                         r->run->id);
    return KL_OK;
}

static enum kl_status choose_run(struct resume *r, struct error *e) {
    const struct string_list *words = &r->c->options.arguments;
    const char *wanted = words->count > 0 ? words->items[0] : NULL;
    for (size_t i = r->log.count; i-- > 0 && !r->run;) {
        const struct run *run = &r->log.runs[i];
        if (wanted ? strcmp(run->id, wanted) == 0 : run_can_resume(run))
            r->run = run;
    }
    if (!r->run)
        return wanted
                   ? error_set(e, KL_ERR_NOT_FOUND, "there is no run %s; `keylift runs` lists them", wanted)
                   : error_set(e, KL_ERR_NOT_FOUND, "there is no unfinished run to resume here");
    return run_can_resume(r->run) ? KL_OK : why_not(r->run, e);
}

/* Somebody may have staged the sources by hand, and not what goes with them. */
static enum kl_status stage_rest(const struct resume *r, struct error *e) {
    const cJSON *recorded = run_staging(r->run);
    struct staging staging = {0};
    enum kl_status s = recorded ? staging_recall(&staging, recorded, e) : KL_OK;
    if (s == KL_OK && recorded)
        s = staging_commit(&staging, r->project.git_top, e);
    staging_release(&staging);
    return s;
}

/* Everything that the run was to write stands there: only its last line is missing. */
static int finish(struct resume *r, const struct migration *m) {
    struct journal j = {0};
    struct error e = {0};
    enum kl_status s = journal_resume(&j, r->project.root, r->run->id, &e);
    if (s == KL_OK)
        s = stage_rest(r, &e);
    if (s == KL_OK)
        s = journal_finish(&j, &e);
    journal_release(&j);
    if (s != KL_OK)
        return cli_fail(r->c, &e);
    return migration_follow_say_done(m, "nothing was left to do: every file is as the run leaves it");
}

static int go_on(struct resume *r, struct migration *m) {
    struct error e = {0};
    if (migration_follow_begin(m, &e) != KL_OK)
        return cli_fail(r->c, &e);
    if (migration_follow_is_done(m) && !r->c->options.dry_run)
        return finish(r, m);
    if (migration_follow_is_done(m))
        return migration_follow_say_done(m, "nothing is left to do");
    return migration_do(m, &(struct migration_parts){r->plan.uploads, r->plan.rewrites, .runs = true});
}

int cmd_resume(struct cli *c) {
    struct resume r = {.c = c};
    struct migration m = {.cli = c};
    struct error e = {0};
    int status;
    enum kl_status s = project_find(&r.project, ".", &r.arena, &e);
    if (s == KL_OK)
        s = run_log_read(&r.log, &r.project, &e);
    if (s == KL_OK)
        s = choose_run(&r, &e);
    if (s == KL_OK)
        s = check_values(&r, &e);
    if (s == KL_OK) {
        m.follow.what = arena_printf(&r.arena, "the run %s", r.run->id);
        m.follow.resume = r.run->id;
        m.follow.run = r.run;
        m.follow.plan = &r.plan;
        s = plan_from(cJSON_Duplicate(r.run->plan, true), m.follow.what, &r.plan, &e);
    }
    status = s == KL_OK ? go_on(&r, &m) : cli_fail(c, &e);
    migration_release(&m);
    plan_release(&r.plan);
    run_log_release(&r.log);
    arena_release(&r.arena);
    return status;
}
