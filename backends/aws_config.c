/* aws_config.c: AWS's two files and the profile in use. */
#include "backends/aws_config.h"

#include "base/file.h"
#include "base/system.h"

/* One file, or an empty one when it is missing. */
static enum kl_status read_ini(const char *path, struct arena *a, struct aws_ini *out, struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(AWS_INI_MAX_BYTES);
    enum kl_status st = path[0] ? file_read(path, AWS_INI_MAX_BYTES, &bytes, e) : KL_ERR_NOT_FOUND;
    if (st == KL_OK)
        st = aws_ini_parse(buf_as_slice(&bytes), path, a, out, e);
    else if (st == KL_ERR_NOT_FOUND)
        st = KL_OK;
    buf_release(&bytes);
    return st;
}

const char *aws_config_path(const struct aws_config *c, struct arena *a, const char *path) {
    if (c->home && path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
        return arena_printf(a, "%s%s", c->home, path + 1);
    return arena_cstr(a, slice_cstr(path));
}

static const char *file_path(const struct aws_config *c, struct arena *a, const char *variable,
                             const char *usual) {
    const char *named = system_getenv(variable);
    if (named)
        return aws_config_path(c, a, named);
    return c->home ? arena_printf(a, "%s/.aws/%s", c->home, usual) : "";
}

/* "profile shop" -> is it of this kind and name? The name may stand in quotes. */
static bool is_section(const char *section, const char *kind, const char *name) {
    struct arena scratch = ARENA_INIT;
    struct error ignored;
    const char *words[4];
    size_t count;
    bool is = slice_starts(slice_cstr(section), kind) &&
              aws_ini_words(section, &scratch, words, 3, &count, &ignored) == KL_OK && count == 2 &&
              strcmp(words[1], name) == 0;
    arena_release(&scratch);
    return is;
}

const struct aws_ini_section *aws_config_section(const struct aws_config *c, const char *kind,
                                                 const char *name) {
    for (size_t i = c->config.count; i > 0; i--) /* of several spellings the last one counts */
        if (is_section(c->config.sections[i - 1].name, kind, name))
            return &c->config.sections[i - 1];
    return NULL;
}

const struct aws_ini_section *aws_config_profile_section(const struct aws_config *c, const char *profile) {
    const struct aws_ini_section *named = aws_config_section(c, "profile", profile);
    const struct aws_ini_section *bare =
        strcmp(profile, "default") == 0 ? aws_ini_find(&c->config, profile) : NULL;
    return bare && (!named || bare > named) ? bare : named;
}

bool aws_config_has_profile(const struct aws_config *c, const char *profile) {
    return aws_config_profile_section(c, profile) || aws_ini_find(&c->credentials, profile);
}

const char *aws_config_get(const struct aws_config *c, const char *profile, const char *key) {
    const char *value = aws_ini_get(&c->credentials, aws_ini_find(&c->credentials, profile), key);
    return value ? value : aws_ini_get(&c->config, aws_config_profile_section(c, profile), key);
}

/* boto3's order: AWS_DEFAULT_PROFILE, an old name, goes first. */
static void choose_profile(struct aws_config *c, const char *flag, struct arena *a) {
    static const char *const variables[] = {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"};
    const char *named = flag;
    c->profile_origin = flag ? "--aws-profile" : NULL;
    c->by_flag = flag != NULL;
    for (size_t i = 0; !named && i < KL_ARRAY_LEN(variables); i++) {
        named = system_getenv(variables[i]);
        c->profile_origin = named ? variables[i] : NULL;
    }
    c->profile = named ? arena_cstr(a, slice_cstr(named)) : "default";
}

enum kl_status aws_config_load(const char *flag_profile, struct arena *a, struct aws_config *out,
                               struct error *e) {
    const char *home = system_getenv("HOME");
    *out = (struct aws_config){.home = home ? arena_cstr(a, slice_cstr(home)) : NULL};
    out->config_path = file_path(out, a, "AWS_CONFIG_FILE", "config");
    out->credentials_path = file_path(out, a, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    choose_profile(out, flag_profile, a);
    enum kl_status st = read_ini(out->config_path, a, &out->config, e);
    if (st == KL_OK)
        st = read_ini(out->credentials_path, a, &out->credentials, e);
    if (st == KL_OK && out->profile_origin && !aws_config_has_profile(out, out->profile))
        st = error_set(e, KL_ERR_USAGE,
                       "profile \"%s\" (from %s) is in neither %s nor %s; \"aws configure list-profiles\" "
                       "names those that are",
                       out->profile, out->profile_origin, out->config_path, out->credentials_path);
    return st;
}
