/* calls.h: the calls that change a file system or send something, defined again in
 * front of the C library's. Each counts; one of them can kill the process before, or
 * after, it takes effect (`moment`), or fail (`fault`); and all can be written down
 * (`told`). For one file of a program, or of a library to preload. */
#ifndef KEYLIFT_TESTS_CALLS_H
#define KEYLIFT_TESTS_CALLS_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define CALL_PATH_BYTES 1024
#define CALL_LINE_BYTES 65536

/* 2 * n: before the n-th call that changes something; 2 * n + 1: after it. Negative: never. */
static long moment = -1;
static atomic_long changes; /* vaults are asked from several threads */

/* The `at`-th of the calls that may fail with `error` does, and with `lasts` all of them
 * from there on, as when a disk is full. `only`: calls of this name; NULL: any. */
static struct {
    long at;
    int error;
    bool lasts;
    const char *only;
} fault = {.at = -1};
static atomic_long chances; /* calls that could have failed */

/* A write that holds these bytes kills the process before it takes effect; NULL: none. */
static const char *fatal_text;

/* Where each call is written down, a line each; -1: nowhere. */
static int told = -1;

struct call {
    const char *name;
    char path[CALL_PATH_BYTES], other[CALL_PATH_BYTES]; /* "" where there is none */
    long number;
    bool fails;
};

/* dlsym returns an object pointer, and C has no cast from there to a function. */
#define REAL(name)                                                                                           \
    static __typeof__(&name) real;                                                                           \
    if (!real) {                                                                                             \
        void *found = dlsym(RTLD_NEXT, #name);                                                               \
        memcpy(&real, &found, sizeof real);                                                                  \
    }

/* "call TAB result TAB path TAB other TAB detail": a file's end is where it was called. */
static void tell(const struct call *c, const char *detail, size_t len) {
    char line[CALL_LINE_BYTES];
    REAL(write)
    if (told < 0)
        return;
    int n = snprintf(line, sizeof line, "%s\t%s\t%s\t%s\t", c->name, c->fails ? "failed" : "ok", c->path,
                     c->other);
    size_t used = n > 0 && (size_t)n < sizeof line ? (size_t)n : 0;
    for (size_t i = 0; i < len && used < sizeof line - 1; i++)
        line[used++] = detail[i] == '\n' ? '\x1e' : detail[i]; /* the separator of records */
    line[used++] = '\n';
    int was = errno;
    (void)!real(told, line, used);
    errno = was;
}

static void path_of(int fd, char out[CALL_PATH_BYTES]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, CALL_PATH_BYTES - 1);
    out[n > 0 ? n : 0] = '\0';
}

/* What each call can end with. A full disk stops what needs room. */
#define ROOM (1u << 0)    /* ENOSPC */
#define RIGHTS (1u << 1)  /* EACCES */
#define DEVICE (1u << 2)  /* EIO, EROFS */
#define CHANGES (1u << 3) /* a kill before it and one after it differ */

static bool can_fail(unsigned traits) {
    bool of_device = fault.error == EIO || fault.error == EROFS;
    unsigned needed = fault.error == ENOSPC ? ROOM : of_device ? DEVICE : RIGHTS;
    return fault.error && (traits & needed);
}

static void before_call(struct call *c, unsigned traits) {
    c->number = traits & CHANGES ? atomic_fetch_add(&changes, 1) : -1;
    if (c->number >= 0 && moment == 2 * c->number)
        raise(SIGKILL);
    if (can_fail(traits) && (!fault.only || strcmp(fault.only, c->name) == 0)) {
        long chance = atomic_fetch_add(&chances, 1);
        c->fails = chance == fault.at || (fault.lasts && fault.at >= 0 && chance > fault.at);
    }
}

static void after_call(const struct call *c) {
    if (c->number >= 0 && moment == 2 * c->number + 1)
        raise(SIGKILL);
}

