/* codeowners.h: who owns a file, by the repository's CODEOWNERS, as GitHub reads it ("About code owners"),
 * with the sections of GitLab's ("Code Owners", syntax). */
#ifndef KEYLIFT_CLI_CODEOWNERS_H
#define KEYLIFT_CLI_CODEOWNERS_H

#include "base/arena.h"
#include "base/buf.h"
#include "scanner/gitignore.h"

#define CODEOWNERS_MAX_BYTES ((size_t)3 << 20) /* GitHub's own bound */

struct codeowners_line {
    const struct ignore_list *pattern; /* one */
    bool files_alone; /* a star alone behind the last slash: not what lies in folders below */
    uint32_t section;
    struct slice owners; /* parted by blanks; empty: nobody */
};

struct codeowners {
    struct codeowners_line *lines;
    size_t count, capacity;
    struct arena arena;
};

/* The file of a repository at `top`: none, or one that cannot be read, is an empty table. */
void codeowners_read(const char *top, struct codeowners *out);
void codeowners_parse(struct slice text, struct codeowners *out);
void codeowners_release(struct codeowners *c);
/* `path` is seen from the top. Sets *out to the owners, of each section the last line that matches. */
void codeowners_of(const struct codeowners *c, const char *path, struct buf *out);

#endif
