/* environment.c: see environment.h. */
#include "cli/environment.h"

#include <string.h>

#include "base/slice.h"

/* Files of these names beside a .env have another meaning. */
static const char *const taken[] = {"shared", "example", "local"};

enum kl_status environment_check(const char *name, const char *where, struct error *e) {
    size_t len = strlen(name);
    bool plain = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len;
    if (len == 0 || len > ENVIRONMENT_MAX || !plain || name[0] == '-' || name[len - 1] == '-')
        return error_set(e, KL_ERR_USAGE,
                         "%s: \"%.80s\": an environment is called by letters, digits and \"-\", at most %d",
                         where, name, ENVIRONMENT_MAX);
    for (size_t i = 0; i < KL_ARRAY_LEN(taken); i++)
        if (strcmp(name, taken[i]) == 0)
            return error_set(e, KL_ERR_USAGE, "%s: \"%s\" is no environment: a .env.%s has another meaning",
                             where, name, name);
    return KL_OK;
}

bool environment_is_in(const char *name_template) {
    return name_template && strstr(name_template, "{environment}");
}

const char *environment_dotenv(const char *base, const char *name, struct arena *a) {
    return arena_printf(a, "%s.%s", base, name);
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

const char *environment_prefix(const char *prefix, const char *name, char mark, struct arena *a) {
    const char *before = prefix ? prefix : "";
    size_t len = strlen(before);
    const char between[] = {len > 0 && is_word(before[len - 1]) ? mark : '\0', '\0'};
    return arena_printf(a, "%s%s%s%c", before, between, name, mark);
}

size_t environment_at(const char *prefix, const char *name, char mark) {
    size_t len = prefix ? strlen(prefix) : 0, own = strlen(name) + 1;
    bool ends = len >= own && prefix[len - 1] == mark && strncmp(prefix + len - own, name, own - 1) == 0;
    return ends ? len - own : SIZE_MAX;
}
