/* json.h: cJSON with the edges taken off: bounded input, no U+0000, no equal
 * keys in one object (cJSON cuts strings at the one and keeps the first of the
 * other), errors with a place, and bytes that are not UTF-8 made printable. */
#ifndef KEYLIFT_BASE_JSON_H
#define KEYLIFT_BASE_JSON_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/error.h"

/* `what` names the document in messages. The caller frees with cJSON_Delete
 * (json_delete_secret if it may hold secrets). Depth is bounded. */
enum kl_status json_parse(struct slice text, const char *what, cJSON **out, struct error *e) KL_MUST_USE;
enum kl_status json_read_file(const char *path, cJSON **out, struct error *e) KL_MUST_USE;
void json_delete_secret(cJSON *j); /* wipes strings first */

/* Members: NULL (or the default) when absent or of another type. */
const cJSON *json_get(const cJSON *object, const char *key);
const char *json_string(const cJSON *object, const char *key);
bool json_bool(const cJSON *object, const char *key, bool otherwise);
double json_number(const cJSON *object, const char *key, double otherwise);

/* Adds a member from bytes of any kind: invalid UTF-8 becomes U+FFFD. */
void json_add_slice(cJSON *object, const char *key, struct slice value);
void json_add_string(cJSON *object, const char *key, const char *value); /* NULL adds null */
void json_add_count(cJSON *object, const char *key, uint64_t value);
/* A new object that begins as all that keylift writes for programs: the format's version, and who wrote it.
 */
cJSON *json_document(unsigned version);

/* Serialises, indented by two blanks or on one line, with a final newline. */
void json_print(const cJSON *j, bool indented, struct buf *out);
/* The same of a value that stands `depth` brackets deep in a document that is printed piece by piece, without
 * a newline behind it; under `key`, unless that is NULL. */
void json_print_inside(const cJSON *j, const char *key, bool indented, unsigned depth, struct buf *out);

#endif
