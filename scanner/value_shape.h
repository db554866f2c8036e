/* value_shape.h: what a string is, by its structure alone: something that has a
 * name in programs (a path, a version, an identifier), or something random. */
#ifndef KEYLIFT_SCANNER_VALUE_SHAPE_H
#define KEYLIFT_SCANNER_VALUE_SHAPE_H

#include "base/slice.h"

enum value_shape {
    SHAPE_STRUCTURED, /* path, URL, version, date, address, file name, markup, pattern, format string */
    SHAPE_WORDS,      /* words, joined or not: identifiers, header names, environment variables */
    SHAPE_SENTENCE,   /* words with blanks */
    SHAPE_PLAIN,      /* one word of letters, or digits only: a weak password could be that */
    SHAPE_NUMBERED,   /* one word with a number behind it: hunter2, echarge1 */
    SHAPE_MIXED,      /* letters with digits or signs, but not random enough to be sure */
    SHAPE_RANDOM      /* made by a machine */
};

enum value_shape value_shape(struct slice value);
/* Words, of what is at most plain; quick. */
enum value_words {
    WORDS_NONE,   /* none of these, or not known */
    WORDS_ONE,    /* short, of letters */
    WORDS_JOINED, /* short ones, with signs between them that join */
    WORDS_TEXT    /* with blanks between them; tabs and line ends are some */
};
enum value_words value_words(struct slice value);
bool value_is_wordy(struct slice value); /* any of them */
/* So full of signs and digits that what looks like a field in it is chance. */
bool value_is_machine_made(struct slice value);

/* No word, no hash, no number, no id: letters and digits (or signs) that only a random generator gives. */
bool value_is_surely_random(struct slice value);

/* The value says no more than the name: "password": "Password", token="access_token". */
bool value_echoes_name(struct slice value, struct slice name);

#endif
