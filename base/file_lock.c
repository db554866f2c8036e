/* file_lock.c: one run at a time. The kernel drops the lock with its holder,
 * so a killed run leaves nothing to clean up; the file itself stays, because
 * removing it would let two later runs lock two different files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* The process id that the holder wrote; it may not have come to that yet. */
static enum kl_status say_holder(int fd, const char *path, struct error *e) {
    char pid[16] = {0};
    ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);
    size_t digits = n > 0 ? strspn(pid, "0123456789") : 0;
    pid[digits] = '\0';
    return error_set(e, KL_ERR_LOCKED, "another run (%s%s) holds %s; wait for it to end",
                     digits ? "process " : "", digits ? pid : "starting", path);
}

enum kl_status file_lock_take(struct file_lock *l, const char *path, struct error *e) {
    *l = (struct file_lock){.fd = -1};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return error_set_errno(e, KL_ERR_IO, errno, "cannot open the lock %s", path);
    int failed;
    do
        failed = flock(fd, LOCK_EX | LOCK_NB);
    while (failed && errno == EINTR);
    enum kl_status status = KL_OK;
    if (failed && errno == EWOULDBLOCK)
        status = say_holder(fd, path, e);
    else if (failed)
        status = error_set_errno(e, KL_ERR_IO, errno, "cannot lock %s", path);
    if (status != KL_OK) {
        close(fd);
        return status;
    }
    char pid[16];
    int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    /* Only for the message of a second run: the lock holds without it. */
    if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)len, 0) != len)
        errno = 0;
    l->fd = fd;
    l->path = mem_strdup(path);
    return KL_OK;
}

void file_lock_release(struct file_lock *l) {
    if (!l->path)
        return;
    close(l->fd);
    free(l->path);
    *l = (struct file_lock){.fd = -1};
}
