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

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static char upper(char c) {
    return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static enum kl_status check_length(const char *name, struct error *e) {
    if (!name[0])
        return error_set(e, KL_ERR_UNSUPPORTED, "the name is empty");
    if (strlen(name) > AZURE_NAME_MAX)
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%.140s...: Azure Key Vault takes names of at most %u characters", name,
                         AZURE_NAME_MAX);
    return KL_OK;
}

enum kl_status azure_stored_name(const char *name, char out[AZURE_NAME_MAX + 1], struct error *e) {
    enum kl_status st = check_length(name, e);
    size_t len = st == KL_OK ? strlen(name) : 0;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (!is_upper(c) && !is_lower(c) && !is_digit(c) && c != '_' && c != '-')
            return error_set(e, KL_ERR_UNSUPPORTED,
                             "%s: Azure Key Vault takes letters, digits and \"-\" (for \"_\") in a name",
                             name);
        out[i] = c == '_' ? '-' : c;
    }
    out[len] = '\0';
    return st;
}

enum kl_status azure_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                              struct error *e) {
    char stored[AZURE_NAME_MAX + 1];
    (void)v;
    enum kl_status st = azure_stored_name(name, stored, e);
    bool exact = st == KL_OK;
    for (size_t i = 0; exact && name[i]; i++)
        exact = is_upper(name[i]) || is_digit(name[i]) || name[i] == '_';
    if (st == KL_OK && !exact) {
        char wanted[AZURE_NAME_MAX + 1];
        azure_logical_name(slice_cstr(stored), wanted);
        return error_set(
            e, KL_ERR_UNSUPPORTED,
            "%s: names in Azure Key Vault have no case and no \"_\" beside \"-\", so that it could not "
            "be told from %s; use that name",
            name, wanted);
    }
    if (st == KL_OK)
        *out = arena_cstr(a, slice_cstr(stored));
    return st;
}

void azure_logical_name(struct slice stored, char out[AZURE_NAME_MAX + 1]) {
    size_t len = stored.len < AZURE_NAME_MAX ? stored.len : AZURE_NAME_MAX;
    for (size_t i = 0; i < len; i++)
        out[i] = stored.ptr[i] == '-' ? '_' : upper(stored.ptr[i]);
    out[len] = '\0';
}

bool azure_same_name(struct slice stored, const char *other) {
    return slice_eq_nocase(stored, other);
}

enum kl_status azure_accepts(struct vault *v, const char *name, const struct secret *value, struct error *e) {
    struct slice s = secret_slice(value);
    char stored[AZURE_NAME_MAX + 1];
    (void)v;
    enum kl_status st = azure_stored_name(name, stored, e);
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
