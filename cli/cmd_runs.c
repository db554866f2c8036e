/* cmd_runs.c: `keylift runs`: what was changed here, and when. */
#include "cli/command.h"
#include "cli/run_log.h"

struct listing {
    struct cli *c;
    const struct project *project;
    size_t count;
    struct arena *arena;
};

static void count_file(void *ctx, const cJSON *file) {
    struct listing *l = ctx;
    (void)file;
    l->count++;
}

static void count_name(void *ctx, const char *name, const char *stored_name, const char *version) {
    (void)stored_name;
    struct listing *l = ctx;
    (void)name;
    (void)version;
    l->count++;
}

static void show_file(void *ctx, const cJSON *file) {
    struct listing *l = ctx;
    const char *path = journal_get_path(file, "path", l->arena);
    out_text(&l->c->out, "    %s ", json_bool(file, "create", false) ? "new" : "   ");
    out_path(&l->c->out, MARK_NONE, path ? path_relative(l->arena, path, l->project->root) : "?");
    out_text(&l->c->out, "\n");
}

static void show_name(void *ctx, const char *name, const char *stored_name, const char *version) {
    (void)stored_name;
    struct listing *l = ctx;
    (void)version;
    out_text(&l->c->out, " ");
    out_path(&l->c->out, MARK_NONE, name);
}

static void show_run(struct cli *c, const struct project *p, const struct run *r, struct arena *a) {
    static const enum style_mark marks[] = {[RUN_FINISHED] = MARK_GREEN,
                                            [RUN_UNDONE] = MARK_DIM,
                                            [RUN_TOOK_BACK] = MARK_DIM,
                                            [RUN_INTERRUPTED] = MARK_YELLOW,
                                            [RUN_UNREADABLE] = MARK_RED};
    struct listing files = {c, p, 0, a}, names = {c, p, 0, a};
    out_path(&c->out, MARK_BOLD, r->id);
    out_text(&c->out, "  ");
    out_path(&c->out, MARK_NONE, r->time);
    out_text(&c->out, "  ");
    out_mark(&c->out, marks[r->state], "%s", run_state_name(r->state));
    if (r->state == RUN_UNREADABLE) {
        out_text(&c->out, ": %s\n", r->error.message);
        return;
    }
    run_each_file(r, count_file, &files);
    run_each_name(r, count_name, &names);
    if (r->undoes) {
        out_text(&c->out, " of ");
        out_path(&c->out, MARK_NONE, r->undoes);
    }
    out_text(&c->out, ", %zu file%s, %zu name%s\n", files.count, files.count == 1 ? "" : "s", names.count,
             names.count == 1 ? "" : "s");
    if (run_can_resume(r))
        out_mark(&c->out, MARK_DIM, "    `keylift resume %s%s` finishes it\n",
                 r->with_values ? "--with-values FILE " : "", r->id);
    run_each_file(r, show_file, &files);
    if (names.count > 0) {
        out_text(&c->out, "    names:");
        run_each_name(r, show_name, &names);
        out_text(&c->out, "\n");
    }
}

static void add_file(void *ctx, const cJSON *file) {
    cJSON *list = ctx, *o = cJSON_CreateObject();
    struct arena a = ARENA_INIT;
    const char *path = journal_get_path(file, "path", &a);
    if (path)
        journal_add_path(o, "path", path);
    cJSON_AddBoolToObject(o, "new", json_bool(file, "create", false));
    cJSON_AddItemToArray(list, o);
    arena_release(&a);
}

static void add_name(void *ctx, const char *name, const char *stored_name, const char *version) {
    (void)stored_name;
    cJSON *list = ctx;
    (void)version;
    cJSON_AddItemToArray(list, cJSON_CreateString(name));
}

static void print_json(struct cli *c, const struct run_log *l) {
    struct buf text = BUF_INIT(KL_MAX_FILE_BYTES);
    cJSON *root = json_document(1);
    cJSON *list = cJSON_AddArrayToObject(root, "runs");
    for (size_t i = 0; i < l->count; i++) {
        const struct run *r = &l->runs[i];
        cJSON *o = cJSON_CreateObject();
        json_add_string(o, "id", r->id);
        json_add_string(o, "time", r->time);
        json_add_string(o, "state", run_state_name(r->state));
        json_add_string(o, "undoes", r->undoes);
        cJSON_AddBoolToObject(o, "resumable", run_can_resume(r));
        json_add_string(o, "vault", r->vault);
        json_add_string(o, "error", r->state == RUN_UNREADABLE ? r->error.message : NULL);
        run_each_file(r, add_file, cJSON_AddArrayToObject(o, "files"));
        run_each_name(r, add_name, cJSON_AddArrayToObject(o, "names"));
        cJSON_AddItemToArray(list, o);
    }
    json_print(root, true, &text);
    out_raw(&c->out, buf_as_slice(&text));
    cJSON_Delete(root);
    buf_release(&text);
}

int cmd_runs(struct cli *c) {
    struct project project = {0};
    struct run_log log = {0};
    struct error e = {0};
    int status = STATUS_DONE;
    if (project_find(&project, ".", &c->arena, &e) != KL_OK || run_log_read(&log, &project, &e) != KL_OK) {
        run_log_release(&log);
        return cli_fail(c, &e);
    }
    for (size_t i = 0; i < log.count; i++)
        if (log.runs[i].state == RUN_UNREADABLE)
            status = STATUS_TROUBLE;
    if (c->options.format == FORMAT_JSON) {
        print_json(c, &log);
    } else if (log.count == 0) {
        out_text(&c->out, "no run has changed anything here\n");
        if (!project.git_top)
            out_text(&c->out, "(outside git, a run belongs to the folder that it was given: go there)\n");
    } else {
        for (size_t i = 0; i < log.count; i++)
            show_run(c, &project, &log.runs[i], &log.arena);
    }
    run_log_release(&log);
    return status;
}
