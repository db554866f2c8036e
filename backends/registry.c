/* Every vault that keylift knows. A new one is a file that defines
 * vault_kind_<id>, and a line here. */
#include "backends/bundle.h"
#include "backends/vault.h"
#include "backends/vault_kinds.h"

#define VAULT(id) &vault_kind_##id,
static const struct vault_kind *const kinds[] = {VAULTS(VAULT)};
#undef VAULT

size_t vault_kind_count(void) {
    return KL_ARRAY_LEN(kinds);
}

const struct vault_kind *vault_kind_at(size_t index) {
    return index < KL_ARRAY_LEN(kinds) ? kinds[index] : NULL;
}

const struct vault_kind *vault_kind_find(const char *id) {
    if (slice_starts(slice_cstr(id), VAULT_EXEC_PREFIX) && id[strlen(VAULT_EXEC_PREFIX)])
        id = "exec";
    for (size_t i = 0; i < KL_ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i]->id, id) == 0)
            return kinds[i];
        for (const char *const *alias = kinds[i]->aliases; *alias; alias++)
            if (strcmp(*alias, id) == 0)
                return kinds[i];
    }
    return NULL;
}

enum kl_status vault_python(struct vault *v, struct arena *a, struct python_access *out, struct error *e) {
    if (v->kind->python)
        return v->kind->python(v, a, out, e);
    *out = *v->kind->access;
    return KL_OK;
}

enum kl_status vault_open(const struct vault_kind *kind, const struct vault_options *o, struct vault **out,
                          struct error *e) {
    if (!o->bundle || (kind->bundles && kind->own_bundles))
        return kind->open(o, out, e);
    if (!kind->bundles || !kind->previous)
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "the vault \"%s\" does not hold names as fields of one secret; leave out --bundle",
                         kind->id);
    return bundle_open(kind, o, out, e);
}
