/* mem.c: allocation that cannot fail, and wiping. */
#include "base/mem.h"

#include <setjmp.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <sys/uio.h>
#include <unistd.h>

struct guard {
    jmp_buf back;
    const char *reason;
};
static _Thread_local struct guard *innermost;

static void write_line(const char *reason) {
    static char before[] = "keylift: ", after[] = "\n";
    struct iovec line[] = {
        {before, sizeof before - 1}, {(void *)(uintptr_t)reason, strlen(reason)}, {after, sizeof after - 1}};
    ssize_t ignored = writev(STDERR_FILENO, line, KL_ARRAY_LEN(line));
    (void)ignored;
}

void mem_end(const char *reason) {
    if (innermost) {
        innermost->reason = reason;
        longjmp(innermost->back, 1);
    }
    write_line(reason);
    _exit(2);
}

void mem_die(void) {
    mem_end("out of memory");
}

const char *mem_guard(void (*fn)(void *arg), void *arg) {
    struct guard g = {.reason = NULL};
    struct guard *const outer = innermost;
    innermost = &g;
    if (setjmp(g.back) == 0)
        fn(arg);
    innermost = outer;
    return g.reason;
}

bool mem_is_guarded(void) {
    return innermost != NULL;
}

void *mem_alloc(size_t size) {
    void *ptr = malloc(size ? size : 1);
    if (!ptr)
        mem_die();
    return ptr;
}

void *mem_calloc(size_t count, size_t size) {
    void *ptr = calloc(count ? count : 1, size ? size : 1);
    if (!ptr)
        mem_die();
    return ptr;
}

void *mem_realloc(void *ptr, size_t size) {
    void *grown = realloc(ptr, size ? size : 1);
    if (!grown)
        mem_die();
    return grown;
}

char *mem_strdup(const char *s) {
    size_t size = strlen(s) + 1;
    return memcpy(mem_alloc(size), s, size);
}

void *mem_grow(void *items, size_t *cap, size_t need, size_t elem) {
    if (need <= *cap)
        return items;
    if (need > SIZE_MAX / 2 / elem)
        mem_die();
    size_t grown = *cap < 8 ? 8 : *cap * 2;
    if (grown < need)
        grown = need;
    if (grown > SIZE_MAX / elem)
        mem_die();
    *cap = grown;
    return mem_realloc(items, grown * elem);
}

void mem_wipe(void *ptr, size_t len) {
    if (len == 0)
        return;
    memset(ptr, 0, len);
    /* The compiler must assume that this reads the bytes, so the memset stays,
     * also across link-time optimisation. */
    __asm__ __volatile__("" : : "r"(ptr) : "memory");
}

bool mem_equal_ct(const void *a, const void *b, size_t len) {
    const volatile unsigned char *x = a, *y = b;
    unsigned char differ = 0;
    for (size_t i = 0; i < len; i++)
        differ = (unsigned char)(differ | (x[i] ^ y[i]));
    return differ == 0;
}

#define LARGE_BLOCK_BYTES (1 << 20)

void mem_process_init(void) {
#if defined(M_MMAP_THRESHOLD)
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES); /* else it grows up to 32 MB, with what was freed */
#endif
}
