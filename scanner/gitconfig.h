/* gitconfig.h: the few values of git's configuration that a walk needs, read
 * without starting git (git-config(1), "SYNTAX" and "FILES"). */
#ifndef KEYLIFT_SCANNER_GITCONFIG_H
#define KEYLIFT_SCANNER_GITCONFIG_H

#include "base/arena.h"
#include "base/slice.h"

struct git_config {
    const char *excludes_file; /* core.excludesFile as written; "" switches the default off; NULL: not set */
    bool ignore_case;          /* core.ignoreCase */
    bool sha256;               /* extensions.objectFormat */
    bool worktree_config;      /* extensions.worktreeConfig */
    bool has_include;          /* include.path or includeIf: only git can tell */
};

/* Later files and values win, as they are read one after another into *out. */
void gitconfig_parse(struct slice text, struct arena *arena, struct git_config *out);
/* One value; `key` is "section.name" in small letters. */
void gitconfig_set(struct slice key, struct slice value, struct arena *arena, struct git_config *out);

#endif
