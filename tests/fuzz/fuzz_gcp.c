/* fuzz_gcp.c: Google's credential files and gcloud's settings. Any bytes are a file that
 * is complete, or an error that names it; what is complete sends nothing to a stranger. */
#include "tests/fuzz/fuzz.h"

#include "backends/gcp_file.h"
#include "backends/gcp_gcloud.h"

static void check_file(const struct gcp_file *f) {
    const char *const urls[] = {f->token_url, f->impersonation_url};
    for (size_t i = 0; i < KL_ARRAY_LEN(urls); i++)
        if (urls[i] && !gcp_url_is_trusted(urls[i]))
            abort();
    if (f->type != GCP_IMPERSONATED && !f->token_url)
        abort();
    if (f->type == GCP_EXTERNAL_ACCOUNT && !f->source_file == !f->source_url)
        abort();
}

static void read_file(struct slice bytes) {
    struct gcp_file file, source;
    struct error e = {0};
    if (gcp_file_parse(bytes, "key.json", &file, &e) == KL_OK) {
        check_file(&file);
        if (file.type == GCP_IMPERSONATED && gcp_file_source(&file, "key.json", &source, &e) == KL_OK)
            check_file(&source);
    } else if (!strstr(e.message, "key.json") || file.json) {
        abort();
    }
    gcp_file_release(&file);
}

static void read_settings(struct slice bytes) {
    struct arena a = ARENA_INIT;
    const char *found = gcp_ini_find(bytes, "core", "project", &a);
    if (found && (!found[0] || strchr(found, '\n')))
        abort();
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const READERS[])(struct slice) = {read_file, read_settings};
    if (size < 1 || size > 60000)
        return 0;
    READERS[data[0] % KL_ARRAY_LEN(READERS)](slice_of(data + 1, size - 1));
    return 0;
}
