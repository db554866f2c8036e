/* re2_internal.h: what re2.c and re2_class.c share. Private to them. */
#ifndef KEYLIFT_SCANNER_RE2_INTERNAL_H
#define KEYLIFT_SCANNER_RE2_INTERNAL_H

#include "scanner/re2.h"

/* In the order of the letters "imsU". */
#define RE2_MAX_NAMES 999u

enum { FLAG_FOLD = 1, FLAG_LINES = 2, FLAG_DOT_ALL = 4, FLAG_LAZY = 8 };

struct re2 {
    struct slice in;
    size_t at; /* the byte at hand */
    struct buf *out;
    struct error *e;
    struct re2_facts *facts;
    unsigned flags, stack[RE2_MAX_DEPTH], depth; /* those at hand, and those around each open group */
    enum { RE2_NOTHING, RE2_ITEM, RE2_REPEATED } last;
    unsigned low, high; /* of the last repetition */
    struct {
        bool open;      /* nothing but leads and opened groups so far */
        bool is_class;  /* what came last is a class that may be one */
        bool lost;      /* it is in a group that is repeated */
        size_t start;   /* of that class, in *out */
        unsigned depth; /* groups around the leads that are still open */
    } lead;
    struct slice names[RE2_MAX_NAMES]; /* of groups */
    unsigned name_count;
};

enum kl_status re2_wrong(struct re2 *r, size_t at, const char *what);
/* One character, at which r->at is; false where there is none in UTF-8. */
bool re2_next_char(struct re2 *r, uint32_t *c);
/* As text, in a class or outside. */
void re2_put_char(struct re2 *r, uint32_t c);

/* re2_class.c. `[...]`. */
enum kl_status re2_class(struct re2 *r);
/* \d, \pL, ...: *is_class says whether it is one. `inside`: of a class. */
enum kl_status re2_class_escape(struct re2 *r, bool inside, bool *is_class);
/* \n, \x41, \., ...: one character. */
enum kl_status re2_char_escape(struct re2 *r, uint32_t *c);

#endif
