/* baseline.h: the findings that a team has looked at and lives with for now, so
 * that only new ones fail.
 *
 *     baseline_parse      the file's text
 *     baseline_match      silences what is in it; each entry answers one finding
 *     baseline_add        a finding that is accepted, with the reason
 *     baseline_prune      drops entries that no finding answered
 *     baseline_print      sorted, an entry a line, so that git merges and shows it well
 *     baseline_unite      what a merge of two branches has
 *     baseline_release
 *
 * An entry is known by rule, name and context, and by a tag: 16 bits of an
 * HMAC-SHA-256 (RFC 2104) of the value, keyed by random bits that stand in the
 * file. That tells a changed value (65,535 times out of 65,536), and is too little
 * to confirm a guess of a weak password: of a million words, 15 fit. Path and line
 * play no part but as a hint: entries of the same path are answered first. So
 * moved lines, new formatting and renamed files change nothing. A file that was
 * united from two has the salts of both. */
#ifndef KEYLIFT_SCANNER_BASELINE_H
#define KEYLIFT_SCANNER_BASELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "scanner/finding.h"

#define BASELINE_FILE ".keylift-baseline.json"
#define BASELINE_MAX_BYTES ((size_t)64 << 20)
#define BASELINE_MAX_ENTRIES 1000000u
#define BASELINE_MAX_SALTS 64u
#define BASELINE_SALT_BYTES 16u

struct baseline_entry {
    const char *rule, *name, *context;
    const char *path; /* a hint: from the folder of the baseline */
    const char *salt; /* id of the salt that the tag was made with */
    const char *tag;  /* four hexadecimal digits */
    const char *reason, *owner;
    const char *expires;            /* "2027-01-31": the last day; NULL: never */
    const struct finding *answered; /* the finding that it silenced; NULL */
};

struct baseline_salt {
    const char *id; /* the first digits of its hash: merges of equal files keep one */
    unsigned char bits[BASELINE_SALT_BYTES];
};

struct baseline {
    struct baseline_entry *entries;
    size_t count, cap;
    struct baseline_salt salts[BASELINE_MAX_SALTS];
    size_t salt_count;
    struct arena arena;
};

/* `what` names the file in messages. KL_ERR_PARSE says what is wrong and where.
 * An empty text is an empty baseline. */
enum kl_status baseline_parse(struct slice text, const char *what, struct baseline *out,
                              struct error *e) KL_MUST_USE;
void baseline_release(struct baseline *b);

/* Silences each finding that an entry answers (SUPPRESSED_BASELINE, with the
 * entry's reason), but those of expired entries. Findings must have their values.
 * `path_of` gives a finding's path as entries have it. `today`: "2026-01-31". */
struct baseline_counts {
    size_t matched, moved; /* of these, under another path */
    size_t expired;
};
void baseline_match(struct baseline *b, struct finding *findings, size_t count,
                    const char *(*path_of)(void *ctx, const struct finding *f), void *ctx, const char *today,
                    struct baseline_counts *out);

/* Whether an entry would answer the finding, which must have its value, if no other finding took it. The
 * index is good until the baseline changes. */
struct baseline_index {
    struct baseline_entry **sorted; /* by rule, name, context and tag */
    size_t count;
    const struct baseline *baseline;
};
void baseline_index_make(struct baseline_index *l, const struct baseline *b);
void baseline_index_release(struct baseline_index *l);
bool baseline_may_answer(const struct baseline_index *l, const struct finding *f);

struct baseline_note {
    const char *reason, *owner, *expires; /* owner and expires may be NULL */
};
void baseline_add(struct baseline *b, const struct finding *f, const char *path,
                  const struct baseline_note *note);
/* The number of entries dropped. */
size_t baseline_prune(struct baseline *b);
/* What ours and theirs have made of base: an entry that one of them dropped is gone,
 * one that either added is there. *out gets copies. */
enum kl_status baseline_unite(const struct baseline *base, const struct baseline *ours,
                              const struct baseline *theirs, struct baseline *out,
                              struct error *e) KL_MUST_USE;
void baseline_print(const struct baseline *b, struct buf *out);

/* "2026-02-31" is no date. */
bool baseline_is_date(const char *text);

#endif
