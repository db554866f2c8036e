/* pybytes.h: finding the next interesting byte, 16 at a time where the machine
 * can. Nothing here reads at or after `end`. */
#ifndef KEYLIFT_SCANNER_PYBYTES_H
#define KEYLIFT_SCANNER_PYBYTES_H

#include "base/slice.h"

#if defined(__SSE2__)
#include <emmintrin.h>
typedef __m128i pyvec;
static inline pyvec pyvec_load(const unsigned char *p) {
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}
static inline pyvec pyvec_eq(pyvec v, unsigned char c) {
    return _mm_cmpeq_epi8(v, _mm_set1_epi8((char)c));
}
static inline pyvec pyvec_or(pyvec a, pyvec b) {
    return _mm_or_si128(a, b);
}
/* Bytes from `low` on, `count` values. */
static inline pyvec pyvec_range(pyvec v, unsigned char low, unsigned char count) {
    pyvec shifted = _mm_sub_epi8(v, _mm_set1_epi8((char)low));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8((char)(count - 1))), shifted);
}
static inline unsigned pyvec_mask(pyvec v) {
    return (unsigned)_mm_movemask_epi8(v);
}
#define PYVEC_BYTES 16
#define PYVEC_FIRST(mask) ((unsigned)__builtin_ctz(mask))
#define PYVEC_LEADING(mask) (__builtin_clz(mask))
#endif

static inline const unsigned char *pybytes_find4(const unsigned char *p, const unsigned char *end,
                                                 unsigned char a, unsigned char b, unsigned char c,
                                                 unsigned char d) {
#ifdef PYVEC_BYTES
    while (end - p >= PYVEC_BYTES) {
        pyvec v = pyvec_load(p);
        unsigned hit = pyvec_mask(
            pyvec_or(pyvec_or(pyvec_eq(v, a), pyvec_eq(v, b)), pyvec_or(pyvec_eq(v, c), pyvec_eq(v, d))));
        if (hit)
            return p + PYVEC_FIRST(hit);
        p += PYVEC_BYTES;
    }
#endif
    while (p < end && *p != a && *p != b && *p != c && *p != d)
        p++;
    return p;
}

static inline const unsigned char *pybytes_find2(const unsigned char *p, const unsigned char *end,
                                                 unsigned char a, unsigned char b) {
#ifdef PYVEC_BYTES
    while (end - p >= PYVEC_BYTES) {
        pyvec v = pyvec_load(p);
        unsigned hit = pyvec_mask(pyvec_or(pyvec_eq(v, a), pyvec_eq(v, b)));
        if (hit)
            return p + PYVEC_FIRST(hit);
        p += PYVEC_BYTES;
    }
#endif
    while (p < end && *p != a && *p != b)
        p++;
    return p;
}

/* Where `a` stands with `b` right behind it; `end` if nowhere. */
static inline const unsigned char *pybytes_find_pair(const unsigned char *p, const unsigned char *end,
                                                     unsigned char a, unsigned char b) {
#ifdef PYVEC_BYTES
    while (end - p > PYVEC_BYTES) {
        unsigned hit = pyvec_mask(pyvec_eq(pyvec_load(p), a)) & pyvec_mask(pyvec_eq(pyvec_load(p + 1), b));
        if (hit)
            return p + PYVEC_FIRST(hit);
        p += PYVEC_BYTES;
    }
#endif
    while (end - p > 1 && !(p[0] == a && p[1] == b))
        p++;
    return end - p > 1 ? p : end;
}

static inline const unsigned char *pybytes_line_end(const unsigned char *p, const unsigned char *end) {
    return pybytes_find2(p, end, '\n', '\r');
}

/* Bytes of the line end at p: LF, CR, CRLF. */
static inline unsigned pybytes_newline_len(const unsigned char *p, const unsigned char *end) {
    if (p >= end || (*p != '\n' && *p != '\r'))
        return 0;
    return *p == '\r' && end - p > 1 && p[1] == '\n' ? 2 : 1;
}

#define PYBYTES_AT_ONCE 16u

/* Whether a text of PYBYTES_AT_ONCE bytes or more holds blanks (tabs and line ends are), and bytes that are
 * neither blanks nor printed ASCII. */
