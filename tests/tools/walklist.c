/* walklist: walklist [--no-gitignore] PATH...: the files that a scan would read,
 * each followed by a NUL; errors as "error: path: message" on standard error;
 * counts of what was skipped on the last line there. */
#include <stdio.h>

#include "base/mem.h"
#include "scanner/walk.h"

static uint64_t skipped[SKIP_REASON_COUNT];

static void on_root(void *ctx, const char *path, bool is_folder) {
    (void)ctx, (void)path, (void)is_folder;
}
static void on_root_done(void *ctx, bool vacant) {
    (void)ctx, (void)vacant;
}
static void on_file(void *ctx, const char *path, bool named) {
    (void)ctx, (void)named;
    fwrite(path, 1, strlen(path) + 1, stdout);
}
static void on_skip(void *ctx, enum skip_reason reason) {
    (void)ctx;
    skipped[reason]++;
}
static void on_error(void *ctx, const char *path, const char *message) {
    (void)ctx;
    fprintf(stderr, "error: %s: %s\n", path, message);
}
static bool never(void *ctx) {
    (void)ctx;
    return false;
}

int main(int argc, char **argv) {
    struct walk_options o = {.paths = (const char *const *)(argv + 1)};
    if (argc > 1 && strcmp(argv[1], "--no-gitignore") == 0) {
        o.no_gitignore = true;
        o.paths++;
    }
    const struct walk_sink sink = {.root = on_root,
                                   .root_done = on_root_done,
                                   .file = on_file,
                                   .skip = on_skip,
                                   .error = on_error,
                                   .stop = never};
    walk_run(&o, &sink);
    for (unsigned i = 0; i < SKIP_REASON_COUNT; i++)
        fprintf(stderr, "%s=%llu ", skip_reason_name((enum skip_reason)i), (unsigned long long)skipped[i]);
    fputc('\n', stderr);
    return 0;
}
