/* cmd_migrate.c: plan, migrate, upload and rewrite: one transaction, of which
 * each command runs a part. */
#include "cli/migration.h"

#include "base/file.h"

static int print_report(struct migration *m, bool done) {
    struct cli *c = m->cli;
    struct buf text = BUF_INIT(KL_MAX_FILE_BYTES);
    if (c->options.format == FORMAT_SARIF) {
        migration_print_sarif(m, &c->out);
        return migration_status(m);
    }
    migration_print_json(m, done, &text);
    out_raw(&c->out, buf_as_slice(&text));
    buf_release(&text);
    return migration_status(m);
}

/* plan -o FILE */
static enum kl_status write_plan(struct migration *m, struct error *e) {
    struct buf text = BUF_INIT(KL_MAX_FILE_BYTES);
    const char *path = m->cli->options.output;
    cJSON *plan = path ? migration_plan(m, e) : NULL;
    enum kl_status s = KL_OK;
    if (path && !plan)
        s = e->status;
    if (plan) {
        json_print(plan, true, &text);
        s = file_write_atomic(path, buf_as_slice(&text), 0, e);
    }
    cJSON_Delete(plan);
    buf_release(&text);
    return s;
}

static void say_names(const struct migration *m) {
    struct output *o = &m->cli->out;
    if (!m->cli->options.names || m->names.exists || m->moving == 0 || m->cli->options.dry_run)
        return;
    out_text(o, "\nThe names are in ");
    out_path(o, MARK_BOLD, m->cli->options.names);
    out_text(o, ": change them there, and run keylift with the same --names again.\n");
}

static void say_how_to_go_on(const struct migration *m, bool would_run) {
    struct cli *c = m->cli;
    bool rewrites = m->moving + m->reads_moving > 0;
    if (migration_moves(m) && would_run)
        out_text(&c->out, "\nNothing was written: --dry-run.\n");
    else if (rewrites && c->options.output) {
        out_text(&c->out, "\nThe plan is in ");
        out_path(&c->out, MARK_BOLD, c->options.output);
        out_text(&c->out, "; nothing else was written. `keylift apply` does it.\n");
    } else if (rewrites)
        out_text(&c->out, "\nNothing was written. `keylift migrate%s` does it.\n",
                 c->options.staged ? " --staged" : "");
    else if (m->left > 0)
        out_text(&c->out, "Nothing was written: no literal can move.\n");
}

static int show_end(const struct migration *m, const struct migration_parts *parts, bool runs) {
    if (runs)
        migration_show_result(m);
    else
        say_how_to_go_on(m, parts->runs);
    migration_show_policy(m);
    return migration_status(m);
}

/* What is wrong with this machine's disk is not in the vault's words. */
static int fail_in_the_middle(struct cli *c, const struct error *e) {
    int status = cli_fail(c, e);
    if (e->status == KL_ERR_IO)
        out_mark(&c->err, MARK_DIM, "         %s\n", status_advice(e->status));
    return status;
}

int migration_do(struct migration *m, const struct migration_parts *parts) {
    struct cli *c = m->cli;
    struct error error = {0}, *e = &error;
    bool report = c->options.format != FORMAT_TEXT;
    enum kl_status s = migration_prepare(m, parts->uploads, parts->rewrites, e);
    if (s != KL_OK)
        return cli_fail(c, e);
    if (!report)
        migration_show_plan(m);
    if (!c->options.dry_run && migration_write_names(m, e) != KL_OK)
        return cli_fail(c, e);
    if (!report)
        say_names(m);
    bool runs = parts->runs && !c->options.dry_run && migration_moves(m);
    if (runs && report && !c->options.yes)
        return cli_usage(c, "--format json asks no questions: say --yes too");
    if (runs && !report && !migration_confirm(m)) {
        out_text(&c->err, "keylift: nothing was written\n");
        return STATUS_TROUBLE;
    }
    if (runs) {
        s = migration_run(m, e);
        if (s != KL_OK) {
            if (!report)
                migration_show_stopped(m);
            return fail_in_the_middle(c, e);
        }
        migration_look_after(m);
    } else if (!parts->runs && write_plan(m, e) != KL_OK) {
        return cli_fail(c, e);
    }
    /* --dry-run writes nothing at all. */
    if (!c->options.dry_run)
        s = migration_write_policy(m, e);
    if (s == KL_OK && !c->options.dry_run)
        s = migration_write_summary(m, runs, e);
    int status = report ? print_report(m, runs) : show_end(m, parts, runs);
    return s == KL_OK ? status : cli_fail(c, e);
}

static int start(struct cli *c, const struct migration_parts *parts) {
    struct migration m = {.cli = c};
    int status = migration_do(&m, parts);
    migration_release(&m);
    return status;
}
int cmd_plan(struct cli *c) {
    return start(c, &(struct migration_parts){.uploads = true, .rewrites = true});
}
int cmd_migrate(struct cli *c) {
    return start(c, &(struct migration_parts){.uploads = true, .rewrites = true, .runs = true});
}
int cmd_upload(struct cli *c) {
    return start(c, &(struct migration_parts){.uploads = true, .runs = true});
}
int cmd_rewrite(struct cli *c) {
    return start(c, &(struct migration_parts){.rewrites = true, .runs = true});
}
