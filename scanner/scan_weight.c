/* scan_weight.c: see scan_weight.h. Bytes are looked at one by one, without knowing what is a comment or
 * stands in quotes: that costs a fiftieth of the scan, and errs to the safe side. */
#include "scanner/scan_weight.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "scanner/finding.h"

#define TOKEN_WEIGHT sizeof(struct py_token)
#define STRING_WEIGHT (sizeof(struct candidate) + sizeof(struct candidate) / 4)
#define PAIR_WEIGHT sizeof(struct candidate)
#define STEP_BYTES ((size_t)1024)
#define LINE_WEIGHT (2 * sizeof(uint32_t))

static bool is_word(unsigned c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c >= 0x80;
}

static uint16_t python_weight(unsigned c) {
    if (c == '"' || c == '\'') /* half a string */
        return (uint16_t)((STRING_WEIGHT + TOKEN_WEIGHT) / 2);
    if (c == '\n' || c == '\r')
        return (uint16_t)(TOKEN_WEIGHT + LINE_WEIGHT);
    if (c == '#')
        return (uint16_t)(STRING_WEIGHT + TOKEN_WEIGHT);
    return c > ' ' ? (uint16_t)TOKEN_WEIGHT : 0;
}

/* A pair has a sign between its name and its value, an element of a list quotes or a line. */
static uint16_t pairs_weight(unsigned c) {
    if (c == ':' || c == '=')
        return (uint16_t)PAIR_WEIGHT;
    if (c == '\n')
        return (uint16_t)(PAIR_WEIGHT / 4 + LINE_WEIGHT);
    return c == '"' || c == '\'' ? (uint16_t)(PAIR_WEIGHT / 8) : 0;
}

static uint16_t text_weight(unsigned c) {
    return c == '\n' ? (uint16_t)LINE_WEIGHT : 0;
}

struct weights {
    uint16_t of[256];
    uint16_t goes_on[256]; /* all ones: of a word, which weighs with its first byte */
};

static void make_weights(enum scan_language language, struct weights *w) {
    bool python = language == SCAN_PYTHON || language == SCAN_NOTEBOOK;
    for (unsigned c = 0; c < 256; c++) {
        w->of[c] = python ? python_weight(c) : language == SCAN_TEXT ? text_weight(c) : pairs_weight(c);
        w->goes_on[c] = python && is_word(c) ? UINT16_MAX : 0;
    }
}

/* Of the beginning of a text that has `most` or a little more. */
static size_t weigh(enum scan_language language, struct slice text, size_t most, size_t *len) {
    struct weights w;
    size_t weight = 0, i = 0;
    unsigned before = 0;
    make_weights(language, &w);
    while (i < text.len && weight <= most) {
        size_t end = i + STEP_BYTES < text.len ? i + STEP_BYTES : text.len;
        for (; i < end; i++) {
            unsigned char c = (unsigned char)text.ptr[i];
            unsigned word = w.goes_on[c];
            weight += w.of[c] & ~(word & before);
            before = word;
        }
    }
    *len = i;
    return weight;
}

size_t scan_weight(enum scan_language language, struct slice text) {
    size_t all;
    return weigh(language, text, SIZE_MAX / 2, &all);
}

size_t scan_weight_part(enum scan_language language, struct slice text, size_t most) {
    size_t len;
    (void)weigh(language, text, most, &len);
    return len;
}

struct scan_gate {
    struct mutex *lock;
    struct condition *left; /* somebody has gone */
    size_t room;
};

struct scan_gate *scan_gate_new(void) {
    struct scan_gate *g = mem_calloc(1, sizeof *g);
    *g = (struct scan_gate){mutex_new(), condition_new(), SCAN_GATE_WEIGHT};
    return g;
}

void scan_gate_free(struct scan_gate *g) {
    if (!g)
        return;
    condition_free(g->left);
    mutex_free(g->lock);
    free(g);
}

/* What is known without a look at the text does mostly. */
size_t scan_gate_enter(struct scan_gate *g, enum scan_language language, struct slice text) {
    if (!g || text.len <= SCAN_LIGHT_BYTES)
        return 0;
    size_t weight = SCAN_MOST_DENSE * text.len;
    mutex_lock(g->lock);
    bool room = weight <= g->room;
    g->room -= room ? weight : 0;
    mutex_unlock(g->lock);
    return room ? weight : scan_gate_wait(g, scan_weight(language, text));
}

size_t scan_gate_wait(struct scan_gate *g, size_t weight) {
    if (!g)
        return 0;
    weight = weight < SCAN_GATE_WEIGHT ? weight : SCAN_GATE_WEIGHT;
    mutex_lock(g->lock);
    while (g->room < weight)
        condition_wait(g->left, g->lock);
    g->room -= weight;
    mutex_unlock(g->lock);
    return weight;
}

void scan_gate_leave(struct scan_gate *g, size_t weight) {
    if (!g || weight == 0)
        return;
    mutex_lock(g->lock);
    g->room += weight;
    condition_broadcast(g->left);
    mutex_unlock(g->lock);
}
