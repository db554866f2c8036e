/* file_replace.c: replacing a file in two steps: a synced temporary file beside
 * the target, then mode, rename and a synced folder. A reader sees the old
 * bytes or the new ones, whatever moment the power fails at. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define DEFAULT_MODE 0666u

/* The umask can only be read by setting it; 077 in between is the value that
 * can do no harm to a file that another thread creates in that moment. */
static uint32_t mode_less_umask(void) {
    mode_t mask = umask(077);
    umask(mask);
    return DEFAULT_MODE & ~(uint32_t)mask;
}

/* The path that the rename will replace: links resolved, so that a link stays
 * one. The last part may be missing. */
static enum kl_status resolve_target(struct arena *a, const char *path, char **out, struct error *e) {
    struct file_info here, there;
    enum kl_status status = file_lstat(path, &here, e);
    if (status == KL_OK)
        status = file_stat(path, &there, e);
    if (status != KL_OK)
        return status;
    if (here.kind == FILE_LINK && there.kind == FILE_MISSING)
        return error_set(e, KL_ERR_REFUSED, "%s is a symbolic link to nothing", path);
    if (there.kind != FILE_MISSING && there.kind != FILE_REGULAR)
        return error_set(e, KL_ERR_REFUSED, "%s is not a regular file", path);
    if (there.kind == FILE_REGULAR) {
        *out = path_real(a, path);
    } else {
        char *folder = path_real(a, path_dirname(a, path));
        *out = folder ? path_join(a, folder, path_basename(path)) : NULL;
    }
    if (!*out)
        return error_set_errno(e, KL_ERR_NOT_FOUND, errno, "cannot resolve %s", path);
    return KL_OK;
}

/* Two targets in one folder have one tag, so the name holds a hash of theirs. */
static char *temp_of(struct arena *a, const char *target, const char *tag) {
    unsigned long long hash = hash64(slice_cstr(path_basename(target)));
    return path_join(a, path_dirname(a, target),
                     arena_printf(a, FILE_TEMP_PREFIX "%s-%016llx" FILE_TEMP_SUFFIX, tag, hash));
}

char *file_replace_temp_path(struct arena *a, const char *path, const char *tag) {
    struct error unused;
    char *target = NULL;
    /* What cannot be resolved, prepare will refuse. */
    if (resolve_target(a, path, &target, &unused) != KL_OK)
        target = path_normalize(a, path);
    return temp_of(a, target, tag);
}

static char *random_tag(struct arena *a) {
    uint64_t random;
    system_random(&random, sizeof(random));
    return arena_printf(a, "%016llx", (unsigned long long)random);
}

static enum kl_status open_temp(struct file_replacement *r, const char *tag, struct arena *a,
                                struct error *e) {
    char *temp = temp_of(a, r->target, tag ? tag : random_tag(a));
    r->fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    if (r->fd < 0)
        return error_set_errno(e, errno == EEXIST ? KL_ERR_CONFLICT : KL_ERR_IO, errno,
                               "cannot write %s: cannot create %s beside it", r->target, path_basename(temp));
    r->temp = mem_strdup(temp);
    r->active = true;
    return KL_OK;
}

/* Somebody else's file that root rewrites stays theirs. Where the system does
 * not let us, the file becomes ours, as with any editor. */
static void keep_owner(int fd, const struct stat *was) {
    struct stat now;
    if (fstat(fd, &now) != 0 || (now.st_uid == was->st_uid && now.st_gid == was->st_gid))
        return;
    if (fchown(fd, was->st_uid, was->st_gid) != 0 && fchown(fd, (uid_t)-1, was->st_gid) != 0)
        errno = 0;
}

