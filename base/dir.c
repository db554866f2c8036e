/* dir.c: folder listing with large getdents64 reads; readdir elsewhere. */
#include "base/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include "base/long_path.h"
#include "base/mem.h"

#define DIR_READ_BYTES ((size_t)32 << 10)

struct dir {
    int fd;
#if defined(__linux__)
    size_t at, filled;
    _Alignas(8) char bytes[DIR_READ_BYTES];
#else
    DIR *stream;
#endif
};

enum kl_status dir_open(struct dir **out, int at_fd, const char *path, struct error *e) {
    *out = NULL;
    int fd =
        long_path_open(at_fd < 0 ? AT_FDCWD : at_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(e, errno == ENOENT ? KL_ERR_NOT_FOUND : KL_ERR_IO, errno,
                               "cannot open folder %s", path);
    struct dir *d = mem_alloc(sizeof(*d));
    d->fd = fd;
#if defined(__linux__)
    d->at = d->filled = 0;
#else
    d->stream = fdopendir(fd);
    if (!d->stream) {
        int why = errno;
        close(fd);
        free(d);
        return error_set_errno(e, KL_ERR_IO, why, "cannot list folder %s", path);
    }
#endif
    *out = d;
    return KL_OK;
}

int dir_fd(const struct dir *d) {
    return d->fd;
}

void dir_close(struct dir *d) {
    if (!d)
        return;
#if defined(__linux__)
    close(d->fd);
#else
    closedir(d->stream);
#endif
    free(d);
}

int dir_close_keeping(struct dir *d) {
#if defined(__linux__)
    int fd = d->fd;
    free(d);
#else
    int fd = fcntl(d->fd, F_DUPFD_CLOEXEC, 0);
    dir_close(d);
#endif
    return fd;
}

void dir_drop(int fd) {
    if (fd >= 0)
        close(fd);
}

static enum file_kind kind_of_type(const struct dir *d, const char *name, unsigned char type) {
    struct stat st;
    switch (type) {
    case DT_REG:
        return FILE_REGULAR;
    case DT_DIR:
        return FILE_FOLDER;
    case DT_LNK:
        return FILE_LINK;
    case DT_UNKNOWN: /* some file systems do not tell */
        if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            return FILE_MISSING;
        if (S_ISREG(st.st_mode))
            return FILE_REGULAR;
        if (S_ISDIR(st.st_mode))
            return FILE_FOLDER;
        return S_ISLNK(st.st_mode) ? FILE_LINK : FILE_OTHER;
    default:
        return FILE_OTHER;
    }
}

static bool is_dot(const char *name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

#if defined(__linux__)
/* The kernel's record, as getdents64(2) has it: the C libraries differ in whether they name it. */
struct kernel_dirent {
    uint64_t d_ino;
    int64_t d_off;
    unsigned short d_reclen;
    unsigned char d_type;
    char d_name[];
};

static const struct kernel_dirent *next_record(struct dir *d, struct error *e) {
    if (d->at == d->filled) {
        long got;
        do
            got = syscall(SYS_getdents64, d->fd, d->bytes, sizeof(d->bytes));
        while (got < 0 && errno == EINTR);
        if (got < 0) {
            error_set_errno(e, KL_ERR_IO, errno, "cannot list folder");
            return NULL;
        }
        if (got == 0) {
            error_set(e, KL_ERR_NOT_FOUND, "end of folder");
            return NULL;
        }
        d->at = 0;
        d->filled = (size_t)got;
    }
    const struct kernel_dirent *record = (const void *)(d->bytes + d->at);
    d->at += record->d_reclen;
    return record;
}
#else
static const struct dirent *next_record(struct dir *d, struct error *e) {
    errno = 0;
    const struct dirent *record = readdir(d->stream);
    if (!record && errno != 0)
        error_set_errno(e, KL_ERR_IO, errno, "cannot list folder");
    else if (!record)
        error_set(e, KL_ERR_NOT_FOUND, "end of folder");
    return record;
}
#endif

enum kl_status dir_next(struct dir *d, struct dir_entry *out, struct error *e) {
    for (;;) {
        const void *found = next_record(d, e);
        if (!found)
            return e->status;
#if defined(__linux__)
        const struct kernel_dirent *record = found;
#else
        const struct dirent *record = found;
#endif
        if (is_dot(record->d_name))
            continue;
        out->name = record->d_name;
        out->kind = kind_of_type(d, record->d_name, record->d_type);
        return KL_OK;
    }
}
