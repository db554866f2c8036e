/* scanfile.h: one file through the whole engine. A worker belongs to one thread
 * and keeps its memory from file to file. */
#ifndef KEYLIFT_SCANNER_SCANFILE_H
#define KEYLIFT_SCANNER_SCANFILE_H

#include "base/byte_source.h"
#include "base/shared_text.h"
#include "scanner/candidate.h"
#include "scanner/classify.h"
#include "scanner/envread.h"
#include "scanner/flow.h"
#include "scanner/gitignore.h"
#include "scanner/module_notes.h"
#include "scanner/scan.h"
#include "scanner/scan_prior.h"
#include "scanner/suppress.h"

/* What all workers read and none changes. */
struct scan_shared {
    const struct scan_options *options;
    const struct rule_set *rules;
    struct rule_set *own_rules; /* NULL: the caller's */
    const struct suppress_rules *suppress;
    const struct ignore_list *excludes;
    struct scan_progress *progress; /* NULL: of one document */
    bool follows_imports;           /* files are there to be read again */
    struct scan_gate *gate;         /* NULL: one thread */
    struct mutex *telling;          /* also the redactor; NULL: both hear of all at the end */
    struct arena arena;
};

enum kl_status scan_shared_init(struct scan_shared *s, const struct scan_options *o,
                                struct error *e) KL_MUST_USE;
void scan_shared_release(struct scan_shared *s);

/* A match in one candidate, before it is decided whether it is reported. */
struct scan_hit {
    const struct candidate *candidate;
    const struct rule *rule; /* NULL: the generic classifier's */
    const char *rule_id, *message, *note;
    size_t start, end;             /* of the secret, in the candidate's value */
    uint32_t span_start, span_end; /* in the text: the literal, or in a text file the match itself */
    double confidence;
    enum severity severity;
    const char *why;               /* of the generic classifier; in the arena of the file */
    size_t match_start, match_end; /* in the text, of a rule over whole files: all that matched; both 0: as
                                      the span */
    const char *allowed;           /* the allowlist that says it is no secret; NULL: none */
};

struct scan_hits {
    struct scan_hit *items;
    size_t count, capacity;
    double least; /* confidence, of one that is reported */
};

struct scan_place;

struct scan_worker {
    const struct scan_shared *shared;
    struct rule_matcher *matcher;
    struct skim *skim;  /* NULL: every file is read as what it is */
    struct buf bytes;   /* of the file at hand */
    struct arena arena; /* of the file at hand */
    struct py_tokens tokens;
    struct candidates candidates;
    struct env_reads reads;
    struct flows flows;
    struct module_notes notes;
    struct scan_hits hits;
    struct scan_place *place;  /* the text at hand; NULL between files */
    struct scan_result part;   /* this worker's share */
    struct shared_texts texts; /* of `part` */
    size_t told;               /* findings of it that were told and dropped */
    struct scan_prior prior;   /* the text before the one at hand */
    bool in_pieces;            /* the text at hand is a part of its file: scan_pieces.h */
    bool may_overfill;         /* the text at hand is a whole file, which may be scanned in pieces instead */
    bool overfull;             /* it is to be: it has too many hits, and nothing was reported */
    const char *root;          /* that was named, and that --exclude goes by; NULL: none */
    const char *member;   /* of an archive, at hand: how it is reported, for its path alone opens nothing */
    struct secret *extra; /* for the redactor: secrets that are a part of a literal */
    size_t extra_count, extra_cap;
};

void scan_worker_init(struct scan_worker *w, const struct scan_shared *shared);
void scan_worker_release(struct scan_worker *w);
/* Gives away what it found, for the next scan. */
void scan_worker_renew(struct scan_worker *w, const struct scan_shared *shared);

/* Reads and scans; true if the file was scanned. What went wrong is in the
 * worker's part. `named`: it was asked for, and must be there. */
bool scan_worker_file(struct scan_worker *w, const char *path, bool named);
bool scan_worker_bytes(struct scan_worker *w, const char *path, struct slice bytes);
/* What comes from a source, which is not read to its end where that is of no use. */
bool scan_worker_from(struct scan_worker *w, const char *path, struct byte_source from);
void scan_worker_error(struct scan_worker *w, const char *path, const char *message);
/* Tells what the worker has done since its share was as these: for scan_run's progress. */
void scan_worker_tell(struct scan_worker *w, const struct scan_stats *before, size_t findings_before);
void scan_worker_skip(struct scan_worker *w, enum skip_reason reason);

