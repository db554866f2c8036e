/* reported.h: the places that the report of a scanner names, whichever scanner it is:
 *
 *     gitleaks         JSON: [{"File", "StartLine", "Secret", ...}]
 *     TruffleHog       JSON Lines: {"SourceMetadata": {"Data": {...: {"file", "line"}}}, "Raw", ...}
 *     detect-secrets   .secrets.baseline: {"results": {PATH: [{"line_number", "hashed_secret"}]}}
 *     Kingfisher       JSON or JSON Lines: {"rule": {...}, "finding": {"path", "line", "snippet", ...}}
 *     SARIF 2.1.0      {"runs": [{"results": [...]}]}; what it says is suppressed is left out
 *     keylift          {"tool": "keylift ...", "findings": [...]}; what is silenced is left out
 */
#ifndef KEYLIFT_CLI_REPORTED_H
#define KEYLIFT_CLI_REPORTED_H

#include "base/arena.h"
#include "base/error.h"
#include "scanner/site.h"

#define REPORTED_MAX_BYTES ((size_t)64 << 20)

struct reported_place {
    const char *path;       /* normalised; as the report has it, without file:// and %XX in SARIF */
    struct site_place site; /* what is known of the place in it */
};

struct reported {
    struct reported_place *items; /* in the order of the report; freed by the caller with free() */
    size_t count, cap;
    const char *kind; /* "gitleaks report"; static; NULL: no report that is known */
};

/* Paths and values live in the arena, which wipes them. KL_ERR_PARSE when the text is not JSON;
 * KL_OK with kind NULL when it is JSON of another kind. `file` names it in messages. */
enum kl_status reported_parse(struct slice text, const char *file, struct arena *arena, struct reported *out,
                              struct error *e) KL_MUST_USE;
/* The same of a file, of which an unknown kind is KL_ERR_PARSE. */
enum kl_status reported_read(const char *file, struct arena *arena, struct reported *out,
                             struct error *e) KL_MUST_USE;

#endif
