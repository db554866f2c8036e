/* callshim: preloaded into keylift by tests/support_calls.py, which says in the
 * environment what calls.h is to do; git and other children are left alone. */
#include "tests/tools/calls.h"

static long number_in(const char *name, long absent) {
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : absent;
}

__attribute__((constructor)) static void begin(void) {
    char exe[4096];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (len <= 0)
        return;
    exe[len] = '\0';
    const char *name = strrchr(exe, '/'), *file = getenv("KEYLIFT_CALLS_TO");
    if (!name || strcmp(name, "/keylift") != 0)
        return;
    REAL(open)
    if (file)
        told = real(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    moment = number_in("KEYLIFT_KILL_AT", -1);
    fatal_text = getenv("KEYLIFT_KILL_BEFORE");
    fault.at = number_in("KEYLIFT_FAIL_AT", -1);
    fault.error = (int)number_in("KEYLIFT_FAIL_WITH", 0);
    fault.only = getenv("KEYLIFT_FAIL_ONLY");
    fault.lasts = number_in("KEYLIFT_FAIL_LASTS", 0) != 0;
}
