/* kill_calls.h: the calls that change a file system or send something, defined
 * again in front of the C library's: each counts, and the one that `moment` is set
 * for kills the process before, or after, it takes effect. For one file of a
 * program, or of a library to preload. */
#ifndef KEYLIFT_TESTS_KILL_CALLS_H
#define KEYLIFT_TESTS_KILL_CALLS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* 2 * n: before the n-th call; 2 * n + 1: after it. Negative: never. */
static long moment = -1;
static atomic_long calls; /* vaults are asked from several threads */

/* The number of this call. */
static long before_call(void) {
    long number = atomic_fetch_add(&calls, 1);
    if (moment == 2 * number)
        raise(SIGKILL);
    return number;
}

static void after_call(long number) {
    if (moment == 2 * number + 1)
        raise(SIGKILL);
}

/* dlsym returns an object pointer, and C has no cast from there to a function. */
#define REAL(name)                                                                                           \
    static __typeof__(&name) real;                                                                           \
    if (!real) {                                                                                             \
        void *found = dlsym(RTLD_NEXT, #name);                                                               \
        memcpy(&real, &found, sizeof real);                                                                  \
    }

#define WRAP(result, name, params, args)                                                                     \
    result name params {                                                                                     \
        REAL(name)                                                                                           \
        long number = before_call();                                                                         \
        result value = real args;                                                                            \
        after_call(number);                                                                                  \
        return value;                                                                                        \
    }

WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, link, (const char *from, const char *to), (from, to))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, ftruncate, (int fd, off_t len), (fd, len))

/* A request that was sent may have been answered, or not: a vault has the value or not. */
WRAP(ssize_t, send, (int fd, const void *bytes, size_t len, int flags), (fd, bytes, len, flags))

/* Half of the bytes, then the rest: a write may be cut in the middle. */
ssize_t write(int fd, const void *bytes, size_t len) {
    REAL(write)
    long number = before_call();
    if (moment == 2 * number + 1 && real(fd, bytes, len / 2) < 0)
        return -1;
    after_call(number);
    return real(fd, bytes, len);
}

int open(const char *path, int flags, ...) {
    REAL(open)
    mode_t mode = 0;
    long call = -1;
    if (flags & O_CREAT) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
        call = before_call();
    }
    int fd = real(path, flags, mode);
    if (call >= 0)
        after_call(call);
    return fd;
}

/* file_replace.c calls renameat2 through this one. */
long syscall(long number, ...) {
    REAL(syscall)
    long a[6];
    va_list ap;
    va_start(ap, number);
    for (size_t i = 0; i < sizeof a / sizeof a[0]; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    long call = before_call();
    long value = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    after_call(call);
    return value;
}

#endif
