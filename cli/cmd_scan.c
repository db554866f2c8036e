/* cmd_scan.c: `keylift scan` and `keylift env`: one scan, two reports. */
#include <stdlib.h>

#include "base/file.h"
#include "base/gitblob.h"
#include "cli/baselining.h"
#include "cli/blame.h"
#include "cli/hook_source.h"
#include "cli/present.h"
#include "cli/project.h"
#include "cli/report_stream.h"
#include "cli/scanning.h"
#include "cli/value_id.h"
#include "cli/verification.h"
#include "scanner/diff.h"
#include "scanner/scan_diff.h"

static bool from_stdin(const struct cli *c) {
    const struct string_list *paths = &c->options.arguments;
    for (size_t i = 0; i < paths->count; i++) {
        if (strcmp(paths->items[i], "-") == 0) {
            return true;
        }
    }
    return false;
}

#define NO_NAME "<stdin>"

static bool may_be_diff(const char *name) {
    struct slice n = slice_cstr(name);
    return slice_eq_cstr(n, NO_NAME) || slice_ends(n, ".diff") || slice_ends(n, ".patch");
}

/* Where the paths of a diff begin: git names files from the top of the repository. */
static const char *diff_folder(struct cli *c) {
    struct project project = {0};
    struct error unseen = {0};
    const char *here = path_real(&c->arena, ".");
    bool found = here != NULL && project_find(&project, ".", &c->arena, &unseen) == KL_OK;
    return found && project.git_top != NULL ? path_relative(&c->arena, project.git_top, here) : ".";
}

static enum kl_status next_of_stdin(void *ctx, size_t want, struct buf *out, struct error *e) {
    (void)ctx;
    return file_read_some(0, "standard input", want, out, e);
}

/* As much as tells whether it is a diff, which is held whole. */
static enum kl_status read_head(struct buf *text, struct error *e) {
    enum kl_status s = KL_OK;
    size_t before = SIZE_MAX;
    while (s == KL_OK && text->len < DIFF_LOOK_BYTES && text->len != before) {
        before = text->len;
        s = file_read_some(0, "standard input", DIFF_LOOK_BYTES - text->len, text, e);
    }
    return s;
}

static enum kl_status scan_stdin(struct cli *c, const struct scan_options *o, struct scan_result *out,
                                 struct error *e) {
    if (c->options.arguments.count > 1 || c->options.staged || o->history) {
        return error_set(e, KL_ERR_USAGE,
                         "\"-\" (standard input) stands alone: without other paths, --staged, --history and "
                         "--since");
    }
    struct buf text;
    buf_init_secret(&text, KL_MAX_FILE_BYTES);
    const char *name = c->options.stdin_filename != NULL ? c->options.stdin_filename : NO_NAME;
    enum kl_status s = may_be_diff(name) ? read_head(&text, e) : KL_OK;
    if (s == KL_OK && diff_is(buf_as_slice(&text))) {
        s = file_read_fd(0, "standard input", KL_MAX_FILE_BYTES, &text, e);
        if (s == KL_OK) {
            s = scan_diff(o, name, diff_folder(c), buf_as_slice(&text), out, e);
        }
    } else if (s == KL_OK) {
        s = scan_from(o, name, (struct byte_source){.next = next_of_stdin, .ahead = buf_as_slice(&text)}, out,
                      e);
    }
    buf_release(&text);
    return s;
}

/* Values are kept for the baseline's tags, for ids and for --verify alone, and go with the result. */
static enum kl_status scan(struct cli *c, struct scan_options *o, bool piped, struct baselining *b,
                           struct verification *v, struct report_stream *told, struct scan_result *out,
                           struct error *e) {
    const char *key_file = c->options.fingerprint_key_file;
    struct buf key;
    buf_init_secret(&key, VALUE_KEY_MAX_BYTES);
    enum kl_status s = c->command->bit == CMD_SCAN ? baselining_open(c, o->paths[0], false, b, e) : KL_OK;
    o->keep_values = b->exists || key_file != NULL || c->options.verify.count > 0;
    if (s == KL_OK && key_file != NULL) {
        s = value_key_read(c, key_file, &key, e);
    }
    told->key = buf_as_slice(&key);
    if (told->out != NULL && b->exists) {
        baseline_index_make(&told->baseline, &b->baseline);
    }
    if (s == KL_OK) {
        s = piped ? scan_stdin(c, o, out, e) : scan_run(o, out, e);
    }
    if (s == KL_OK && b->exists) {
        baselining_match(b, out);
    }
    for (size_t i = 0; s == KL_OK && key_file != NULL && i < out->finding_count; i++) {
        value_id_set(&out->findings[i], buf_as_slice(&key), arena_alloc(&out->arena, VALUE_ID_MAX));
    }
    if (s == KL_OK && c->options.verify.count > 0) {
        verification_run(c, out, v);
    }
    told->key = (struct slice){0};
    buf_release(&key);
    if (s == KL_OK && told->error.status != KL_OK) {
        *e = told->error;
        s = e->status;
    }
    return s;
}

/* The end of a range "A..B"; NULL where that is the current commit. */
static const char *const *end_of(struct cli *c, const char *range) {
    const char *dots = range != NULL ? strstr(range, "..") : NULL;
    const char *end = dots != NULL ? dots + strspn(dots, ".") : range;
    const char **tips = arena_calloc(&c->arena, 2, sizeof *tips);
    tips[0] = end;
    return end != NULL && end[0] != '\0' ? tips : NULL;
}

/* What no commit has lies in no folder. */
static enum kl_status check_whole(struct cli *c, const char *path, struct error *e) {
    const char *folder = path_real(&c->arena, path);
    const char *top = folder != NULL ? git_top_folder(folder, &c->arena) : NULL;
    if (top != NULL && strcmp(top, folder) != 0) {
        return error_set(e, KL_ERR_USAGE, "--all-objects looks at a whole repository: name %s", top);
    }
    return KL_OK;
}

