/* reported.h: the places that the report of a scanner names, whichever scanner it is:
 *
 *     gitleaks         JSON: [{"File", "StartLine", "Secret", ...}], or CSV with these columns
 *     Betterleaks      JSON or JSON Lines: {"finding": {"location": {"path", "start_line", ...}, "match":
 * {"value"}}} TruffleHog       JSON Lines: {"SourceMetadata": {"Data": {...: {"file", "line"}}}, "Raw", ...}
 *     detect-secrets   .secrets.baseline: {"results": {PATH: [{"line_number", "hashed_secret"}]}}
 *     Kingfisher       JSON or JSON Lines: {"rule": {...}, "finding": {"path", "line", "snippet", ...}}
 *     SARIF 2.1.0      {"runs": [{"results": [...]}]}; what it says is suppressed is left out
 *     keylift          {"tool": "keylift ...", "findings": [...]}; what is silenced is left out
 *
 * in UTF-8, with a byte order mark or without, or in UTF-16 with one (as a shell on Windows writes what it
 * redirects), whatever ends their lines.
 */
#ifndef KEYLIFT_CLI_REPORTED_H
#define KEYLIFT_CLI_REPORTED_H

#include "base/arena.h"
#include "base/error.h"
#include "scanner/site.h"

#define REPORTED_MAX_BYTES ((size_t)64 << 20)
#define REPORTED_SPELLINGS 4u

struct reported_place {
    /* Normalised; the likeliest first, then NULL. The first that is there is meant: a report does not say
     * whether its paths are of this machine, and scanners differ in what they escape. */
    const char *paths[REPORTED_SPELLINGS + 1];
    const char
        *reason; /* why nothing can be looked for; static; NULL: it can. paths[0] may be the report's own */
    struct site_place site; /* what is known of the place in it */
};

struct reported {
    struct reported_place *items; /* in the order of the report; freed by the caller with free() */
    size_t count, cap;
    const char *kind; /* "gitleaks report"; static; NULL: no report that is known */
};

/* Paths and values live in the arena, which wipes them. KL_ERR_PARSE when the text begins as JSON and is
 * none; KL_OK with kind NULL when it is of another kind. `file` names it in messages. */
enum kl_status reported_parse(struct slice text, const char *file, struct arena *arena, struct reported *out,
                              struct error *e) KL_MUST_USE;
/* The same of a file, of which an unknown kind is KL_ERR_PARSE. */
enum kl_status reported_read(const char *file, struct arena *arena, struct reported *out,
                             struct error *e) KL_MUST_USE;
/* The text of a report as UTF-8 without byte order mark. */
struct slice reported_text(struct slice bytes, struct arena *arena);

#endif
