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

static void make_table(enum scan_language language, uint16_t table[256]) {
    bool python = language == SCAN_PYTHON || language == SCAN_NOTEBOOK;
    for (unsigned c = 0; c < 256; c++)
        table[c] = python ? python_weight(c) : language == SCAN_TEXT ? text_weight(c) : pairs_weight(c);
}

static size_t weigh(enum scan_language language, struct slice text, size_t most, size_t *len) {
    uint16_t table[256];
    size_t weight = 0, i = 0;
    bool words = language == SCAN_PYTHON || language == SCAN_NOTEBOOK, in_word = false;
    make_table(language, table);
    for (; i < text.len && weight <= most; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool word = words && is_word(c);
        weight += word && in_word ? 0 : table[c];
        in_word = word;
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

size_t scan_gate_enter(struct scan_gate *g, size_t weight) {
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
