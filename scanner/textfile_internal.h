/* textfile_internal.h: what textfile*.c share. Private to them. */
#ifndef KEYLIFT_SCANNER_TEXTFILE_INTERNAL_H
#define KEYLIFT_SCANNER_TEXTFILE_INTERNAL_H

#include "scanner/candidate.h"
#include "scanner/scan.h"

#define PAIR_EQUALS 1u      /* name = value */
#define PAIR_COLON 2u       /* name: value */
#define PAIR_QUOTED 4u      /* "name": "value" anywhere */
#define PAIR_WORDS 8u       /* password value (.netrc) */
#define PAIR_SHELL 16u      /* a blank or ';' ends a value without quotes */
#define PAIR_YAML 32u       /* blocks, flow maps, values and lists below their key */
#define PAIR_TOML 64u       /* tables in a line, arrays, three quotes */
#define PAIR_DOTENV 128u    /* quotes over lines, as python-dotenv has them */
#define PAIR_CONTINUED 256u /* a backslash at the end of a line (java.util.Properties) */
#define PAIR_INDENTED 512u  /* a value below its key (configparser) */

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
    size_t behind; /* of what was read ahead: the next pair begins there */
    size_t ahead;  /* bytes that may still be read ahead, so that a file costs a few times its length */
    size_t here_start, here_end; /* of a here-document of a script */
    unsigned here_ways;
};

/* Which ways of writing pairs a file of that name has. */
unsigned text_ways_of(const char *path, enum scan_language language);

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

/* How far may be read ahead from `at`, at most `most`; what was read is then taken off. */
static inline size_t text_limit(const struct extraction *x, size_t at, size_t most) {
    size_t room = x->text.len - at < most ? x->text.len - at : most;
    return at + (room < x->ahead ? room : x->ahead);
}

static inline void text_spend(struct extraction *x, size_t bytes) {
    x->ahead -= bytes < x->ahead ? bytes : x->ahead;
}

void text_add_pair(struct extraction *x, struct slice key, size_t start, size_t end, struct slice value);
/* Offset behind the closing quote of the string that opens at `at`, or `end`. */
size_t text_quoted_end(struct slice s, size_t at, size_t end, bool *closed);
/* What is between quotes, with \" \\ \/ \n \t \uXXXX taken back. */
struct slice text_unquote(struct slice body, char quote, struct arena *arena);

/* textfile_nested.c: a line of several pairs.
 * { name: value, ... } of YAML and { name = "value", ... } of TOML. */
void text_inline_pairs(struct extraction *x, size_t at, size_t end, unsigned ways);
/* Where the map ends that the line text[first, end) opens and does not close; `end` if it opens none, or if
 * none is closed. */
size_t text_map_end(struct extraction *x, size_t first, size_t end);

/* textfile_long.c: a pair of several lines.
 * A value over several lines that begins at `at`; false if it is none. */
bool text_long_value(struct extraction *x, struct slice key, size_t at, size_t end, unsigned ways);
/* Of a key that stands alone in the line that ends at `end`: what stands below it. */
void text_value_below(struct extraction *x, struct slice key, size_t end, unsigned ways);

/* textfile_yaml.c: what the quote at `at` begins, also behind `end` on lines that are indented by `indent`
 * blanks or more; where it ends, or SIZE_MAX. */
size_t text_yaml_quoted(struct extraction *x, size_t at, size_t end, size_t indent, struct slice *value);

/* textfile_heredoc.c: the file that a line of a script or Dockerfile brings with it (<<EOF), if it does: its
 * place, and how it is read, by the name that the line gives it. */
void text_enter_heredoc(struct extraction *x, size_t first, size_t end, unsigned ways);

#endif
