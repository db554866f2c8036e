#include "scanner/value_shape.h"

#include "scanner/checks.h"
#include "scanner/name_words.h"

#define SHAPE_MAX_BYTES 4096u /* longer strings are texts or data; provider rules see them */

struct counts {
    size_t lower, upper, digit, blank, joiner, sign, other; /* joiner: _ - . / : */
    size_t changes;   /* between letters and digits, or lower and upper inside a word */
    size_t ascending; /* neighbours like ab, 12 */
};

static unsigned class_of(char c) {
    if (c >= 'a' && c <= 'z')
        return 0;
    if (c >= 'A' && c <= 'Z')
        return 1;
    if (c >= '0' && c <= '9')
        return 2;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return 3;
    if (c == '_' || c == '-' || c == '.' || c == '/' || c == ':')
        return 4;
    return c > 0x20 && c < 0x7F ? 5 : 6;
}

static struct counts count(struct slice v) {
    struct counts n = {0};
    size_t *const slots[] = {&n.lower, &n.upper, &n.digit, &n.blank, &n.joiner, &n.sign, &n.other};
    unsigned before = 7;
    for (size_t i = 0; i < v.len; i++) {
        unsigned c = class_of(v.ptr[i]);
        (*slots[c])++;
        /* Upper to lower is how a word starts; the other ways are not. */
        n.changes += before < 3 && c < 3 && before != c && !(before == 1 && c == 0);
        n.ascending += i > 0 && v.ptr[i] == v.ptr[i - 1] + 1;
        before = c;
    }
    return n;
}

static bool starts_any(struct slice v, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (slice_starts(v, list[i]))
            return true;
    }
    return false;
}

static bool ends_any(struct slice v, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (slice_ends(v, list[i]))
            return true;
    }
    return false;
}

static bool holds_any(struct slice v, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (slice_find(v, slice_cstr(list[i]), 0) != SIZE_MAX)
            return true;
    }
    return false;
}

/* Hashes of nothing stand for no secret. */
static bool is_empty_hash(struct slice v) {
    static const char *const hashes[] = {"d41d8cd98f00b204", "da39a3ee5e6b4b0d", "e3b0c44298fc1c14",
                                         "cf83e1357eefb8bd"};
    return starts_any(v, hashes, KL_ARRAY_LEN(hashes));
}

/* Long, without blanks, with digits and many signs: a generated key may start or
 * end with any sign, and hold a "%s" by chance. */
static bool is_machine_made(struct slice v, const struct counts *n) {
    return v.len >= 24 && n->blank == 0 && n->sign >= 3 && n->digit >= 2 && n->lower + n->upper >= 8;
}

/* 2016-09-08T21:47:36Z */
static bool is_timestamp(struct slice v) {
    static const char shape[] = "0000-00-00";
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        if (i >= v.len || (shape[i] == '0' ? class_of(v.ptr[i]) != 2 : v.ptr[i] != shape[i]))
            return false;
    }
    return v.len == 10 || v.ptr[10] == 'T' || v.ptr[10] == ' ';
}

static bool is_structured(struct slice v, const struct counts *n) {
    static const char *const starts[] = {"/",    "./",   "../",   "~/", "-", "^", "(?",       "file:",
                                         "arn:", "urn:", "data:", "@",  "#", ".", "ssh-rsa ", "ssh-ed25519 "};
    static const char *const ends[] = {".pem", ".key", ".json", ".txt", ".py",   ".yaml", ".yml",
                                       ".crt", ".cfg", ".ini",  ".env", ".conf", ".html", ".xml",
                                       ".md",  ".csv", ".com",  ".org", ".net",  ".io",   ".js",
                                       ".css", ".png", ".sh",   ".log", ".toml", ")"};
    static const char *const always[] = {"://",  "</",   "/>",   "\\d", "\\w", "\\s",
                                         "[a-z", "[A-Z", "[0-9", "[^",  "(?",  "{}"};
    static const char *const inside[] = {".*", ".+", "%s",  "%d", "%r", "{0", "::", "==", "=>",  "->",
                                         "&&", "||", "\\n", "<",  ">",  "[",  "]",  "(",  "=\"", "='"};
    if (holds_any(v, always, KL_ARRAY_LEN(always)) || is_empty_hash(v) || is_timestamp(v))
        return true;
    if (n->digit + n->joiner == v.len && n->joiner > 0)
        return true; /* dates, versions, addresses, times, telephone numbers */
    if (is_machine_made(v, n))
        return false;
    return starts_any(v, starts, KL_ARRAY_LEN(starts)) || ends_any(v, ends, KL_ARRAY_LEN(ends)) ||
           holds_any(v, inside, KL_ARRAY_LEN(inside));
}

bool value_is_machine_made(struct slice v) {
    struct counts n = count(v);
    return is_machine_made(v, &n);
}

