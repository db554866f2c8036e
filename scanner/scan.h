/* scan.h: a whole scan: sources, threads, lexer, candidates, rules, classifier,
 * suppressions, findings. */
#ifndef KEYLIFT_SCANNER_SCAN_H
#define KEYLIFT_SCANNER_SCAN_H

#include "base/byte_source.h"
#include "base/error.h"
#include "base/redact.h"
#include "scanner/finding.h"
#include "scanner/rule.h"
#include "scanner/scan_progress.h"

struct scan_ignore {
    const char *path_glob; /* NULL: any path */
    const char *rule;      /* NULL: any rule */
};

/* Called while the scan goes on with the findings of a file, in the order of the file, when nothing that is
 * found later can change them; by any thread, one at a time, and with the redactor knowing what was found so
 * far. What it marks as `told` is dropped, unless scan_options.keep_told. */
typedef void scan_tell_fn(void *ctx, struct finding *of_file, size_t count);

struct scan_options {
    const char *const *paths;          /* NULL-terminated; at least one */
    const char *const *excludes;       /* globs, gitignore syntax; NULL for none */
    const struct scan_ignore *ignores; /* of the configuration */
    size_t ignore_count;
    bool no_gitignore;
    bool no_suppressions;     /* --no-config: comments are not honoured */
    bool staged;              /* the git index of the repository at paths[0] instead of the files */
    bool whole_files;         /* of what is staged, also what the commit before has */
    const char *const *named; /* of what is staged these files alone; those not staged are scanned whole, as
                                 the index has them; NULL for all that is staged */
    bool history;             /* what its commits brought: scan_history.c */
    const char *range;        /* of these commits alone, as git rev-list takes them, one a line; empty: all */
    bool all_objects; /* and what the repository holds and no branch, tag or stash reaches; without a range */
    const char *const *tips; /* the newest commits, for finding.in_head; NULL-terminated; NULL: HEAD */
    bool hook;               /* in the repository that the variables of a hook name */
    bool archives;           /* look into them: scan_archive.h */
    unsigned jobs;           /* 0: as many as processors */
    size_t piece_bytes; /* tests: files that are larger are scanned in pieces of this length; 0: as usual */
    double min_confidence;
    struct rule_set_options rules;
    const struct rule_set
        *rule_set;             /* made with `rules` before, and shared by many scans; NULL: for this one */
    bool split_urls;           /* of a URL or connection string, the password alone moves */
    bool keep_values;          /* findings keep their secrets (migrate, upload); scan does not need them */
    struct redactor *redactor; /* gains every value found; may be NULL */
    bool (*interrupted)(void); /* asked between files; may be NULL */
    scan_show_fn *progress;    /* called by any thread, while it works; may be NULL */
    scan_tell_fn *tell; /* of files and folders, neither of what is staged nor of history; may be NULL */
    void *tell_ctx;
    bool keep_told; /* the result has what was told, too */
};

/* Scans. Errors of single files are entries in *out; a returned error means
 * that nothing could be scanned at all (a rule file that does not parse). */
enum kl_status scan_run(const struct scan_options *o, struct scan_result *out, struct error *e) KL_MUST_USE;

/* One document from memory (standard input, a git blob, a test). `path` decides
 * what kind of file it is. */
enum kl_status scan_bytes(const struct scan_options *o, const char *path, struct slice bytes,
                          struct scan_result *out, struct error *e) KL_MUST_USE;

/* The same of one that comes from a source, of any length. */
enum kl_status scan_from(const struct scan_options *o, const char *path, struct byte_source from,
                         struct scan_result *out, struct error *e) KL_MUST_USE;

/* What kind of file a path is, by its name and first bytes. */
enum scan_language {
    SCAN_PYTHON,
    SCAN_NOTEBOOK,
    SCAN_DOTENV,
    SCAN_CONFIG,
    SCAN_SHELL,
    SCAN_TEXT,
    SCAN_BINARY
};
enum scan_language scan_language_of(const char *path, struct slice head);
/* Whether it is a lock file or minified, likewise. */
enum scan_partly scan_partly_of(const char *path, struct slice head);

#endif
