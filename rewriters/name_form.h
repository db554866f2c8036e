/* name_form.h: --name-template: "{module}_{name}". What stands between the braces is
 * filled in for each secret; the whole is put into upper snake case. */
#ifndef KEYLIFT_REWRITERS_NAME_FORM_H
#define KEYLIFT_REWRITERS_NAME_FORM_H

#include "base/arena.h"

/* name, file, module, environment: the order of `words`. */
#define NAME_FORM_WORDS 4

const char *name_fill(struct arena *a, const char *form, const char *const words[NAME_FORM_WORDS]);
/* "shop/pay.py", seen from the root, gives SHOP_PAY. */
char *name_module(struct arena *a, const char *path, const char *root);

#endif
