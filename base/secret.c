/* secret.c: values that are wiped by the only call that frees them. */
#include "base/secret.h"

#include <sys/resource.h>
#if defined(__linux__)
#include <sys/prctl.h>
#elif defined(__APPLE__)
#include <sys/types.h>
#include <sys/ptrace.h>
#endif

#include "base/mem.h"

void secret_release(struct secret *s) {
    if (s->ptr)
        mem_wipe(s->ptr, s->len);
    free(s->ptr);
    s->ptr = NULL;
    s->len = 0;
    s->binary = s->either = false;
}

void secret_set(struct secret *s, struct slice value) {
    unsigned char *copy = NULL;
    if (value.len) {
        copy = mem_alloc(value.len);
        memcpy(copy, value.ptr, value.len); /* first: `value` may lie inside *s */
    }
    bool binary = s->binary;
    secret_release(s);
    s->ptr = copy;
    s->len = value.len;
    s->binary = binary;
}

void secret_move(struct secret *to, struct secret *from) {
    if (to == from)
        return;
    secret_release(to);
    *to = *from;
    *from = (struct secret){0};
}

bool secret_equal(const struct secret *a, const struct secret *b) {
    return a->len == b->len && mem_equal_ct(a->ptr, b->ptr, a->len);
}

struct slice secret_slice(const struct secret *s) {
    return slice_of(s->ptr, s->len);
}

#if defined(__SANITIZE_ADDRESS__)
#define KL_UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KL_UNDER_SANITIZER 1
#endif
#endif

void secret_process_init(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    /* LeakSanitizer attaches to its own process, which this would forbid. */
#if !defined(KL_UNDER_SANITIZER)
#if defined(__linux__)
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#elif defined(__APPLE__)
    ptrace(PT_DENY_ATTACH, 0, 0, 0);
#endif
#endif
}
