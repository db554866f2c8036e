/* module_text.h: what the two modules have in common that read from a vault: one for
 * get_secret("NAME") (module_text.c), one for os.environ["NAME"] (environ_text.c). */
#ifndef KEYLIFT_REWRITERS_MODULE_TEXT_H
#define KEYLIFT_REWRITERS_MODULE_TEXT_H

#include "base/buf.h"
#include "rewriters/rewrite.h"

extern const char module_error_class[];

void module_add_imports(struct buf *b, const struct python_module *m);
bool module_uses_any(const struct python_module *m);
/* ENVIRONMENT = os.environ.get("SECRETS_ENVIRONMENT", "prod") */
void module_add_environment(struct buf *b, const struct python_environment *e, struct arena *arena);
void module_add_constants(struct buf *b, const struct python_module *m, struct arena *arena);
/* read_from_vault(name), and what it needs. */
void module_add_reading(struct buf *b, const struct python_module *m);

#endif