/* By path; written down before it takes effect. */
#define BY_PATH(fn, from, to, params, args, traits)                                                          \
    int fn params {                                                                                          \
        REAL(fn)                                                                                             \
        struct call c = {.name = #fn};                                                                       \
        snprintf(c.path, sizeof c.path, "%s", from);                                                         \
        snprintf(c.other, sizeof c.other, "%s", to);                                                         \
        unsigned can = traits; /* 0: it will do nothing */                                                   \
        before_call(&c, can);                                                                                \
        if (can)                                                                                             \
            tell(&c, "", 0);                                                                                 \
        if (c.fails) {                                                                                       \
            errno = fault.error;                                                                             \
            return -1;                                                                                       \
        }                                                                                                    \
        int value = real args;                                                                               \
        after_call(&c);                                                                                      \
        return value;                                                                                        \
    }

/* By descriptor; a sync counts from when it is over, and so it is written down behind. */
#define BY_FD(fn, params, does, traits)                                                                      \
    int fn params {                                                                                          \
        struct call c = {.name = #fn};                                                                       \
        path_of(fd, c.path);                                                                                 \
        before_call(&c, traits);                                                                             \
        int value = c.fails ? -1 : does;                                                                     \
        tell(&c, "", 0);                                                                                     \
        if (c.fails)                                                                                         \
            errno = fault.error;                                                                             \
        else                                                                                                 \
            after_call(&c);                                                                                  \
        return value;                                                                                        \
    }

static int real_fchmod(int fd, mode_t mode) {
    REAL(fchmod)
    return real(fd, mode);
}
static int real_ftruncate(int fd, off_t len) {
    REAL(ftruncate)
    return real(fd, len);
}

/* Nothing waits for the disk: what a process has written outlives it without that, and thousands of runs
 * that are killed took most of their time so. */
static int open_descriptor(int fd) {
    return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

BY_FD(fsync, (int fd), open_descriptor(fd), CHANGES | DEVICE | ROOM)
BY_FD(fdatasync, (int fd), open_descriptor(fd), CHANGES | DEVICE | ROOM)
BY_FD(fchmod, (int fd, mode_t mode), real_fchmod(fd, mode), CHANGES | DEVICE | RIGHTS)
BY_FD(ftruncate, (int fd, off_t len), real_ftruncate(fd, len), CHANGES | DEVICE)
BY_PATH(rename, from, to, (const char *from, const char *to), (from, to), CHANGES | DEVICE | ROOM | RIGHTS)
BY_PATH(link, from, to, (const char *from, const char *to), (from, to), CHANGES | DEVICE | ROOM | RIGHTS)
BY_PATH(unlink, path, "", (const char *path), (path), CHANGES | DEVICE | RIGHTS)
BY_PATH(mkdir, path, "", (const char *path, mode_t mode), (path, mode),
        access(path, F_OK) == 0 ? 0
                                : CHANGES | DEVICE | ROOM | RIGHTS) /* file_make_folder tries all parents */

/* A request that was sent may have been answered, or not: a vault has the value or not.
 * Of one in plain HTTP to AWS its operation is written down. */
ssize_t send(int fd, const void *bytes, size_t len, int flags) {
    static const char target[] = "X-Amz-Target: ";
    REAL(send)
    struct call c = {.name = "send"};
    before_call(&c, CHANGES);
    const char *said = memmem(bytes, len, target, sizeof target - 1);
    const char *end = said ? memchr(said, '\r', len - (size_t)(said - (const char *)bytes)) : NULL;
    tell(&c, end ? said + sizeof target - 1 : "", end ? (size_t)(end - said) - sizeof target + 1 : 0);
    ssize_t sent = real(fd, bytes, len, flags);
    after_call(&c);
    return sent;
}

/* Half of the bytes, then the rest: a write may be cut in the middle, and a disk be full
 * there, which the write behind it hears. What goes into a journal is written down. */
static int rest_fails = -1;
ssize_t write(int fd, const void *bytes, size_t len) {
    REAL(write)
    struct call c = {.name = "write"};
    if (fatal_text && memmem(bytes, len, fatal_text, strlen(fatal_text)))
        raise(SIGKILL);
    path_of(fd, c.path);
    before_call(&c, CHANGES | (c.path[0] == '/' && fd > 2 ? DEVICE | ROOM : 0));
    c.fails = c.fails || rest_fails == fd;
    size_t path_len = strlen(c.path);
    bool journal = path_len > 6 && strcmp(c.path + path_len - 6, ".jsonl") == 0;
    tell(&c, bytes, journal ? len : 0);
    if (c.fails) {
        static atomic_bool full;
        if (fault.error == ENOSPC && len > 1 && !atomic_exchange(&full, true)) {
            rest_fails = fd;
            return real(fd, bytes, len / 2);
        }
        rest_fails = -1;
        errno = fault.error;
        return -1;
    }
    if (c.number >= 0 && moment == 2 * c.number + 1 && real(fd, bytes, len / 2) < 0)
        return -1;
    after_call(&c);
    return real(fd, bytes, len);
}

int open(const char *path, int flags, ...) {
    REAL(open)
    struct call c = {.name = "open"};
    mode_t mode = 0;
    bool makes = flags & O_CREAT, writes = makes || (flags & O_ACCMODE) != O_RDONLY;
    if (makes) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    if (!writes)
        return real(path, flags, mode);
    snprintf(c.path, sizeof c.path, "%s", path);
    before_call(&c, DEVICE | RIGHTS | (makes ? CHANGES | ROOM : 0));
    tell(&c, "", 0);
    if (c.fails) {
        errno = fault.error;
        return -1;
    }
    int fd = real(path, flags, mode);
    after_call(&c);
    return fd;
}

/* file_replace.c calls renameat2 through this one. */
long syscall(long number, ...) {
    REAL(syscall)
    struct call c = {.name = "rename"};
    long a[6] = {0};
    /* A sixth would lie on the stack, where those who pass fewer have something else: keylift's own calls. */
    size_t count = number == SYS_renameat2 || number == SYS_getdents64 ? 5 : 6;
    va_list ap;
    va_start(ap, number);
    for (size_t i = 0; i < count; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    if (number != SYS_renameat2)
        return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    snprintf(c.path, sizeof c.path, "%s", (const char *)a[1]);
    snprintf(c.other, sizeof c.other, "%s", (const char *)a[3]);
    before_call(&c, CHANGES | DEVICE | ROOM | RIGHTS);
    tell(&c, "", 0);
    if (c.fails) {
        errno = fault.error;
        return -1;
    }
    long value = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    after_call(&c);
    return value;
}

#endif
