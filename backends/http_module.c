/* http_module.c: opens the network module where the program is installed, or beside it
 * in a build folder; nowhere else, since whoever chooses the module sees every secret. */
#include "backends/http_module.h"

#include "backends/net/net_module.h"
#include "base/file.h"
#include "base/module.h"
#include "base/system.h"

#if defined(KEYLIFT_NETWORK)

#define MODULE_FILE "keylift-net.so"

static enum kl_status find_module(struct arena *a, const char **out, struct error *e) {
    /* Relative to the folder of the program. */
    static const char *const folders[] = {KEYLIFT_MODULE_FOLDER, "."};
    const char *program = module_program_folder(a, e);
    if (!program)
        return e->status;
    for (size_t i = 0; i < KL_ARRAY_LEN(folders); i++) {
        struct file_info info;
        const char *path = path_normalize(a, path_join(a, path_join(a, program, folders[i]), MODULE_FILE));
        if (file_stat(path, &info, e) != KL_OK)
            return e->status;
        if (info.kind == FILE_REGULAR) {
            *out = path;
            return KL_OK;
        }
    }
    return error_set(e, KL_ERR_UNSUPPORTED,
                     "keylift's network module is missing: there is no " MODULE_FILE
                     " in %s; install keylift again with all of its files",
                     path_normalize(a, path_join(a, program, folders[0])));
}

static enum kl_status load(const struct net_module **out, struct error *e) {
    struct arena scratch = ARENA_INIT;
    const char *path = NULL;
    module_symbol *symbol = NULL;
    enum kl_status status = find_module(&scratch, &path, e);
    if (status == KL_OK)
        status = module_load(path, NET_MODULE_SYMBOL, &symbol, e);
    if (status != KL_OK && path)
        error_prefix(e, "keylift's network module, which needs libcurl and OpenSSL (on Debian: libcurl4 and "
                        "libssl3), does not load");
    if (status == KL_OK) {
        *out = ((net_module_fn *)symbol)();
        if ((*out)->interface != NET_MODULE_INTERFACE || strcmp((*out)->version, KEYLIFT_VERSION) != 0)
            status = error_set(e, KL_ERR_UNSUPPORTED,
                               "%s is of keylift %s, but this is " KEYLIFT_VERSION
                               "; install keylift again with all of its files",
                               path, (*out)->version);
    }
    arena_release(&scratch);
    return status;
}

#else

static enum kl_status load(const struct net_module **out, struct error *e) {
    *out = NULL;
    return error_set(e, KL_ERR_UNSUPPORTED,
                     "this keylift was built without its network module (KEYLIFT_NETWORK=OFF); "
                     "use one that has it, or a vault that needs no network");
}

#endif

enum kl_status http_module_transport(const struct http_options *o, struct http_transport **out,
                                     struct error *e) {
    const struct net_module *module;
    return load(&module, e) == KL_OK ? module->transport_new(o, system_interrupted, out, e) : e->status;
}

enum kl_status http_sign_rs256(struct slice pem, struct slice message, struct buf *out, struct error *e) {
    const struct net_module *module;
    return load(&module, e) == KL_OK ? module->sign_rs256(pem, message, out, e) : e->status;
}

enum kl_status http_certificate_thumbprints(struct slice pem, unsigned char sha1[20],
                                            unsigned char sha256_out[32], struct error *e) {
    const struct net_module *module;
    return load(&module, e) == KL_OK ? module->thumbprints(pem, sha1, sha256_out, e) : e->status;
}
