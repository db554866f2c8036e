/* sinks.h: functions of libraries that take a password, key or token at a fixed place, so that it is found
 * without a telling name. What they take by a name of its own (password=, api_key=) needs no row. */
#ifndef KEYLIFT_SCANNER_SINKS_H
#define KEYLIFT_SCANNER_SINKS_H

#include "scanner/name_words.h"

struct sink {
    const char *function; /* the last component of its name */
    const char *owner;    /* what must stand before that; NULL: anything, also nothing */
    uint32_t argument;    /* counted from 0 */
    enum name_kind kind;
};

/* What argument number `argument` of `callee` ("a.b.f") is; NAME_OTHER if that is not known. */
enum name_kind sink_kind(struct slice callee, uint32_t argument);

/* What arguments of `callee` are: a bit for each enum name_kind. One that begins with a dot may have any
 * owner. */
unsigned sink_kinds(struct slice callee);

/* Sorted by function. For the test. */
extern const struct sink sink_table[];
extern const size_t sink_table_len;

#endif
