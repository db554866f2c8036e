/* azure_names.c: names and values as Key Vault takes them.
 *
 * A secret's name there has letters, digits and "-", and no case: api-key and API-KEY
 * are one. A name in upper snake case has capitals, digits and "_". So "_" becomes "-",
 * and that is one to one: no two names become one secret, and every secret of a vault,
 * whatever its case, is the name of exactly one variable:
 *
 *     DB_PASSWORD   ->  DB-PASSWORD
 *     _A__B         ->  -A--B
 *     db_password   refused: it would be the same secret as DB_PASSWORD
 */
#include "backends/azure.h"

#include "base/encode.h"

static char upper(char c) {
    return ascii_is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static bool is_name_char(char c) {
    return ascii_is_upper(c) || ascii_is_lower(c) || ascii_is_digit(c) || c == '_' || c == '-';
}

enum kl_status azure_prefix(struct azure_vault *v, const char *prefix, struct error *e) {
    char *stored = arena_cstr(&v->arena, slice_cstr(prefix ? prefix : ""));
    for (char *p = stored; *p; p++) {
        if (!is_name_char(*p) || strlen(stored) >= AZURE_NAME_MAX)
            return error_set(e, KL_ERR_USAGE,
                             "--prefix %.140s: Azure Key Vault takes letters, digits and \"-\" in a name, at "
                             "most %u of them",
                             prefix, AZURE_NAME_MAX);
        *p = *p == '_' ? '-' : *p;
    }
    v->prefix = stored;
    return KL_OK;
}

enum kl_status azure_stored_name(const struct azure_vault *v, const char *name, char out[AZURE_NAME_MAX + 1],
                                 struct error *e) {
    size_t before = strlen(v->prefix), len = strlen(name);
    if (len == 0)
        return error_set(e, KL_ERR_UNSUPPORTED, "the name is empty");
    if (before + len > AZURE_NAME_MAX)
        return error_set(
            e, KL_ERR_UNSUPPORTED,
            "%.140s: Azure Key Vault takes names of at most %u characters, and this one has %zu with "
            "its prefix",
            name, AZURE_NAME_MAX, before + len);
    memcpy(out, v->prefix, before);
    for (size_t i = 0; i < len; i++) {
        if (!is_name_char(name[i]))
            return error_set(e, KL_ERR_UNSUPPORTED,
                             "%s: Azure Key Vault takes letters, digits and \"-\" (for \"_\") in a name",
                             name);
        out[before + i] = name[i] == '_' ? '-' : name[i];
    }
    out[before + len] = '\0';
    return KL_OK;
}

enum kl_status azure_map_name(struct vault *vault, const char *name, struct arena *a, const char **out,
                              struct error *e) {
    char stored[AZURE_NAME_MAX + 1], wanted[AZURE_NAME_MAX + 1];
    const struct azure_vault *v = (const struct azure_vault *)vault;
    enum kl_status st = azure_stored_name(v, name, stored, e);
    if (st != KL_OK)
        return st;
    if (azure_logical_name(v, slice_cstr(stored), wanted) && strcmp(wanted, name) != 0)
        return error_set(
            e, KL_ERR_UNSUPPORTED,
            "%s: Azure Key Vault would not tell it from %s, because names there have no case and no "
            "\"_\" beside \"-\"; use that name",
            name, wanted);
    *out = arena_cstr(a, slice_cstr(stored));
    return KL_OK;
}

bool azure_logical_name(const struct azure_vault *v, struct slice stored, char out[AZURE_NAME_MAX + 1]) {
    size_t before = strlen(v->prefix);
    out[0] = '\0';
    if (stored.len <= before || stored.len > AZURE_NAME_MAX ||
        !slice_eq_nocase(slice_sub(stored, 0, before), v->prefix))
        return false;
    stored = slice_sub(stored, before, stored.len);
    for (size_t i = 0; i < stored.len; i++)
        out[i] = stored.ptr[i] == '-' ? '_' : upper(stored.ptr[i]);
    out[stored.len] = '\0';
    return true;
}

bool azure_same_name(struct slice stored, const char *other) {
    return slice_eq_nocase(stored, other);
}

enum kl_status azure_accepts(struct vault *v, const char *name, const struct secret *value, struct error *e) {
    struct slice s = secret_slice(value);
    char stored[AZURE_NAME_MAX + 1];
    enum kl_status st = azure_stored_name((const struct azure_vault *)v, name, stored, e);
    if (st != KL_OK)
        return st;
    if (s.len == 0)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: Azure Key Vault holds no empty value", name);
    if (s.len > AZURE_VALUE_MAX)
        return error_set(e, KL_ERR_LIMIT, "%s: the value has %zu bytes; Azure Key Vault takes at most %u",
                         name, s.len, AZURE_VALUE_MAX);
    if (value->binary || slice_find_byte(s, '\0', 0) != SIZE_MAX || !utf8_valid(s))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: Azure Key Vault holds text without NUL, and the value is not", name);
    return KL_OK;
}
