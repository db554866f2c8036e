/* rewrite.h: one file's rewrite: text in, text out. Nothing here touches a file
 * or a vault.
 *
 *     rewrite_file    parses, decides each site, makes edits and the new bytes
 *     rewrite_verify  lexes and parses the new bytes again; everything outside
 *                     the edits must be identical, nothing may be found at the
 *                     edited sites (called by rewrite_file; public for tests)
 *
 * What must not be touched is left, each site with its reason. */
#ifndef KEYLIFT_REWRITERS_REWRITE_H
#define KEYLIFT_REWRITERS_REWRITE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/python_access.h"
#include "base/secret.h"
#include "scanner/finding.h"

enum rewrite_style { STYLE_INLINE, STYLE_MODULE, STYLE_ENVIRON };

struct rewrite_site {
    uint64_t start_byte, end_byte; /* of the literal, as in the finding */
    /* What moves, as spelled, where the literal holds more (an f-string's text, a URL); both 0: all of it.
     * Of a mention, found by rewrite_file. */
    uint64_t secret_start_byte, secret_end_byte;
    const char *name;           /* API_KEY */
    const char *stored_name;    /* as the vault has it: what stands inline; NULL: the same */
    const struct secret *value; /* what the new expression must return */
    bool is_bytes;
    bool is_mention; /* a comment, a docstring, an output that has the value: its name goes there */
    const struct env_read *read; /* no literal, but this read of an environment variable; else NULL */
    enum context context;
    /* out */
    bool rewritten;
    const char *reason; /* why not; static or in the arena */
    bool done;          /* of a read, also rewritten: it reads from the vault already */
    uint32_t line;      /* of the old text */
};

struct rewrite_edit {
    uint64_t start_byte, end_byte; /* of the old bytes; equal for an insertion */
    const char *text;              /* new bytes */
    size_t text_len;
    bool holds_secret; /* the old bytes are a literal: mask them in diffs */
    /* Of the literals that it changes a part of; else those of the edit. The edits of one site share them. */
    uint64_t literal_start_byte, literal_end_byte;
};

static inline bool rewrite_site_is_part(const struct rewrite_site *s) {
    return s->secret_end_byte > 0;
}
/* Where the bytes that move begin and end. */
static inline uint64_t rewrite_site_from(const struct rewrite_site *s) {
    return rewrite_site_is_part(s) ? s->secret_start_byte : s->start_byte;
}
static inline uint64_t rewrite_site_to(const struct rewrite_site *s) {
    return rewrite_site_is_part(s) ? s->secret_end_byte : s->end_byte;
}

/* By the name: a notebook, whose code stands in strings of JSON. */
bool rewrite_is_notebook(const char *path);

struct rewrite_request {
    const char *path; /* for messages and for __file__-relative paths */
    struct slice bytes;
    struct rewrite_site *sites; /* sorted by start_byte */
    size_t site_count;
    const struct python_access *access;
    enum rewrite_style style;
    const char *dotenv_relative; /* needs_loading: the dotenv file as seen from this file's folder,
                                    e.g. "../.env" (of an environment: without its name); NULL:
                                    something else loads it */
    const char *module_name;     /* STYLE_MODULE, or dotenv in a package: module to import from, e.g.
                                    "shop.vault_secrets"; NULL for inline */
    unsigned target_minor;       /* oldest Python 3 minor version to write for (8) */
};

struct rewrite_output {
    struct rewrite_edit *edits; /* sorted, not overlapping; in the arena */
    size_t edit_count;
    struct slice bytes; /* the new file; in the arena */
    size_t rewritten;   /* sites */
};

/* A file that cannot be rewritten at all (does not parse, Python 2, generated)
 * is KL_OK with every site's reason set and no edits. */
enum kl_status rewrite_file(const struct rewrite_request *r, struct arena *arena, struct rewrite_output *out,
                            struct error *e) KL_MUST_USE;
enum kl_status rewrite_verify(const struct rewrite_request *r, const struct rewrite_output *out,
                              struct error *e) KL_MUST_USE;

/* The text of the small module that a package reads its secrets from: it loads
 * the dotenv file (as seen from the module's folder, "../.env") and exports
 * environ. In the arena. */
const char *rewrite_dotenv_module(struct arena *arena, const char *dotenv_relative);
/* The same for environments: environ is merged of the files of one of them, as merged.h
 * says. `base` is the dotenv file without its environment. */
const char *rewrite_environment_module(struct arena *arena, const struct python_environment *e,
                                       const char *base);

/* The text of the module that reads from any other vault (STYLE_MODULE): get_secret and
 * get_secret_bytes. In the arena. */
const char *rewrite_vault_module(struct arena *arena, const struct python_module *m);

/* The text of the module that puts them into the environment (STYLE_ENVIRON). */
struct environ_name {
    const char *name;
    bool is_bytes;
};
struct environ_names {
    struct environ_name *items; /* in any order, perhaps twice */
    size_t count;
};
const char *rewrite_environ_module(struct arena *arena, const struct python_module *m,
                                   const struct environ_names *names);
/* The names in such a module; false if `text` is anything else. */
bool rewrite_environ_names(struct slice text, const struct python_module *m, struct arena *arena,
                           struct environ_names *out) KL_MUST_USE;

/* Unified diff with the old side's secrets masked by "[redacted]". */
struct redactor;
void rewrite_diff(const char *path, struct slice old_bytes, const struct rewrite_output *out,
                  const struct redactor *redactor, struct buf *diff);

#endif
