/* baseline_import.h: what teams accepted with another scanner: detect-secrets'
 * .secrets.baseline, .gitleaksignore, and the reports that reported.h reads. Each names
 * files and lines; a finding of ours on such a line is accepted. */
#ifndef KEYLIFT_CLI_BASELINE_IMPORT_H
#define KEYLIFT_CLI_BASELINE_IMPORT_H

#include "base/arena.h"
#include "base/error.h"

struct import_place {
    const char *path; /* as the other file has it */
    uint32_t line;
};
struct import_places {
    struct import_place *items; /* sorted; freed by the caller with free() */
    size_t count, cap;
    const char *kind; /* "detect-secrets baseline"; static */
};

/* Reads the file, whichever of them it is. Paths live in the arena. */
enum kl_status baseline_import_read(const char *file, struct arena *arena, struct import_places *out,
                                    struct error *e) KL_MUST_USE;
bool baseline_import_has(const struct import_places *places, const char *path, uint32_t first_line,
                         uint32_t last_line);

#endif
