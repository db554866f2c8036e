/* net_trust.c: which certificates are trusted: --ca-file alone; else those that
 * OpenSSL's variables name; else the system's. */
#include "backends/net/net.h"

#include "base/file.h"
#include "base/system.h"

/* For a libcurl that was built on another system than this one. */
static const char *const usual_files[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Arch, Alpine */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, Red Hat */
    "/etc/ssl/ca-bundle.pem",             /* SUSE */
    "/etc/ssl/cert.pem",                  /* Alpine, macOS, BSD */
};

static bool is_kind(const char *path, enum file_kind kind) {
    struct file_info info;
    struct error unused;
    return file_stat(path, &info, &unused) == KL_OK && info.kind == kind;
}

static bool set(CURL *curl, const char *file, const char *folder) {
    return curl_easy_setopt(curl, CURLOPT_CAINFO, file) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAPATH, folder) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, file) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, folder) == CURLE_OK;
}

bool net_set_trust(CURL *curl, const struct http_options *o) {
    const char *file = system_getenv("SSL_CERT_FILE"), *folder = system_getenv("SSL_CERT_DIR");
    if (o->ca_file)
        return set(curl, o->ca_file, NULL);
    if ((file && *file) || (folder && *folder))
        return set(curl, file && *file ? file : NULL, folder && *folder ? folder : NULL);
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    if (built->cainfo && is_kind(built->cainfo, FILE_REGULAR))
        return true;
    for (size_t i = 0; i < KL_ARRAY_LEN(usual_files); i++)
        if (is_kind(usual_files[i], FILE_REGULAR))
            return set(curl, usual_files[i], NULL);
    return true;
}
