/* module.c: loading a shared object by its absolute path. */
#include "base/module.h"

#include <dlfcn.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

#include "base/file.h"

static const char *program_path(struct arena *a) {
#if defined(__APPLE__)
    char path[4096];
    uint32_t size = sizeof(path);
    return _NSGetExecutablePath(path, &size) == 0 ? path_real(a, path) : NULL;
#else
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path));
    return len > 0 && (size_t)len < sizeof(path) ? arena_cstr(a, slice_of(path, (size_t)len)) : NULL;
#endif
}

const char *module_program_folder(struct arena *a, struct error *e) {
    const char *path = program_path(a);
    if (!path || path[0] != '/') {
        error_set(e, KL_ERR_UNSUPPORTED,
                  "the system does not tell where keylift is installed (is /proc there?)");
        return NULL;
    }
    return path_dirname(a, path);
}

enum kl_status module_load(const char *path, const char *symbol, module_symbol **out, struct error *e) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *found = handle ? dlsym(handle, symbol) : NULL;
    if (!found) {
        const char *why = dlerror();
        return error_set(e, KL_ERR_UNSUPPORTED, "%s", why ? why : "no reason given");
    }
    /* ISO C has no cast from an object's to a function's address; POSIX promises this. */
    memcpy(out, &found, sizeof(found));
    return KL_OK;
}
