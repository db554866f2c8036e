/* file.c: looking at files, reading them whole, and the small writes that need
 * no replacement. Replacing is in file_replace.c, locks in file_lock.c, the
 * path helpers in path.c. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/long_path.h"
#include "base/mem.h"

#define READ_STEP_BYTES ((size_t)64 << 10)
#define WRITE_STEP_BYTES ((size_t)1 << 30)

static enum kl_status status_of_errno(int errnum) {
    return errnum == ENOENT || errnum == ENOTDIR ? KL_ERR_NOT_FOUND : KL_ERR_IO;
}

static enum file_kind kind_of_mode(mode_t mode) {
    if (S_ISREG(mode))
        return FILE_REGULAR;
    if (S_ISDIR(mode))
        return FILE_FOLDER;
    return S_ISLNK(mode) ? FILE_LINK : FILE_OTHER;
}

static enum kl_status look(const char *path, bool follow, struct file_info *out, struct error *e) {
    struct stat st;
    *out = (struct file_info){.kind = FILE_MISSING};
    if (long_path_stat(path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
        if (status_of_errno(errno) == KL_ERR_NOT_FOUND)
            return KL_OK;
        return error_set_errno(e, KL_ERR_IO, errno, "cannot look at %s", path);
    }
    out->kind = kind_of_mode(st.st_mode);
    out->size = (uint64_t)st.st_size;
    out->mode = st.st_mode & 07777u;
    out->owner = (uint32_t)st.st_uid;
    out->device = (uint64_t)st.st_dev;
    out->inode = (uint64_t)st.st_ino;
    out->links = (uint32_t)st.st_nlink;
#if defined(__APPLE__)
    out->mtime_ns = (int64_t)st.st_mtimespec.tv_sec * 1000000000 + st.st_mtimespec.tv_nsec;
#else
    out->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
#endif
    return KL_OK;
}

enum kl_status file_stat(const char *path, struct file_info *out, struct error *e) {
    return look(path, true, out, e);
}

bool file_is_regular(const char *path) {
    struct file_info info;
    struct error untold = {0};
    return file_stat(path, &info, &untold) == KL_OK && info.kind == FILE_REGULAR;
}

enum kl_status file_lstat(const char *path, struct file_info *out, struct error *e) {
    return look(path, false, out, e);
}

/* One read of up to `want` bytes; *got 0 at the end. */
static enum kl_status read_some(int fd, const char *what, char *to, size_t want, size_t *got,
                                struct error *e) {
    ssize_t n;
    do
        n = read(fd, to, want);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_set_errno(e, KL_ERR_IO, errno, "cannot read %s", what);
    *got = (size_t)n;
    return KL_OK;
}

/* `expected` is only a hint: the file may grow or shrink while it is read. */
static enum kl_status read_all(int fd, const char *what, size_t expected, size_t max, struct buf *out,
                               struct error *e) {
    size_t room = out->len < out->max ? out->max - out->len : 0;
    size_t limit = max < room ? max : room;
    size_t total = 0;
    if (expected > limit)
        return error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", what, limit);
    for (;;) {
        size_t got = 0, want = total < expected ? expected - total : READ_STEP_BYTES;
        char extra;
        bool full = total == limit;
        if (want > limit - total)
            want = limit - total;
        char *to = full ? &extra : buf_reserve(out, want);
        if (!to)
            return error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", what, limit);
        enum kl_status status = read_some(fd, what, to, full ? 1 : want, &got, e);
        if (status != KL_OK || got == 0)
            return status;
        if (full)
            return error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", what, limit);
        out->len += got;
        total += got;
    }
}

enum kl_status file_read_fd(int fd, const char *what, size_t max, struct buf *out, struct error *e) {
    return read_all(fd, what, 0, max, out, e);
}

#define SMALL_FILE_BYTES ((uint64_t)64 << 10)

/* Opens a regular file; *size as the system tells it. */
static enum kl_status open_regular(const char *path, int *out, uint64_t *size, struct error *e) {
    int fd;
    do
        fd = long_path_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return error_set_errno(e, status_of_errno(errno), errno, "cannot open %s", path);
    struct stat st;
    enum kl_status status = KL_OK;
    if (fstat(fd, &st) != 0)
        status = error_set_errno(e, KL_ERR_IO, errno, "cannot look at %s", path);
    else if (!S_ISREG(st.st_mode))
        status = error_set(e, KL_ERR_IO, "%s is not a regular file", path);
    if (status != KL_OK) {
        close(fd);
        return status;
    }
    *size = (uint64_t)st.st_size;
    *out = fd;
    return KL_OK;
}

static enum kl_status read_rest(int fd, const char *path, uint64_t size, size_t max, struct buf *out,
                                struct error *e) {
    if (size > max)
        return error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", path, max);
    return read_all(fd, path, (size_t)size, max, out, e);
}

enum kl_status file_read(const char *path, size_t max, struct buf *out, struct error *e) {
    int fd;
    uint64_t size;
    enum kl_status status = open_regular(path, &fd, &size, e);
    if (status != KL_OK)
        return status;
    status = read_rest(fd, path, size, max, out, e);
    close(fd);
    return status;
}

