/* toml_place.h: where something stands in a TOML text, for inserting beside it. What a
 * text means is base/toml.h's business: this only finds places in texts that it has
 * read, and whoever inserts has the result read again. */
#ifndef KEYLIFT_REWRITERS_TOML_PLACE_H
#define KEYLIFT_REWRITERS_TOML_PLACE_H

#include "base/slice.h"

/* A table, as its header has it without blanks: "tool.poetry.dependencies". */
struct toml_table_place {
    bool found;
    size_t header_end; /* offset behind the header, comment not included */
    size_t last_end;   /* behind its last key and value; header_end where there is none */
};
/* The first one of that name that is no array of tables. */
struct toml_table_place toml_find_table(struct slice text, const char *name);

/* An array of strings. */
struct toml_array_place {
    bool found;
    size_t start, end;           /* "[" and behind "]" */
    size_t last_start, last_end; /* its last string; both 0 where it is empty */
    size_t comma;                /* behind the comma after it; 0 if there is none */
    bool last_begins_line;       /* only blanks stand before it in its line */
    char quote;                  /* of the last string */
};
/* The value of `key` right in the table. */
struct toml_array_place toml_find_array(struct slice text, const char *table, const char *key);

#endif
