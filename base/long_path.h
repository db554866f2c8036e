/* long_path.h: calls of the system on a path of any length. One that the kernel takes (PATH_MAX) is given to
 * it as it is; of a longer one, folders are opened, each from the one before, until the rest is short enough.
 */
#ifndef KEYLIFT_BASE_LONG_PATH_H
#define KEYLIFT_BASE_LONG_PATH_H

#include <sys/stat.h>

/* As openat(2), for what is there already, and fstatat(2). at_fd: AT_FDCWD, or a folder. */
int long_path_open(int at_fd, const char *path, int flags);
int long_path_stat(const char *path, struct stat *st, int flags);

#endif
