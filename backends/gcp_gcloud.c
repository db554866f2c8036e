/* gcp_gcloud.c: see gcp_gcloud.h. The files are read as gcloud writes them ("gcloud
 * topic configurations"); the program itself takes a second to start. */
#include "backends/gcp_gcloud.h"

#include "base/file.h"
#include "base/system.h"

#define CONFIG_MAX_BYTES ((size_t)256 << 10)
#define CONFIG_NAME_MAX 255u

const char *gcp_gcloud_folder(struct arena *a) {
    const char *set = system_getenv("CLOUDSDK_CONFIG"), *home = system_getenv("HOME");
    if (set && set[0])
        return set;
    return home && home[0] ? path_join(a, home, ".config/gcloud") : NULL;
}

const char *gcp_gcloud_well_known(struct arena *a) {
    const char *folder = gcp_gcloud_folder(a);
    return folder ? path_join(a, folder, "application_default_credentials.json") : NULL;
}

const char *gcp_ini_find(struct slice text, const char *section, const char *key, struct arena *a) {
    const char *found = NULL;
    bool inside = false;
    for (size_t at = 0; at < text.len;) {
        size_t end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        struct slice line = slice_trim(slice_sub(text, at, end));
        size_t equals = slice_find_byte(line, '=', 0);
        at = end + 1;
        if (!line.len || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;
        if (line.ptr[0] == '[')
            inside =
                slice_ends(line, "]") && slice_eq_cstr(slice_trim(slice_sub(line, 1, line.len - 1)), section);
        else if (inside && equals != SIZE_MAX && slice_eq_cstr(slice_trim(slice_sub(line, 0, equals)), key))
            found = arena_cstr(a, slice_trim(slice_sub(line, equals + 1, line.len)));
    }
    return found && found[0] ? found : NULL;
}

/* Empty when it cannot be read: then gcloud has no such setting either. */
static struct slice read_text(const char *path, struct arena *a) {
    struct buf text = BUF_INIT(CONFIG_MAX_BYTES);
    struct error ignored = {0};
    struct slice s = {0};
    if (file_read(path, CONFIG_MAX_BYTES, &text, &ignored) == KL_OK)
        s = arena_copy(a, buf_as_slice(&text));
    buf_release(&text);
    return s;
}

static bool is_config_name(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
              s.ptr[i] == '-'))
            return false;
    return s.len > 0 && s.len <= CONFIG_NAME_MAX;
}

static struct slice active_config(const char *folder, struct arena *a) {
    const char *set = system_getenv("CLOUDSDK_ACTIVE_CONFIG_NAME");
    struct slice name =
        set && set[0] ? slice_cstr(set) : slice_trim(read_text(path_join(a, folder, "active_config"), a));
    if (!name.len)
        name = SLICE_LIT("default");
    if (!is_config_name(name)) /* "NONE", or a name that gcloud would refuse */
        return (struct slice){0};
    return read_text(arena_printf(a, "%s/configurations/config_%.*s", folder, SLICE_ARG(name)), a);
}

const char *gcp_gcloud_property(const char *key, struct arena *a) {
    bool is_project = strcmp(key, "project") == 0;
    const char *set = system_getenv(is_project ? "CLOUDSDK_CORE_PROJECT" : "CLOUDSDK_CORE_ACCOUNT");
    const char *folder = gcp_gcloud_folder(a);
    if (set && set[0])
        return set;
    return folder ? gcp_ini_find(active_config(folder, a), "core", key, a) : NULL;
}
