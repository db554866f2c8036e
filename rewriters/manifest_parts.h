/* manifest_parts.h: what the files of manifest.h share. */
#ifndef KEYLIFT_REWRITERS_MANIFEST_PARTS_H
#define KEYLIFT_REWRITERS_MANIFEST_PARTS_H

#include "rewriters/manifest.h"

struct manifest_request {
    enum manifest_kind kind;
    struct slice bytes;
    const char *const *requirements;
    size_t count;
    struct arena *arena;
    const char *eol; /* of the file: "\n" or "\r\n" */
};

/* Adds insertions to *out, or sets out->left. One file each. */
typedef void manifest_adder(const struct manifest_request *r, struct manifest_output *out);
typedef void manifest_parser(struct slice bytes, const struct manifest_reader *reader,
                             struct manifest_facts *out);
/* True if `now` says what `bytes` says, and the requirements behind that. */
typedef bool manifest_checker(const struct manifest_request *r, struct slice now);

manifest_parser manifest_read_requirements, manifest_read_pyproject, manifest_read_pipfile,
    manifest_read_setup_cfg;
manifest_adder manifest_add_requirements, manifest_add_pyproject, manifest_add_pipfile,
    manifest_add_setup_cfg;
manifest_checker manifest_check_list, manifest_check_pyproject, manifest_check_pipfile;

void manifest_insert(struct manifest_output *out, size_t at, struct slice text);
void manifest_tell(const struct manifest_reader *reader, const struct requirement *r);
void manifest_tell_include(const struct manifest_reader *reader, struct slice path);
/* Of the line that holds `at`: the offset of its line end, or of the end of the text. */
size_t manifest_line_end(struct slice text, size_t at);

#endif
