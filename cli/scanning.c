/* scanning.c: see scanning.h. */
#include "cli/scanning.h"

#include "base/system.h"

static const char *const HERE[] = {".", NULL};

const char *const *cli_paths(const struct cli *c) {
    const struct string_list *named = &c->options.arguments;
    return named->count > 0 ? (const char *const *)named->items : HERE;
}

static const char *const *items_of(const struct string_list *l) {
    return l->count > 0 ? (const char *const *)l->items : NULL;
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
    };
}
