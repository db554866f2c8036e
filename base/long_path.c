/* long_path.c: see long_path.h. */
#include "base/long_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/common.h"

#if defined(PATH_MAX)
#define STEP_BYTES ((size_t)PATH_MAX) /* with the NUL */
#else
#define STEP_BYTES ((size_t)1024)
#endif

/* The right to pass through a folder is enough, where a system can open it for no more. */
#if defined(O_PATH)
#define PASS_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)
#elif defined(O_SEARCH)
#define PASS_FLAGS (O_SEARCH | O_DIRECTORY | O_CLOEXEC)
#else
#define PASS_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#endif

static void leave(int fd, int outer) {
    int why = errno;
    if (fd != outer)
        close(fd);
    errno = why;
}

/* The rest of the path, from the folder *fd on, which is the caller's to leave; NULL on an error (errno). */
static const char *descend(int outer, const char *path, int *fd) {
    char part[STEP_BYTES];
    *fd = outer;
    for (size_t len = strlen(path), cut; len >= STEP_BYTES; len -= cut, path += cut) {
        cut = STEP_BYTES - 1;
        while (cut > 0 && path[cut] != '/')
            cut--;
        if (cut == 0) {
            errno = ENAMETOOLONG;
            leave(*fd, outer);
            return NULL;
        }
        memcpy(part, path, cut);
        part[cut] = '\0';
        int below = openat(*fd, part, PASS_FLAGS);
        leave(*fd, outer);
        *fd = below;
        if (below < 0)
            return NULL;
        while (path[cut] == '/')
            cut++;
    }
    return path;
}

int long_path_open(int at_fd, const char *path, int flags) {
    int fd;
    const char *rest = descend(at_fd, path, &fd);
    if (!rest)
        return -1;
    int opened = openat(fd, rest, flags);
    leave(fd, at_fd);
    return opened;
}

int long_path_stat(const char *path, struct stat *st, int flags) {
    int fd;
    const char *rest = descend(AT_FDCWD, path, &fd);
    if (!rest)
        return -1;
    int failed = fstatat(fd, rest, st, flags);
    leave(fd, AT_FDCWD);
    return failed;
}