enum kl_status file_replace_begin(struct file_replacement *r, const char *path,
                                  const struct file_replace_options *opts, struct error *e) {
    static const struct file_replace_options defaults = {0};
    struct arena scratch = ARENA_INIT;
    struct stat was;
    char *target = NULL;
    if (!opts)
        opts = &defaults;
    *r = (struct file_replacement){.fd = -1, .must_be_new = opts->must_be_new};
    enum kl_status status = resolve_target(&scratch, path, &target, e);
    if (status != KL_OK)
        goto done;
    bool exists = stat(target, &was) == 0;
    if (exists && opts->must_be_new) {
        status = error_set(e, KL_ERR_CONFLICT, "%s is there already", path);
        goto done;
    }
    r->mode = exists ? was.st_mode & 07777u : opts->mode_if_new ? opts->mode_if_new : mode_less_umask();
    r->target = mem_strdup(target);
    status = open_temp(r, opts->temp_tag, &scratch, e);
    if (status == KL_OK && exists)
        keep_owner(r->fd, &was);
done:
    if (status != KL_OK)
        file_replace_abort(r);
    arena_release(&scratch);
    return status;
}

enum kl_status file_replace_end(struct file_replacement *r, struct error *e) {
    enum kl_status status = KL_OK;
    if (fsync(r->fd) != 0)
        status = error_set_errno(e, KL_ERR_IO, errno, "cannot write %s", r->target);
    /* Thousands of files may wait for their commit, more than descriptors. */
    close(r->fd);
    r->fd = -1;
    if (status != KL_OK)
        file_replace_abort(r);
    return status;
}

enum kl_status file_replace_prepare(struct file_replacement *r, const char *path, struct slice bytes,
                                    const struct file_replace_options *opts, struct error *e) {
    enum kl_status status = file_replace_begin(r, path, opts, e);
    if (status != KL_OK)
        return status;
    status = file_write_fd(r->fd, r->target, bytes, e);
    if (status == KL_OK)
        return file_replace_end(r, e);
    file_replace_abort(r);
    return status;
}

/* rename, or -1 with EEXIST when the target is there. */
static int rename_if_new(const char *from, const char *to) {
#if defined(SYS_renameat2)
    const unsigned no_replace = 1;
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, no_replace) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
#endif
    if (link(from, to) != 0)
        return -1;
    return unlink(from);
}

static void forget(struct file_replacement *r) {
    if (r->fd >= 0)
        close(r->fd);
    free(r->temp);
    free(r->target);
    *r = (struct file_replacement){.fd = -1, .replaced = r->replaced};
}

enum kl_status file_replace_commit(struct file_replacement *r, struct error *e) {
    struct arena scratch = ARENA_INIT;
    enum kl_status status = KL_OK;
    if (!r->active)
        return error_set(e, KL_ERR_INTERNAL, "a replacement was committed that was not prepared");
    r->fd = open(r->temp, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (r->fd < 0 || fchmod(r->fd, (mode_t)r->mode) != 0 || fsync(r->fd) != 0)
        status = error_set_errno(e, KL_ERR_IO, errno, "cannot set the mode of the new %s", r->target);
    else if ((r->must_be_new ? rename_if_new(r->temp, r->target) : rename(r->temp, r->target)) != 0)
        status = error_set_errno(e, errno == EEXIST ? KL_ERR_CONFLICT : KL_ERR_IO, errno, "cannot replace %s",
                                 r->target);
    if (status != KL_OK) {
        file_replace_abort(r);
    } else {
        r->replaced = true;
        status = file_sync_folder(path_dirname(&scratch, r->target), e);
        forget(r);
    }
    arena_release(&scratch);
    return status;
}

void file_replace_abort(struct file_replacement *r) {
    if (r->active)
        unlink(r->temp);
    else
        r->fd = -1; /* a zeroed struct must not close standard input */
    forget(r);
}

static enum kl_status replace_now(const char *path, struct slice bytes,
                                  const struct file_replace_options *opts, struct error *e) {
    struct file_replacement r = {0};
    enum kl_status status = file_replace_prepare(&r, path, bytes, opts, e);
    return status == KL_OK ? file_replace_commit(&r, e) : status;
}

enum kl_status file_write_atomic(const char *path, struct slice bytes, uint32_t mode_if_new,
                                 struct error *e) {
    return replace_now(path, bytes, &(struct file_replace_options){.mode_if_new = mode_if_new}, e);
}

enum kl_status file_create_private(const char *path, struct slice bytes, struct error *e) {
    return replace_now(path, bytes, &(struct file_replace_options){.mode_if_new = 0600, .must_be_new = true},
                       e);
}
