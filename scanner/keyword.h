/* keyword.h: does any of some hundred words stand in a text? One table walk a
 * byte, whatever the number of words (Aho and Corasick, 1975, made into a
 * deterministic automaton).
 *
 * Example: for the words "ghp_" and "hp" the states are the prefixes "", "g",
 * "gh", "ghp", "ghp_", "h", "hp". Reading "xghp" leads to "ghp", whose longest
 * suffix that is a word is "hp": so "ghp" reports the owners of "hp" too.
 * States that report something have the highest numbers, so that the loop needs
 * one comparison a byte.
 *
 * Most bytes of a text begin no word: a table by a hash of three bytes, whose
 * entries have a bit for what the fourth may be, says so for five positions of
 * one load, and the automaton runs only from where a word may begin to where it
 * is back at its root.
 *
 * Letters are compared without regard to case. The built-in table is made by
 * rulec; that of a user's rules at start. */
#ifndef KEYLIFT_SCANNER_KEYWORD_H
#define KEYLIFT_SCANNER_KEYWORD_H

#include "base/slice.h"

#define KEYWORD_CLASS_BITS 6u /* at most 64 different bytes in all words */
#define KEYWORD_MAX_STATES 16000u
#define KEYWORD_NO_OWNER UINT16_MAX
#define KEYWORD_START_BITS 14u /* of the hash: 16 KB */
#define KEYWORD_STARTS (1u << KEYWORD_START_BITS)

struct keyword_table {
    const uint8_t *classes;  /* of each byte; 0: in no word */
    const uint16_t *next;    /* [state << KEYWORD_CLASS_BITS | class] */
    const uint32_t *reports; /* [state - first_report]: where in `owners` its list begins */
    const uint16_t *owners;  /* lists of numbers, each ended by KEYWORD_NO_OWNER */
    uint32_t first_report;   /* states from here on report */
    uint32_t first_deep;     /* states from here on have three bytes of a word, at least */
    const uint8_t *starts;   /* [hash of three bytes]: see keyword_find; NULL: some word is shorter */
};

/* Sets the bit of each owner of a word that stands in `text`. True if any. */
bool keyword_find(const struct keyword_table *t, struct slice text, uint64_t *bits);

/* The same over the letters and digits of `name` alone: AWS_SECRET-key is read
 * as awssecretkey. */
bool keyword_find_plain(const struct keyword_table *t, struct slice name, uint64_t *bits);

struct keyword_builder;
struct keyword_builder *keyword_builder_new(void);
/* False: too many different bytes or states, or an empty word. */
bool keyword_builder_add(struct keyword_builder *b, const char *word, uint16_t owner) KL_MUST_USE;

struct keyword_arrays { /* what a finished builder holds; sizes for a writer of C code */
    struct keyword_table table;
    uint32_t states, reporting, owner_count;
};
/* The arrays belong to the builder. */
struct keyword_arrays keyword_builder_finish(struct keyword_builder *b);
void keyword_builder_free(struct keyword_builder *b);

#endif
