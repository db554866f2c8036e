/* common.h: what every file of keylift may rely on: fixed-size types, the
 * status that every fallible function returns, and the compiler hints.
 *
 * Functions that may not be used are made compile errors here (see the end),
 * because each of them has cost some C program a security hole. */
#ifndef KEYLIFT_BASE_COMMON_H
#define KEYLIFT_BASE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* These three declare the banned functions, so they must come first. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <string.h>

#if defined(__GNUC__)
#define KL_MUST_USE __attribute__((warn_unused_result))
#define KL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define KL_NORETURN __attribute__((noreturn))
#else
#define KL_MUST_USE
#define KL_PRINTF(fmt, args)
#define KL_NORETURN
#endif

#define KL_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Bounds of what may come from outside. A thing over its bound is an error
 * entry that names it, never a silent cut. */
#define KL_MAX_FILE_BYTES ((size_t)1 << 30)     /* one scanned file, where it is read whole */
#define KL_MAX_REWRITE_BYTES ((size_t)32 << 20) /* one file to rewrite */
#define KL_MAX_CONFIG_BYTES ((size_t)4 << 20)   /* configuration, journal, plan */
#define KL_MAX_SECRET_BYTES ((size_t)1 << 20)   /* one secret value */
#define KL_MAX_PATH_BYTES ((size_t)64 << 10)    /* one path */
#define KL_MAX_NESTING 1000u                    /* brackets, f-strings, folders kept on an explicit stack */

/* banned.h's idea, from git: calling one of these does not compile. */
#ifndef KL_ALLOW_BANNED
#define KL_BANNED(name) sorry_##name##_is_a_banned_function
#undef strcpy
#define strcpy(d, s) KL_BANNED(strcpy)
#undef strcat
#define strcat(d, s) KL_BANNED(strcat)
#undef strncpy
#define strncpy(d, s, n) KL_BANNED(strncpy)
#undef strncat
#define strncat(d, s, n) KL_BANNED(strncat)
#undef sprintf
#define sprintf(...) KL_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) KL_BANNED(vsprintf)
#undef strtok
#define strtok(s, d) KL_BANNED(strtok)
#undef gmtime
#define gmtime(t) KL_BANNED(gmtime)
#undef localtime
#define localtime(t) KL_BANNED(localtime)
#undef system
#define system(c) KL_BANNED(system)
#undef mktemp
#define mktemp(t) KL_BANNED(mktemp)
#endif

#endif
