/* scanning.c: see scanning.h. */
#include "cli/scanning.h"

#include "base/file.h"
#include "base/system.h"
#include "cli/report.h"

static const char *const HERE[] = {".", NULL};

const char *const *cli_paths(const struct cli *c) {
    const struct string_list *named = &c->options.arguments;
    return named->count > 0 ? (const char *const *)named->items : HERE;
}

static const char *const *items_of(const struct string_list *l) {
    return l->count > 0 ? (const char *const *)l->items : NULL;
}

/* On the terminal, over itself; gone when the scan is done. */
static void show_progress(const struct scan_so_far *p) {
    char files[32], findings[32];
    struct error unseen = {0};
    struct buf line = BUF_INIT(256);
    double mb = (double)p->bytes / 1e6;
    buf_str(&line, "\r");
    if (!p->done) {
        buf_printf(&line, "%s files, %.0f MB, %.0f MB/s, %s findings", report_number(p->files, files), mb,
                   mb / p->seconds, report_number(p->findings, findings));
    }
    buf_str(&line, "\x1b[K");
    (void)(file_write_fd(2, "the terminal", buf_as_slice(&line), &unseen) == KL_OK);
    buf_release(&line);
}

static bool shows_progress(const struct options *o) {
    return !o->no_progress && !o->quiet && system_is_terminal(2);
}

struct scan_options cli_scan_options(const struct cli *c, const char *const *paths) {
    const struct options *o = &c->options;
    return (struct scan_options){
        .paths = paths,
        .excludes = items_of(&o->exclude),
        .ignores = c->config.ignores,
        .ignore_count = c->config.ignore_count,
        .no_gitignore = o->no_gitignore,
        .no_suppressions = o->no_config,
        .archives = o->archives,
        .staged = o->staged,
        .whole_files = o->whole_files,
        .split_urls = o->split_urls,
        .jobs = o->jobs,
        .min_confidence = o->min_confidence,
        .rules =
            {
                .only = items_of(&o->rules),
                .skip = items_of(&o->skip_rules),
                .files = items_of(&o->rules_files),
                .exhaustive = o->exhaustive,
            },
        .redactor = c->redactor,
        .interrupted = system_interrupted,
        .progress = shows_progress(o) ? show_progress : NULL,
    };
}
