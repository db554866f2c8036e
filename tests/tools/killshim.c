/* killshim: preloaded into keylift by tests/e2e/test_kill.py. KEYLIFT_KILL_AT is
 * the moment; git and other children are left alone. */
#include "tests/tools/kill_calls.h"

__attribute__((constructor)) static void set_moment(void) {
    char exe[4096];
    const char *at = getenv("KEYLIFT_KILL_AT");
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (!at || len <= 0)
        return;
    exe[len] = '\0';
    const char *name = strrchr(exe, '/');
    if (name && strcmp(name, "/keylift") == 0)
        moment = strtol(at, NULL, 10);
}
