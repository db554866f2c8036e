#include "scanner/keyword.h"

#include <stdlib.h>

#include "base/load.h"
#include "base/mem.h"

#define CLASSES (1u << KEYWORD_CLASS_BITS)

static void report(const struct keyword_table *t, uint32_t state, uint64_t *bits) {
    const uint16_t *owner = t->owners + t->reports[state - t->first_report];
    for (; *owner != KEYWORD_NO_OWNER; owner++)
        bits[*owner / 64] |= (uint64_t)1 << (*owner % 64);
}

#define START_BYTES 3u /* of a word that the table goes by */
#define BLOCK_BYTES 8u
#define BLOCK_STARTS 5u            /* positions of a block of which a fourth byte is known */
#define FOLDED 0x2020202020202020u /* letters in lower case; of other bytes two become one at worst */
#define START_MASK (KEYWORD_STARTS - 1)

/* Of every position of a block at once: that of byte k is in the bits from 8k on, and depends on three bytes.
 */
static uint64_t start_hashes(uint64_t block) {
    return block ^ block >> 4 ^ block >> 10;
}
static uint8_t fourth_bit(uint64_t block) {
    return (uint8_t)(1u << (block >> 24 & 7u));
}

/* Where a word may begin, from i on; text.len if there is no such place. */
static size_t next_start(const uint8_t *starts, struct slice text, size_t i) {
    for (; text.len - i >= BLOCK_BYTES; i += BLOCK_STARTS) {
        uint64_t block = load_le64(text.ptr + i) | FOLDED, hashes = start_hashes(block);
        unsigned any = 0;
        for (unsigned k = 0; k < BLOCK_STARTS; k++)
            any |= starts[hashes >> (8 * k) & START_MASK];
        for (unsigned k = 0; any != 0 && k < BLOCK_STARTS; k++)
            if (starts[hashes >> (8 * k) & START_MASK] & fourth_bit(block >> (8 * k)))
                return i + k;
    }
    for (; i + START_BYTES <= text.len; i++)
        if (starts[start_hashes(load_le(text.ptr + i, START_BYTES) | FOLDED) & START_MASK] != 0)
            return i;
    return text.len;
}

/* From text[*i] on, where a word may begin, until none of more than its first bytes is under way; *i is then
 * where the next may begin. */
static bool run(const struct keyword_table *t, struct slice text, size_t *i, uint64_t *bits) {
    bool any = false;
    uint32_t state = 0;
    size_t at = *i, least = at + START_BYTES;
    do {
        state = t->next[state << KEYWORD_CLASS_BITS | t->classes[(unsigned char)text.ptr[at]]];
        if (state >= t->first_report) {
            report(t, state, bits);
            any = true;
        }
    } while (++at < text.len && (at < least || state >= t->first_deep));
    *i = at == text.len ? at : at > least ? at - (START_BYTES - 1) : *i + 1;
    return any;
}

bool keyword_find(const struct keyword_table *t, struct slice text, uint64_t *bits) {
    bool any = false;
    for (size_t i = 0; i < text.len;) {
        if (t->starts)
            i = next_start(t->starts, text, i);
        if (i < text.len)
            any |= run(t, text, &i, bits);
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
    uint32_t *fail, *order, *depth; /* longest proper suffix; states by depth; that */
    uint32_t *reports;
    uint16_t *owners;
    size_t owner_count, owner_cap;
    uint32_t first_report, first_deep;
    uint8_t starts[KEYWORD_STARTS];
    bool has_short_word;
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

static void add_start(struct keyword_builder *b, struct slice word) {
    if (word.len < START_BYTES) {
        b->has_short_word = true;
        return;
    }
    bool has_fourth = word.len > START_BYTES;
    uint64_t at = load_le(word.ptr, START_BYTES + has_fourth) | FOLDED;
    b->starts[start_hashes(at) & START_MASK] |= has_fourth ? fourth_bit(at) : UINT8_MAX;
}

bool keyword_builder_add(struct keyword_builder *b, const char *word, uint16_t owner) {
    uint32_t state = 0;
    add_start(b, slice_cstr(word));
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
    b->depth = mem_calloc(b->states, sizeof *b->depth);
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
                b->depth[*child] = b->depth[state] + 1;
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
    /* New numbers: silent states first, by depth, so the root stays 0. */
    uint32_t *number = mem_calloc(b->states, sizeof *number);
    uint32_t silent = 0, loud = b->states - reporting;
    b->first_report = b->first_deep = loud;
    b->reports = mem_calloc(reporting + 1, sizeof *b->reports);
    for (uint32_t k = 0; k < b->states; k++) {
        uint32_t s = b->order[k];
        if (speaks[s])
            b->reports[loud - b->first_report] = list[s];
        else if (b->depth[s] >= START_BYTES && silent < b->first_deep)
            b->first_deep = silent;
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
        .table = {b->classes, b->next, b->reports, b->owners, b->first_report, b->first_deep,
                  b->has_short_word ? NULL : b->starts},
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
    free(b->depth);
    free(b->reports);
    free(b->owners);
    free(b);
}