/* Text of its file, or a piece of it. */
void scan_document(struct scan_worker *w, const char *path, enum scan_language language, struct slice bytes);
/* The code of a notebook, without the rest of its text; true if there is some. */
bool scan_notebook_cells(struct scan_worker *w, const char *path, struct slice bytes);
/* A file with more hits is scanned in pieces: what it weighs and all that is found in it would be held
 * together. */
#define SCAN_MAX_WHOLE_HITS ((size_t)20000)
/* Findings of a Python file that the classifier has for their looks alone: with more, none of them counts. */
#define SCAN_MAX_RANDOM 4u

/* A hit in all of the candidate, to be filled in. */
struct scan_hit *scan_add_hit(struct scan_worker *w, const struct candidate *c);

/* scan_text_rules.c: rules over whole files, on the text at hand. `whole`: of a file that is no Python. And
 * those that are a path alone, whose findings are reported at once. */
void scan_text_rules(struct scan_worker *w, const struct candidate *whole);
void scan_path_rules(struct scan_worker *w, const char *path);

/* scan_repeats.c: makes the classifier's hits less likely whose value the file gives to many other names. */
void scan_weigh_repeats(struct scan_worker *w);

/* scan_allow.c: asks the allowlists about the hits from number `first` on. */
void scan_allow_hits(struct scan_worker *w, size_t first);

/* Of a literal of Python that no rule matches: may its uses say what it is? */
bool scan_asks_uses(const struct candidate *c);
/* Is there a literal in a statement of Python, by itself, that would be reported? `is_used` is asked of those
 * whose uses elsewhere may say so. Names that it gives at the level of the module are noted as in a scan. */
bool scan_code_tells(struct scan_worker *w, const char *path, struct slice code,
                     bool (*is_used)(void *ctx, const struct candidate *c), void *ctx);
/* A hit of the classifier, unless its rule is switched off; else NULL. */
struct scan_hit *scan_classified(struct scan_worker *w, const struct candidate *c,
                                 const struct classification *k);

/* scan_bytes by a worker that is kept from document to document, with what it has allocated: made when *w is
 * NULL, released with scan_worker_free. The options name a rule_set, the same each time. */
enum kl_status scan_bytes_by(struct scan_worker **w, const struct scan_options *o, const char *path,
                             struct slice bytes, struct scan_result *out, struct error *e) KL_MUST_USE;
void scan_worker_free(struct scan_worker *w);

/* The rules alone, on the value of a candidate that lives as long as its file; true if one matched. */
bool scan_match_rules(struct scan_worker *w, const char *path, const struct candidate *c, struct slice name);

/* scan_encoded.c: tokens in what a literal or pair is written encoded; true if there is one. And in the
 * whole of a text file, beside the hits that `w` has of it. */
bool scan_encoded_value(struct scan_worker *w, const char *path, const struct candidate *c);
void scan_encoded_text(struct scan_worker *w, const char *path, const struct candidate *whole);

/* Whether reads of environment variables are told: what the code reads today is asked of the files, not of
 * the history. */
static inline bool scan_wants_reads(const struct scan_worker *w) {
    return !w->shared->options->history;
}

/* Whether uses in other modules are followed: these must be files that can be read again. */
static inline bool scan_follows_imports(const struct scan_worker *w) {
    return w->shared->follows_imports && !w->member && !w->in_pieces;
}

/* scan_resolve.c: of hits that overlap, the one that says most stays. Sorted by
 * place after it. `literals`: spans are those of whole literals (Python). */
void scan_resolve_value(struct scan_hits *h, size_t first);
void scan_resolve_file(struct scan_hits *h, bool literals);

/* scan_history.c: every version of every file that commits brought, each once, by up to `jobs` threads
 * with a worker each. The findings end up in the first worker: of each secret the oldest one. */
void scan_history(struct scan_worker *workers, unsigned jobs, bool (*is_stopped)(void *ctx), void *ctx);

/* scan_staged.c: the content that a commit would add or change. */
void scan_staged(struct scan_worker *w, const char *folder);

#endif
