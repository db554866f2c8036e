/* cmd_migrate.c: plan, migrate, upload and rewrite: one transaction, of which
 * each command runs a part. */
#include "cli/migration.h"

struct parts {
    bool uploads, rewrites; /* which halves */
    bool runs;              /* or only shows */
};

static int print_json(struct migration *m, bool done) {
    struct cli *c = m->cli;
    struct buf text = BUF_INIT(KL_MAX_FILE_BYTES);
    migration_print_json(m, done, &text);
    out_raw(&c->out, buf_as_slice(&text));
    buf_release(&text);
    return migration_status(m);
}

static int show_end(const struct migration *m, const struct parts *parts, bool runs) {
    struct cli *c = m->cli;
    if (runs)
        migration_show_result(m);
    else if (m->moving + m->values_moving > 0 && parts->runs)
        out_text(&c->out, "\nNothing was written: --dry-run.\n");
    else if (m->moving > 0)
        out_text(&c->out, "\nNothing was written. `keylift migrate%s` does it.\n",
                 c->options.staged ? " --staged" : "");
    else if (m->left > 0)
        out_text(&c->out, "Nothing was written: no literal can move.\n");
    migration_show_policy(m);
    return migration_status(m);
}

static int run(struct migration *m, const struct parts *parts, struct error *e) {
    struct cli *c = m->cli;
    bool json = c->options.format == FORMAT_JSON;
    enum kl_status s = migration_prepare(m, parts->uploads, parts->rewrites, e);
    if (s != KL_OK)
        return cli_fail(c, e);
    if (!json)
        migration_show_plan(m);
    bool runs = parts->runs && !c->options.dry_run && m->moving + m->values_moving > 0;
    if (runs && json && !c->options.yes)
        return cli_usage(c, "--format json asks no questions: say --yes too");
    if (runs && !json && !migration_confirm(m)) {
        out_text(&c->err, "keylift: nothing was written\n");
        return STATUS_TROUBLE;
    }
    if (runs) {
        s = migration_run(m, e);
        if (s != KL_OK) {
            if (!json)
                migration_show_stopped(m);
            return cli_fail(c, e);
        }
        migration_look_after(m);
    }
    /* --dry-run writes nothing at all. */
    if (!c->options.dry_run)
        s = migration_write_policy(m, e);
    if (s == KL_OK && !c->options.dry_run)
        s = migration_write_summary(m, runs, e);
    int status = json ? print_json(m, runs) : show_end(m, parts, runs);
    return s == KL_OK ? status : cli_fail(c, e);
}

static int start(struct cli *c, const struct parts *parts) {
    struct migration m = {.cli = c};
    struct error e = {0};
    int status = run(&m, parts, &e);
    migration_release(&m);
    return status;
}
int cmd_plan(struct cli *c) {
    return start(c, &(struct parts){.uploads = true, .rewrites = true});
}
int cmd_migrate(struct cli *c) {
    return start(c, &(struct parts){.uploads = true, .rewrites = true, .runs = true});
}
int cmd_upload(struct cli *c) {
    return start(c, &(struct parts){.uploads = true, .runs = true});
}
int cmd_rewrite(struct cli *c) {
    return start(c, &(struct parts){.rewrites = true, .runs = true});
}
