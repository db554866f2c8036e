/* name_words.h: what a name promises: splits "dbUserPassword2", "DB_PASS",
 * "x-api-key" into words, and tells what kind of secret, if any, a thing of
 * that name holds. "monkey", "public_key", "token_url" hold none. */
#ifndef KEYLIFT_SCANNER_NAME_WORDS_H
#define KEYLIFT_SCANNER_NAME_WORDS_H

#include "base/slice.h"

enum name_kind {
    NAME_OTHER,
    NAME_PASSWORD, /* weak values are plausible */
    NAME_SECRET,   /* secret, secret key, credential */
    NAME_KEY,      /* api key, signing key, ... */
    NAME_TOKEN,    /* token, bearer, authorization */
    NAME_PLAIN_KEY /* key alone, salt: tells little */
};

struct name_meaning {
    enum name_kind kind;
    bool is_mock; /* fake_password, wrong_token: lower severity */
};

struct name_meaning name_meaning(struct slice name);

/* The syllables without which no name means anything, in lower case: one of them stands in every name that
 * does, in either case. NULL behind the last. */
const char *name_root(size_t i);

/* The name says what a random value under it is, if not a secret: a hash, an id, what is public, or what
 * name_meaning turned round (public_key, token_url). */
bool name_denies_secret(struct slice name);

#define NAME_MAX_WORDS 12u
#define NAME_WORD_MAX 24u

struct name_words {
    char text[NAME_MAX_WORDS][NAME_WORD_MAX]; /* lower case, NUL-terminated */
    unsigned count;
};
/* False: more or longer words than a name has that a person gave. */
bool name_split(struct slice name, struct name_words *out);

#endif