static inline void pybytes_look(struct slice text, bool *blank, bool *other) {
    const unsigned char *p = (const unsigned char *)text.ptr, *end = p + text.len;
#ifdef PYVEC_BYTES
    const unsigned char *last = end - PYVEC_BYTES; /* overlaps the one before */
    unsigned blanks = 0, known = 0xffffu;
    for (bool done = false; !done; p += PYVEC_BYTES) {
        done = p >= last;
        pyvec v = pyvec_load(done ? last : p);
        pyvec blank_here = pyvec_or(pyvec_or(pyvec_eq(v, ' '), pyvec_eq(v, '\t')),
                                    pyvec_or(pyvec_eq(v, '\n'), pyvec_eq(v, '\r')));
        blanks |= pyvec_mask(blank_here);
        known &= pyvec_mask(pyvec_or(blank_here, pyvec_range(v, '!', '~' - '!' + 1)));
    }
    *blank = blanks != 0;
    *other = known != 0xffffu;
#else
    *blank = *other = false;
    for (; p < end; p++) {
        bool blank_here = *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r';
        *blank |= blank_here;
        *other |= !blank_here && (*p < '!' || *p > '~');
    }
#endif
}

/* What patterns take for a blank (\s). */
static inline bool pybytes_is_blank(unsigned char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
#ifdef PYVEC_BYTES
static inline unsigned pyvec_blanks(pyvec v) {
    return pyvec_mask(pyvec_or(pyvec_eq(v, ' '), pyvec_range(v, '\t', '\r' - '\t' + 1)));
}
#endif

/* Where `least` bytes (16 at most) begin of which none is a blank; `end` if nowhere. What stands before them
 * is one, or `p`. */
static inline const unsigned char *pybytes_find_run(const unsigned char *p, const unsigned char *end,
                                                    unsigned least) {
#ifdef PYVEC_BYTES
    const unsigned wanted = (1u << least) - 1;
    while (end - p >= PYVEC_BYTES) {
        unsigned blank = pyvec_blanks(pyvec_load(p)) & wanted;
        if (blank == 0)
            return p;
        p += 32 - PYVEC_LEADING(blank);
    }
#endif
    for (const unsigned char *start = p; p < end; p++) {
        if (pybytes_is_blank(*p))
            start = p + 1;
        else if (p + 1 - start >= (ptrdiff_t)least)
            return start;
    }
    return end;
}

/* The first blank. */
static inline const unsigned char *pybytes_run_end(const unsigned char *p, const unsigned char *end) {
#ifdef PYVEC_BYTES
    while (end - p >= PYVEC_BYTES) {
        unsigned blank = pyvec_blanks(pyvec_load(p));
        if (blank)
            return p + PYVEC_FIRST(blank);
        p += PYVEC_BYTES;
    }
#endif
    while (p < end && !pybytes_is_blank(*p))
        p++;
    return p;
}

/* The first byte that is not a blank (' '). */
static inline const unsigned char *pybytes_skip_spaces(const unsigned char *p, const unsigned char *end) {
#ifdef PYVEC_BYTES
    while (end - p >= PYVEC_BYTES) {
        unsigned other = pyvec_mask(pyvec_eq(pyvec_load(p), ' ')) ^ 0xffffu;
        if (other)
            return p + PYVEC_FIRST(other);
        p += PYVEC_BYTES;
    }
#endif
    while (p < end && *p == ' ')
        p++;
    return p;
}

/* The first byte that is no part of an identifier: ASCII letters, digits, '_'
 * and everything from 0x80 on are. *high tells whether one of those was seen. */
static inline const unsigned char *pybytes_skip_word(const unsigned char *p, const unsigned char *end,
                                                     bool *high) {
#ifdef PYVEC_BYTES
    while (end - p >= PYVEC_BYTES) {
        pyvec v = pyvec_load(p);
        pyvec letters = pyvec_range(pyvec_or(v, _mm_set1_epi8(0x20)), 'a', 26);
        unsigned above = pyvec_mask(v);
        unsigned word =
            pyvec_mask(pyvec_or(pyvec_or(letters, pyvec_range(v, '0', 10)), pyvec_eq(v, '_'))) | above;
        unsigned other = word ^ 0xffffu;
        if (other) {
            *high |= (above & (other ^ (other - 1))) != 0;
            return p + PYVEC_FIRST(other);
        }
        *high |= above != 0;
        p += PYVEC_BYTES;
    }
#endif
    for (; p < end; p++) {
        unsigned char c = *p;
        if (c >= 0x80)
            *high = true;
        else if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            break;
    }
    return p;
}

#endif
