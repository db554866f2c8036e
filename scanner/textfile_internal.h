/* textfile_internal.h: what textfile*.c share. Private to them. */
#ifndef KEYLIFT_SCANNER_TEXTFILE_INTERNAL_H
#define KEYLIFT_SCANNER_TEXTFILE_INTERNAL_H

#include "scanner/candidate.h"

#define PAIR_EQUALS 1u /* name = value */
#define PAIR_COLON 2u  /* name: value */
#define PAIR_QUOTED 4u /* "name": "value" anywhere */
#define PAIR_WORDS 8u  /* password value (.netrc) */
#define PAIR_SHELL 16u /* a blank or ';' ends a value without quotes */

struct extraction {
    struct slice text;
    struct arena *arena;
    struct candidates *out;
    bool in_test;
    size_t secret_end;  /* of the document at hand, if it is a Secret of Kubernetes; else 0 */
    size_t data_indent; /* of `data:`; SIZE_MAX outside of it */
    struct slice word;  /* .netrc: the one before */
    struct slice label; /* of the pair before, if that was name: LABEL */
    size_t label_end;
};

static inline bool text_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool text_is_key_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/' || (unsigned char)c >= 0x80;
}

static inline size_t text_skip_blanks(struct slice s, size_t at, size_t end) {
    while (at < end && text_is_blank(s.ptr[at]))
        at++;
    return at;
}

void text_add_pair(struct extraction *x, struct slice key, size_t start, size_t end, struct slice value);
/* Offset behind the closing quote of the string that opens at `at`, or `end`. */
size_t text_quoted_end(struct slice s, size_t at, size_t end, bool *closed);
/* What is between quotes, with \" \\ \/ \n \t \uXXXX taken back. */
struct slice text_unquote(struct slice body, char quote, struct arena *arena);

/* textfile_nested.c: pairs of which a line is more, or less, than one.
 * { name: value, ... } of YAML and { name = "value", ... } of TOML, in one line. */
void text_inline_pairs(struct extraction *x, size_t at, size_t end, unsigned ways);
/* A value over several lines that begins at `at`: a block of YAML, three quotes of TOML; false if it is none.
 */
bool text_long_value(struct extraction *x, struct slice key, size_t at, size_t end, unsigned ways);

#endif
