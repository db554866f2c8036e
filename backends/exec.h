/* exec.h: what the files of the vault kind "exec" share: a helper program that keylift
 * runs once a call, with one JSON object on its standard input and one on its standard
 * output. docs/vaults/exec.md is the protocol.
 *
 *     exec.c          the vault_kind: names, limits, the five operations
 *     exec_helper.c   one call: environment, deadline, sizes, what went wrong
 *     exec_python.c   how code reads, in the helper's words */
#ifndef KEYLIFT_BACKENDS_EXEC_H
#define KEYLIFT_BACKENDS_EXEC_H

#include "backends/vault.h"
#include "base/json.h"

#define EXEC_PROTOCOL 1
#define EXEC_TIMEOUT_MS 60000u                  /* a helper may ask its owner for a passphrase */
#define EXEC_MAX_OUTPUT_BYTES ((size_t)8 << 20) /* a value of 1 MiB, every character escaped */
#define EXEC_MAX_NAME 512u
#define EXEC_MAX_EXPRESSION 512u

struct exec_vault {
    struct vault vault;
    struct arena arena;
    const char *program; /* absolute */
    const char *prefix;  /* "" if there is none */
    unsigned timeout_ms;
    void (*trace)(void *ctx, const char *line);
    void *observer;
};

/* Tests wait less long. */
void exec_set_timeout(struct vault *v, unsigned timeout_ms);

struct exec_call {
    const char *operation;
    const char *name, *version; /* NULL: left out */
    const struct secret *value; /* NULL: left out. Never shown, whatever the helper says */
    /* out */
    bool unsure;   /* failed, and the helper may have done it all the same */
    cJSON *answer; /* the caller frees with json_delete_secret */
};
/* KL_OK when the helper says "ok"; else its own category, or what went wrong. */
enum kl_status exec_run(struct exec_vault *v, struct exec_call *call, struct error *e) KL_MUST_USE;

/* Copies `text` without control characters, at most 200 bytes, for a person. */
const char *exec_shown(struct arena *a, const char *text);

/* Reads the member "python" of an answer. *out is left alone where it is null or absent. */
enum kl_status exec_python_parse(const cJSON *answer, struct arena *a, struct python_access *out,
                                 struct error *e) KL_MUST_USE;

/* The same as one module for all sites. */
const struct python_module *exec_module(const struct python_access *access, const char *prefix,
                                        struct arena *a);

#endif
