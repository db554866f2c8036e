/* dotenv_project.h: what goes with a .env file in a project: a line in
 * .gitignore, so that it is never committed, and names without values in
 * .env.example, so that colleagues know what to set. Text in, text out: the
 * caller writes the files, with everything else, in one step. */
#ifndef KEYLIFT_BACKENDS_DOTENV_PROJECT_H
#define KEYLIFT_BACKENDS_DOTENV_PROJECT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* One fixed name, so that what a killed run left is removed by the next write. */
#define DOTENV_TEMP_TAG "dotenv"

#define DOTENV_FILE ".env"
/* Where the values go when loading the .env whole would change the program; once it
 * exists, it stays the place. */
#define DOTENV_SECRET_FILE ".secret"

/* Where the .env file is: `file` is --dotenv-file (NULL: .env) seen from `root`. */
char *dotenv_path(struct arena *a, const char *root, const char *file);
/* ".env" -> ".env.example", in the same folder. */
char *dotenv_example_path(struct arena *a, const char *path);

/* The temporary file that a write of `path` goes through: for a journal, so that
 * the next run removes it whatever vault that one writes to. */
char *dotenv_temp_path(struct arena *a, const char *path);

struct dotenv_ignore {
    bool needed;     /* git would take the file into a commit today */
    char *gitignore; /* the file to add to: in root, or beside a .env that lies elsewhere */
    char *pattern;   /* the line: "/.env" */
};
/* Asks git. Nothing is needed without a repository, or when the file is
 * ignored or tracked (then the vault refuses). Results live in the arena.
 * KL_ERR_REFUSED where git would not read the .gitignore (it follows no links). */
enum kl_status dotenv_ignore_plan(const char *root, const char *path, struct arena *a,
                                  struct dotenv_ignore *out, struct error *e) KL_MUST_USE;
/* Appends to *out the old text and the line. Line ends are as in the old text,
 * and an old text that ends without one still does. */
void dotenv_ignore_text(struct slice old, const char *pattern, struct buf *out);

/* Appends to *out the old text and "NAME=" for each name that it has no line
 * for. *added counts them. KL_ERR_PARSE when the old text is not UTF-8. */
enum kl_status dotenv_example_text(struct slice old, const char *const *names, size_t count, struct buf *out,
                                   size_t *added, struct error *e) KL_MUST_USE;

#endif
