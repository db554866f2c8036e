/* env_mentions.h: which names of variables the .env files, the examples of them and the
 * documentation have. Of a .env file only the names are kept, never a value. */
#ifndef KEYLIFT_CLI_ENV_MENTIONS_H
#define KEYLIFT_CLI_ENV_MENTIONS_H

#include "base/arena.h"
#include "scanner/scan.h"
#include "scanner/walk.h"

enum env_file_kind {
    ENV_FILE_SET,     /* .env, .env.prod: sets variables */
    ENV_FILE_EXAMPLE, /* .env.example, sample.env: documents them */
    ENV_FILE_PROSE    /* README, Markdown: documents what it names */
};

/* A name in one of these files. */
struct env_mention {
    const char *name, *path;
    uint32_t line;
    enum env_file_kind kind;
    bool commented; /* "# NAME=" of an example: documents it, and does not ask for it */
    bool outside;   /* in a file above what was named: whether it is read cannot be told */
};

struct env_mentions {
    struct env_mention *items; /* the caller frees; strings in the arena */
    size_t count, capacity;
    const char *const *names; /* that documentation is searched for */
    size_t name_count;
    bool has_example, outside;
    struct arena *arena;
    struct scan_result *result; /* gains an error for a .env file that cannot be read */
};

/* The files of what was named, .env files also where git ignores them, and of the project's
 * top folder where that is above. */
void env_mentions_collect(struct env_mentions *m, const struct walk_options *walk);

/* Marks the names that a file which is neither a .env file nor documentation has as a word, or as
 * "APP_" the beginning of. The case of letters does not matter. */
void env_mentions_elsewhere(const struct walk_options *walk, const char *const *names, size_t count,
                            bool *found);

#endif
