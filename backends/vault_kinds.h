/* vault_kinds.h: the list of vaults, in the order of `keylift vaults list`. */
#ifndef KEYLIFT_BACKENDS_VAULT_KINDS_H
#define KEYLIFT_BACKENDS_VAULT_KINDS_H

#include "backends/vault.h"

#define VAULTS(X) X(dotenv) X(environ) X(aws) X(azure) X(gcp) X(vault) X(exec)

#define VAULT_DECLARE(id) extern const struct vault_kind vault_kind_##id;
VAULTS(VAULT_DECLARE)
#undef VAULT_DECLARE

#endif