/* --staged, --history, --since and --hook. *nothing: an empty request. */
static enum kl_status choose_source(struct cli *c, struct scan_options *o, bool *nothing, struct error *e) {
    const struct options *given = &c->options;
    bool hook = given->hook != HOOK_NONE;
    if (given->staged + (given->history != NULL) + (given->since != NULL) + hook > 1) {
        return error_set(e, KL_ERR_USAGE,
                         "--staged, --history, --since and --hook say what to look at: give one");
    }
    if (given->remote != NULL && given->hook != HOOK_PRE_PUSH) {
        return error_set(e, KL_ERR_USAGE, "--remote belongs to --hook pre-push");
    }
    if (hook && given->hook != HOOK_PRE_COMMIT && given->arguments.count > 0) {
        return error_set(e, KL_ERR_USAGE, "--hook %s looks at the whole repository: name no path",
                         given->hook == HOOK_PRE_PUSH ? "pre-push" : "pre-receive");
    }
    if (hook) {
        return hook_source(c, o, nothing, e);
    }
    if (given->all_objects && (given->history == NULL || given->history[0] != '\0')) {
        return error_set(e, KL_ERR_USAGE, "--all-objects goes with --history, and without a RANGE");
    }
    o->all_objects = given->all_objects;
    o->history = given->history != NULL || given->since != NULL;
    o->range = given->since != NULL ? arena_printf(&c->arena, "%s..HEAD", given->since) : given->history;
    o->tips = given->history != NULL ? end_of(c, given->history) : NULL;
    if ((o->history || given->staged) && given->arguments.count > 1) {
        return error_set(e, KL_ERR_USAGE, "--%s takes one folder of a repository",
                         given->since != NULL ? "since"
                         : o->history         ? "history"
                                              : "staged");
    }
    return given->all_objects ? check_whole(c, o->paths[0], e) : KL_OK;
}

static enum kl_status check_blame(const struct cli *c, const struct scan_options *o, bool piped,
                                  struct error *e) {
    if (c->options.blame && (o->history || o->staged || piped)) {
        return error_set(e, KL_ERR_USAGE, "--blame looks at the files of a repository as they are: %s",
                         o->history ? "what commits brought has their dates anyway"
                                    : "not at what is no file yet");
    }
    return KL_OK;
}

/* A hook is not noticed unless there is something to say. */
static bool says_nothing(const struct report *r) {
    struct report_counts n;
    report_count(r, &n);
    return r->options->hook != HOOK_NONE && r->options->format == FORMAT_TEXT && r->options->output == NULL &&
           r->options->also.count == 0 && r->options->verbose == 0 && n.shown == 0 &&
           report_status(r) == STATUS_DONE;
}

static int run(struct cli *c, bool env) {
    struct error e = {0};
    struct baselining baselining = {0};
    struct scan_result result = {0};
    struct env_inventory inventory = {0};
    struct verification verification = {0};
    struct report_stream told = {0};
    const char *const *paths = cli_paths(c);
    struct scan_options o = cli_scan_options(c, paths);
    bool piped = from_stdin(c), nothing = false;
    if (env) { /* which shows no default that any rule finds */
        o.rules.only = o.rules.skip = NULL;
        o.min_confidence = 0.0;
    }
    int status = STATUS_TROUBLE;
    if (!piped && c->options.stdin_filename != NULL) {
        return cli_usage(c, "--stdin-filename needs \"-\" as the path: keylift %s - --stdin-filename NAME",
                         c->command->name);
    }
    if (!env) {
        report_stream_open(&told, c, &o);
    }
    const char *undated = NULL;
    const uint32_t *present = NULL;
    if (verification_check(&c->options, &e) != KL_OK || report_check_also(&c->options, &e) != KL_OK ||
        choose_source(c, &o, &nothing, &e) != KL_OK || check_blame(c, &o, piped, &e) != KL_OK ||
        (!nothing && scan(c, &o, piped, &baselining, &verification, &told, &result, &e) != KL_OK)) {
        status = cli_fail(c, &e);
        goto done;
    }
    if (c->options.blame) {
        undated = blame_findings(result.findings, result.finding_count, o.paths[0], &c->arena);
    }
    if (o.history && report_marks_lines(&c->options)) {
        present = present_lines(result.findings, result.finding_count, o.paths[0],
                                o.tips != NULL && o.tips[0] != NULL ? o.tips[0] : "HEAD", &c->arena);
    }
    if (env) {
        struct walk_options walk = {.paths = paths, .no_gitignore = o.no_gitignore};
        struct error said = {0}; /* by the scan */
        (void)(walk_excludes(o.excludes, &c->arena, &walk.excludes, &said) == KL_OK);
        env_inventory_make(&inventory, &result, &walk, !piped);
    }
    struct report report = {
        .result = &result,
        .options = &c->options,
        .paths = o.paths,
        .nothing_to_scan = result.stats.files == 0 && result.error_count == 0,
        .inventory = env ? &inventory : NULL,
        .verification = c->options.verify.count > 0 ? &verification : NULL,
        .baselining = &baselining,
        .present = present,
        .undated = undated,
        .told = told.out != NULL ? &told : NULL,
    };
    status = says_nothing(&report) ? STATUS_DONE : report_finish(c, &report);
done:
    env_inventory_release(&inventory);
    verification_release(&verification);
    report_stream_release(&told);
    scan_result_release(&result);
    baselining_release(&baselining);
    return status;
}

int cmd_scan(struct cli *c) {
    return run(c, false);
}

int cmd_env(struct cli *c) {
    return run(c, true);
}
