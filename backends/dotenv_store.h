/* dotenv_store.h: the .env vault's side of the disk: what may be written, the lock, and
 * one write for any number of names. For backends/dotenv.c. */
#ifndef KEYLIFT_BACKENDS_DOTENV_STORE_H
#define KEYLIFT_BACKENDS_DOTENV_STORE_H

#include "backends/dotenv_file.h"
#include "backends/vault.h"
#include "base/file.h"
#include "base/git.h"

struct dotenv_vault {
    struct vault vault;
    struct arena arena;
    const char *root, *path, *shown; /* `shown`: as the user named it */
    /* What git says is asked once: a run may put thousands of names. */
    bool git_known;
    enum git_file_state git_state;
    char *git_folder; /* NULL without a repository */
    /* What get read last, and what load_dotenv() makes of it here. */
    bool last_known;
    struct buf last_bytes;
    struct arena last_arena;
    struct dotenv_reading last;
};

/* The environment as python-dotenv interpolates from it. */
const char *dotenv_from_environment(void *ctx, const char *name);
enum kl_status dotenv_ask_git(struct dotenv_vault *d, struct error *e) KL_MUST_USE;
/* Appends the file to *out. A missing file reads as an empty one. */
enum kl_status dotenv_read_file(const struct dotenv_vault *d, struct buf *out, struct error *e) KL_MUST_USE;

/* KL_ERR_REFUSED: load_dotenv() would leave another value of the environment as it is. */
enum kl_status dotenv_check_environment(const char *name, struct slice value, struct error *e) KL_MUST_USE;
/* KL_ERR_REFUSED: git would commit what is written. */
enum kl_status dotenv_refuse_tracked(struct dotenv_vault *d, struct error *e) KL_MUST_USE;

enum dotenv_presence { DOTENV_ABSENT, DOTENV_PRESENT };
/* Under the lock, as one write: all names that can be stored are, or, when the write
 * fails, none. Each put has its own status. `presence`: what each name must be before. */
void dotenv_store(struct dotenv_vault *d, struct vault_put *puts, size_t count,
                  enum dotenv_presence presence);

#endif