static bool is_uuid(struct slice v) {
    if (v.len != 36)
        return false;
    for (size_t i = 0; i < v.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        char c = v.ptr[i];
        bool hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

/* Letters in runs that a person could pronounce: runs of 3 and more with a
 * vowel. Random text has few. */
static size_t pronounceable(struct slice v) {
    size_t good = 0, run = 0, vowels = 0, consonants = 0;
    bool hard = false;
    for (size_t i = 0; i <= v.len; i++) {
        unsigned c = i < v.len ? class_of(v.ptr[i]) : 7;
        bool cut = c > 1 || (i > 0 && c == 1 && class_of(v.ptr[i - 1]) == 0);
        if (cut) {
            if (run >= 3 && vowels > 0 && !hard)
                good += run;
            run = vowels = consonants = 0;
            hard = false;
        }
        if (c > 1)
            continue;
        bool vowel = strchr("aeiouyAEIOUY", v.ptr[i]) != NULL;
        run++;
        vowels += vowel;
        consonants = vowel ? 0 : consonants + 1;
        hard |= consonants > 4;
    }
    return good;
}

/* A part of an identifier: letters, short or to be read aloud, and at most two
 * digits behind them: "oauth2", "jwt", "B1". */
static bool is_wordy(struct slice part) {
    size_t letters = 0;
    while (letters < part.len && class_of(part.ptr[letters]) < 2)
        letters++;
    size_t digits = part.len - letters;
    for (size_t i = letters; i < part.len; i++) {
        if (class_of(part.ptr[i]) != 2)
            return false;
    }
    if (letters == 0)
        return digits <= 1;
    return digits <= 2 && (letters <= 4 || pronounceable(part) * 3 >= letters * 2);
}

/* Every part between joiners is wordy. */
static bool is_joined_words(struct slice v) {
    size_t start = 0;
    for (size_t i = 0; i <= v.len; i++) {
        if (i < v.len && class_of(v.ptr[i]) != 4)
            continue;
        if (!is_wordy(slice_sub(v, start, i)))
            return false;
        start = i + 1;
    }
    return true;
}

/* "Contrase\\u00f1a": a translation, in a file whose escapes are not evaluated. */
static bool has_unicode_escape(struct slice v) {
    for (size_t at = slice_find(v, SLICE_LIT("\\u"), 0); at != SIZE_MAX && at + 6 <= v.len;
         at = slice_find(v, SLICE_LIT("\\u"), at + 2)) {
        size_t hex = 0;
        while (hex < 4 && strchr("0123456789abcdefABCDEF", v.ptr[at + 2 + hex]) != NULL &&
               v.ptr[at + 2 + hex] != 0)
            hex++;
        if (hex == 4)
            return true;
    }
    return false;
}

static enum value_shape random_or_mixed(struct slice v, const struct counts *n) {
    size_t letters = n->lower + n->upper;
    if (is_uuid(v))
        return SHAPE_RANDOM;
    if (n->ascending * 2 > v.len) /* abcdef...: an alphabet, or a poor password */
        return v.len >= 20 ? SHAPE_STRUCTURED : SHAPE_MIXED;
    if (v.len < 12)
        return SHAPE_MIXED;
    bool words = pronounceable(v) * 2 > v.len; /* most of it can be read aloud */
    double entropy = check_entropy(v);
    bool mixes = n->digit > 0 && letters > 0 && n->changes * 8 >= v.len;
    bool signs = n->sign >= 3 && letters > 0;
    bool cases = n->lower > 0 && n->upper > 0 && n->changes * 5 >= v.len;
    if (!words && entropy >= (v.len >= 20 ? 3.0 : 2.9) && (mixes || signs || cases))
        return SHAPE_RANDOM;
    return SHAPE_MIXED;
}

enum value_shape value_shape(struct slice v) {
    if (v.len > SHAPE_MAX_BYTES)
        return SHAPE_STRUCTURED;
    struct counts n = count(v);
    if (is_structured(v, &n))
        return SHAPE_STRUCTURED;
    if (n.blank > 0)
        return SHAPE_SENTENCE;
    if (n.other > 0 || has_unicode_escape(v))
        return SHAPE_WORDS; /* another script: a translation */
    size_t letters = n.lower + n.upper;
    if (n.digit == v.len)
        return SHAPE_PLAIN;
    if (n.sign > 0)
        return random_or_mixed(v, &n);
    if (n.joiner > 0 && is_joined_words(v))
        return SHAPE_WORDS;
    bool readable = pronounceable(v) * 4 >= letters * 3;
    if (n.digit == 0 && readable)
        return n.joiner > 0 || (n.lower > 0 && n.upper > 1) ? SHAPE_WORDS : SHAPE_PLAIN;
    if (n.joiner == 0 && n.digit <= 4 && readable)
        return SHAPE_NUMBERED;
    return random_or_mixed(v, &n);
}

/* ---- echoes ---- */

static size_t fold(struct slice s, char *out, size_t cap) {
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < cap; i++) {
        unsigned c = class_of(s.ptr[i]);
        if (c < 2)
            out[n++] = (char)(c == 1 ? s.ptr[i] + 32 : s.ptr[i]);
    }
    return n;
}

bool value_echoes_name(struct slice value, struct slice name) {
    char v[64], n[64];
    if (value.len > sizeof v || name.len > sizeof n)
        return false;
    struct slice a = slice_of(v, fold(value, v, sizeof v)), b = slice_of(n, fold(name, n, sizeof n));
    if (a.len == 0)
        return false;
    bool only_letters = a.len * 4 >= value.len * 3;
    return slice_eq(a, b) || (only_letters && a.len >= 3 && slice_find(b, a, 0) != SIZE_MAX) ||
           (only_letters && b.len >= 3 && slice_find(a, b, 0) != SIZE_MAX && a.len > b.len + 2);
}
