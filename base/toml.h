/* toml.h: TOML 1.0 into a cJSON tree, on tree-sitter-toml: for the rules, the
 * configuration, and other tools' rule files. Dates become strings. Errors name
 * the line, and each value knows its own. */
#ifndef KEYLIFT_BASE_TOML_H
#define KEYLIFT_BASE_TOML_H

#include "base/json.h"

enum kl_status toml_parse(struct slice text, const char *what, cJSON **out, struct error *e) KL_MUST_USE;
enum kl_status toml_read_file(const char *path, cJSON **out, struct error *e) KL_MUST_USE;

/* The line, from 1, that a value begins on (a table: its header, or the key that made it), of a tree that was
 * parsed here and has not been changed. */
unsigned toml_line(const cJSON *item);

#endif