enum kl_status file_read_wanted(const char *path, size_t max,
                                bool (*wanted)(const char *path, struct slice head), struct buf *out,
                                bool *whole, struct error *e) {
    int fd;
    uint64_t size;
    size_t start = out->len, got = 0;
    *whole = false;
    enum kl_status status = open_regular(path, &fd, &size, e);
    if (status != KL_OK)
        return status;
    /* A small one is read at once, with a byte more: less than that is its end. What the system tells no size
     * of, as in /proc, has a head like all others. */
    bool small = size > 0 && size < SMALL_FILE_BYTES;
    size_t want = small ? (size_t)size + 1 : FILE_HEAD_BYTES;
    char *head = buf_reserve(out, want);
    if (!head) {
        status = error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", path, max);
        goto done;
    }
    status = read_some(fd, path, head, want, &got, e);
    if (status != KL_OK)
        goto done;
    out->len += got;
    *whole = wanted(path, slice_of(out->ptr + start, got < FILE_HEAD_BYTES ? got : FILE_HEAD_BYTES));
    if (!*whole && got > FILE_HEAD_BYTES)
        out->len = start + FILE_HEAD_BYTES;
    if (*whole && !(small && got == size && size <= max))
        status = read_rest(fd, path, size > got ? size - got : 0, max > got ? max - got : 0, out, e);
done:
    close(fd);
    return status;
}

struct file_reader {
    int fd;
    char *path;
    uint64_t size;
};

enum kl_status file_reader_open(struct file_reader **out, const char *path, uint64_t max, struct error *e) {
    int fd;
    uint64_t size;
    enum kl_status status = open_regular(path, &fd, &size, e);
    if (status == KL_OK && size > max) {
        status = error_set(e, KL_ERR_LIMIT, "%s is larger than %llu bytes", path, (unsigned long long)max);
        close(fd);
    }
    if (status != KL_OK)
        return status;
    *out = mem_alloc(sizeof **out);
    **out = (struct file_reader){.fd = fd, .path = mem_strdup(path), .size = size};
    return KL_OK;
}

enum kl_status file_read_some(int fd, const char *what, size_t want, struct buf *out, struct error *e) {
    size_t got = 0;
    char *to = buf_reserve(out, want);
    if (!to)
        return error_set(e, KL_ERR_LIMIT, "%s has too much at once", what);
    enum kl_status status = read_some(fd, what, to, want, &got, e);
    out->len += got;
    return status;
}

enum kl_status file_reader_next(struct file_reader *r, size_t want, struct buf *out, struct error *e) {
    return file_read_some(r->fd, r->path, want, out, e);
}

uint64_t file_reader_size(const struct file_reader *r) {
    return r->size;
}

size_t file_reader_at(const struct file_reader *r, uint64_t at, char *out, size_t room) {
    size_t got = 0;
    while (got < room) {
        ssize_t n = pread(r->fd, out + got, room - got, (off_t)(at + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

void file_reader_close(struct file_reader *r) {
    close(r->fd);
    free(r->path);
    free(r);
}

enum kl_status file_write_fd(int fd, const char *what, struct slice bytes, struct error *e) {
    for (size_t done = 0; done < bytes.len;) {
        size_t step = bytes.len - done < WRITE_STEP_BYTES ? bytes.len - done : WRITE_STEP_BYTES;
        ssize_t n = write(fd, bytes.ptr + done, step);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set_errno(e, errno == EPIPE ? KL_ERR_INTERRUPTED : KL_ERR_IO, errno,
                                   "cannot write %s", what);
        done += (size_t)n;
    }
    return KL_OK;
}

enum kl_status file_append_synced(const char *path, struct slice bytes, struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct stat st;
    enum kl_status status;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return error_set_errno(e, KL_ERR_IO, errno, "cannot open %s", path);
    bool empty = fstat(fd, &st) == 0 && st.st_size == 0;
    status = file_write_fd(fd, path, bytes, e);
    if (status == KL_OK && fsync(fd) != 0)
        status = error_set_errno(e, KL_ERR_IO, errno, "cannot sync %s", path);
    if (close(fd) != 0 && status == KL_OK)
        status = error_set_errno(e, KL_ERR_IO, errno, "cannot write %s", path);
    if (status == KL_OK && empty) /* it may be new: its name must survive too */
        status = file_sync_folder(path_dirname(&scratch, path), e);
    arena_release(&scratch);
    return status;
}

enum kl_status file_remove(const char *path, struct error *e) {
    if (unlink(path) == 0 || errno == ENOENT)
        return KL_OK;
    return error_set_errno(e, KL_ERR_IO, errno, "cannot remove %s", path);
}

enum kl_status file_sync_folder(const char *path, struct error *e) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(e, status_of_errno(errno), errno, "cannot open folder %s", path);
    /* Some file systems have no such call for folders and say EINVAL. */
    bool failed = fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP;
    int why = errno;
    close(fd);
    return failed ? error_set_errno(e, KL_ERR_IO, why, "cannot sync folder %s", path) : KL_OK;
}

enum kl_status file_make_folder(const char *path, uint32_t mode, struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct stat st;
    enum kl_status status = KL_OK;
    char *part = arena_cstr(&scratch, slice_cstr(path));
    size_t len = strlen(part);
    for (size_t i = 1; i <= len && status == KL_OK; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char end = part[i];
        part[i] = '\0';
        if (mkdir(part, (mode_t)mode) == 0) {
            status = file_sync_folder(path_dirname(&scratch, part), e);
        } else {
            int why = errno;
            if (stat(part, &st) != 0 || !S_ISDIR(st.st_mode))
                status = error_set_errno(e, KL_ERR_IO, why, "cannot make folder %s", part);
        }
        part[i] = end;
    }
    arena_release(&scratch);
    return status;
}
