/* mem.h: allocation that cannot fail (the program ends, with status 2 and one
 * line, when memory runs out), and the wiping of memory that held a secret. */
#ifndef KEYLIFT_BASE_MEM_H
#define KEYLIFT_BASE_MEM_H

#include "base/common.h"

/* Never NULL, also for size 0. The caller frees with free(). */
void *mem_alloc(size_t size) KL_MUST_USE;
void *mem_calloc(size_t count, size_t size) KL_MUST_USE; /* zeroed; checks the product */
void *mem_realloc(void *ptr, size_t size) KL_MUST_USE;   /* not for memory that holds secrets */
char *mem_strdup(const char *s) KL_MUST_USE;

/* Grows an array of `elem`-sized items so that at least `need` fit; doubles.
 * *cap is in items. Ends the program on overflow. */
void *mem_grow(void *items, size_t *cap, size_t need, size_t elem) KL_MUST_USE;

/* Overwrites with zeros in a way that no optimiser removes. */
void mem_wipe(void *ptr, size_t len);

/* Compares in time that depends on `len` alone. */
bool mem_equal_ct(const void *a, const void *b, size_t len) KL_MUST_USE;

/* Ends the program with status 2: "keylift: out of memory". */
void mem_die(void) KL_NORETURN;

#endif
