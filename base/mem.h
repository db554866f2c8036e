/* mem.h: allocation that cannot fail (the program ends, with status 2 and one
 * line, when memory runs out), and the wiping of memory that held a secret.
 *
 * In a library the program is somebody else's: there mem_guard ends the work
 * and not the program. */
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

/* "out of memory" as mem_end's reason. */
void mem_die(void) KL_NORETURN;

/* What no caller can go on without is not to be had. Ends the innermost mem_guard of this
 * thread; without one the program, with status 2 and "keylift: REASON". `reason` is static. */
void mem_end(const char *reason) KL_NORETURN;

/* Calls fn(arg), and returns NULL, or the reason why mem_end has ended it. What fn held then
 * stays allocated, for nobody knows in which state it is; a lock must not be held where
 * memory is asked for. A thread started inside of it has a guard of its own, and ends the work
 * of whoever joins it. */
const char *mem_guard(void (*fn)(void *arg), void *arg) KL_MUST_USE;
bool mem_is_guarded(void);

/* Has large blocks given back to the system when they are freed, where the allocator would keep them for the
 * next ones of their size: what one file of a scan takes and what is found in all are not to add up. Called
 * once, by main. */
void mem_process_init(void);

#endif
