#include "scanner/keyword.h"

#include <stdlib.h>

#include "base/mem.h"

#define CLASSES (1u << KEYWORD_CLASS_BITS)

static void report(const struct keyword_table *t, uint32_t state, uint64_t *bits) {
    const uint16_t *owner = t->owners + t->reports[state - t->first_report];
    for (; *owner != KEYWORD_NO_OWNER; owner++)
        bits[*owner / 64] |= (uint64_t)1 << (*owner % 64);
}

bool keyword_find(const struct keyword_table *t, struct slice text, uint64_t *bits) {
    bool any = false;
    uint32_t state = 0;
    for (size_t i = 0; i < text.len; i++) {
        state = t->next[state << KEYWORD_CLASS_BITS | t->classes[(unsigned char)text.ptr[i]]];
        if (state < t->first_report)
            continue;
        report(t, state, bits);
        any = true;
    }
    return any;
}

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool keyword_find_plain(const struct keyword_table *t, struct slice name, uint64_t *bits) {
    bool any = false;
    uint32_t state = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (!is_plain(name.ptr[i]))
            continue;
        state = t->next[state << KEYWORD_CLASS_BITS | t->classes[(unsigned char)name.ptr[i]]];
        if (state < t->first_report)
            continue;
        report(t, state, bits);
        any = true;
    }
    return any;
}

struct ownership {
    uint32_t state;
    uint16_t owner;
};

struct keyword_builder {
    uint8_t classes[256];
    unsigned class_count;
    uint16_t *next; /* while words are added: the trie, 0 for no child */
    uint32_t states;
    size_t next_cap;
    struct ownership *owned;
    size_t owned_count, owned_cap;
    uint32_t *fail, *order; /* longest proper suffix; states by depth */
    uint32_t *reports;
    uint16_t *owners;
    size_t owner_count, owner_cap;
    uint32_t first_report;
};

static void reserve_state(struct keyword_builder *b) {
    size_t need = (size_t)(b->states + 1) * CLASSES;
    size_t old = b->next_cap;
    b->next = mem_grow(b->next, &b->next_cap, need, sizeof *b->next);
    if (b->next_cap > old)
        memset(b->next + old, 0, (b->next_cap - old) * sizeof *b->next);
}

struct keyword_builder *keyword_builder_new(void) {
    struct keyword_builder *b = mem_calloc(1, sizeof *b);
    b->class_count = 1;
    reserve_state(b);
    b->states = 1;
    return b;
}

static unsigned char lower(char c) {
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool give_class(struct keyword_builder *b, unsigned char c) {
    if (b->classes[c] != 0)
        return true;
    if (b->class_count == CLASSES)
        return false;
    b->classes[c] = (uint8_t)b->class_count++;
    if (c >= 'a' && c <= 'z')
        b->classes[c - 32] = b->classes[c];
    return true;
}

bool keyword_builder_add(struct keyword_builder *b, const char *word, uint16_t owner) {
    uint32_t state = 0;
    for (; *word != '\0'; word++) {
        unsigned char c = lower(*word);
        if (!give_class(b, c) || b->states >= KEYWORD_MAX_STATES)
            return false;
        uint32_t at = state << KEYWORD_CLASS_BITS | b->classes[c];
        if (b->next[at] == 0) {
            reserve_state(b);
            b->next[at] = (uint16_t)b->states++;
        }
        state = b->next[at];
    }
    b->owned = mem_grow(b->owned, &b->owned_cap, b->owned_count + 1, sizeof *b->owned);
    b->owned[b->owned_count++] = (struct ownership){state, owner};
    return state != 0;
}

/* Breadth first: a missing child becomes that of the longest suffix. */
static void complete(struct keyword_builder *b) {
    b->fail = mem_calloc(b->states, sizeof *b->fail);
    b->order = mem_calloc(b->states, sizeof *b->order);
    uint32_t done = 0, known = 1;
    while (done < known) {
        uint32_t state = b->order[done++];
        for (uint32_t c = 0; c < CLASSES; c++) {
            uint32_t suffix_child = state == 0 ? 0 : b->next[b->fail[state] << KEYWORD_CLASS_BITS | c];
            uint16_t *child = &b->next[state << KEYWORD_CLASS_BITS | c];
            if (*child == 0) {
                *child = (uint16_t)suffix_child;
            } else {
                b->fail[*child] = suffix_child;
                b->order[known++] = *child;
            }
        }
    }
}

static void push_owner(struct keyword_builder *b, uint16_t owner) {
    b->owners = mem_grow(b->owners, &b->owner_cap, b->owner_count + 1, sizeof *b->owners);
    b->owners[b->owner_count++] = owner;
}

/* Appends the owners of `state` and of all its suffixes. False if none. */
static bool list_owners(struct keyword_builder *b, uint32_t state) {
    size_t start = b->owner_count;
    for (; state != 0; state = b->fail[state]) {
        for (size_t i = 0; i < b->owned_count; i++) {
            if (b->owned[i].state != state)
                continue;
            bool known = false;
            for (size_t k = start; k < b->owner_count; k++)
                known |= b->owners[k] == b->owned[i].owner;
            if (!known)
                push_owner(b, b->owned[i].owner);
        }
    }
    return b->owner_count > start;
}

struct keyword_arrays keyword_builder_finish(struct keyword_builder *b) {
    complete(b);
    uint32_t *list = mem_calloc(b->states, sizeof *list);
    bool *speaks = mem_calloc(b->states, sizeof *speaks);
    uint32_t reporting = 0;
    for (uint32_t s = 0; s < b->states; s++) {
        list[s] = (uint32_t)b->owner_count;
        speaks[s] = list_owners(b, s);
        if (speaks[s])
            push_owner(b, KEYWORD_NO_OWNER);
        reporting += speaks[s];
    }
    /* New numbers: silent states first, in their order, so the root stays 0. */
    uint32_t *number = mem_calloc(b->states, sizeof *number);
    uint32_t silent = 0, loud = b->states - reporting;
    b->first_report = loud;
    b->reports = mem_calloc(reporting + 1, sizeof *b->reports);
    for (uint32_t s = 0; s < b->states; s++) {
        if (speaks[s])
            b->reports[loud - b->first_report] = list[s];
        number[s] = speaks[s] ? loud++ : silent++;
    }
    uint16_t *next = mem_calloc((size_t)b->states * CLASSES, sizeof *next);
    for (uint32_t s = 0; s < b->states; s++) {
        for (uint32_t c = 0; c < CLASSES; c++)
            next[number[s] << KEYWORD_CLASS_BITS | c] =
                (uint16_t)number[b->next[s << KEYWORD_CLASS_BITS | c]];
    }
    free(b->next);
    b->next = next;
    free(list);
    free(speaks);
    free(number);
    return (struct keyword_arrays){
        .table = {b->classes, b->next, b->reports, b->owners, b->first_report},
        .states = b->states,
        .reporting = reporting,
        .owner_count = (uint32_t)b->owner_count,
    };
}

void keyword_builder_free(struct keyword_builder *b) {
    if (b == NULL)
        return;
    free(b->next);
    free(b->owned);
    free(b->fail);
    free(b->order);
    free(b->reports);
    free(b->owners);
    free(b);
}
