#include "scanner/value_shape.h"

#include "base/encode.h"
#include "scanner/bigrams.h"
#include "scanner/byte_set.h"
#include "scanner/checks.h"
#include "scanner/name_words.h"
#include "scanner/pybytes.h"
#include "scanner/value_known.h"

#define SHAPE_MAX_BYTES 4096u /* longer strings are texts or data; provider rules see them */

#define SHAPE_MAX_SNAKE 48u
#define SHAPE_MIN_RANDOM 12u /* shorter: no telling a word from none */
#define SHAPE_ALPHABET_RUN 12u

struct counts {
    size_t lower, upper, digit, blank, joiner, sign, other; /* joiner: _ - . / : */
    size_t changes;   /* between letters and digits, or lower and upper inside a word */
    size_t ascending; /* neighbours like ab, 12 */
};

/* Of bytes, in the order of struct counts. */
enum { LOWER, UPPER, DIGIT, BLANK, JOINER, SIGN, OTHER };

/* clang-format off */
#define L LOWER
#define U UPPER
#define D DIGIT
#define B BLANK
#define J JOINER
#define S SIGN
#define O OTHER
static const uint8_t classes[256] = { /* a row for 32 bytes */
    O, O, O, O, O, O, O, O, O, B, B, O, O, B, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    B, S, S, S, S, S, S, S, S, S, S, S, S, J, J, J, D, D, D, D, D, D, D, D, D, D, J, S, S, S, S, S,
    S, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, S, S, S, S, J,
    S, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, S, S, S, S, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
};
#undef L
#undef U
#undef D
#undef B
#undef J
#undef S
#undef O
/* clang-format on */

static unsigned class_of(char c) {
    return classes[(unsigned char)c];
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
    struct byte_set bytes = byte_set_of(v);
    for (size_t i = 0; i < n; i++) {
        if (byte_set_spells(&bytes, list[i]) && slice_find(v, slice_cstr(list[i]), 0) != SIZE_MAX)
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

/* How much of a text reads like words: letters in runs of three and more, and
 * the share of usual pairs among their neighbours. In words it is above 0.8, in
 * random letters about 0.3. */
struct reading {
    size_t letters; /* in runs of three and more */
    size_t pairs, usual;
};

static struct reading read_letters(struct slice v) {
    struct reading r = {0};
    size_t run = 0;
    for (size_t i = 0; i <= v.len; i++) {
        unsigned c = i < v.len ? class_of(v.ptr[i]) : 7;
        if (c > 1) {
            r.letters += run >= 3 ? run : 0;
            run = 0;
            continue;
        }
        bool hump = run > 0 && c == 1 && class_of(v.ptr[i - 1]) == 0; /* aWord: no pair */
        if (run > 0 && !hump) {
            unsigned first = (unsigned)(v.ptr[i - 1] | 0x20) - 'a',
                     second = (unsigned)(v.ptr[i] | 0x20) - 'a';
            r.pairs++;
            r.usual += usual_pairs[first] >> second & 1;
        }
        run++;
    }
    return r;
}

static bool reads_like_words(struct reading r) {
    return r.pairs > 0 && r.usual * 20 >= r.pairs * 13;
}

/* Without blanks, with digits and signs (or letters of both cases), and letters
 * that are no words: a generated key may start or end with any sign, and hold a
 * "%s" by chance. */
static bool is_machine_made(struct slice v, const struct counts *n) {
    if (v.len >= 20 && n->blank == 0 && n->upper >= 4 && n->lower >= 4 && n->digit >= 2) {
        struct reading r = read_letters(v);
        if (r.pairs >= 4 && r.usual * 2 <= r.pairs)
            return true;
    }
    if (v.len < 12 || n->blank > 0 || n->sign < 1 || n->digit < 1 || n->sign + n->digit < 4 ||
        n->lower + n->upper < 4)
        return false;
    return (n->sign >= 3 && n->digit >= 2) || !reads_like_words(read_letters(v));
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

/* ^3.188.0, ~=1.2, >= 2.1,<3: the versions that a package may have */
static bool is_version_range(struct slice v) {
    size_t i = 0, digits;
    while (i < v.len && i < 3 && strchr("^~<>=! ", v.ptr[i]) && v.ptr[i])
        i++;
    if (i == 0)
        return false;
    for (digits = i; digits < v.len && class_of(v.ptr[digits]) == 2; digits++)
        ;
    return digits > i && (digits == v.len || v.ptr[digits] == '.');
}

static bool is_structured(struct slice v, const struct counts *n) {
    static const char *const starts[] = {"/",     "./",   "../",  "~/",    "--",       "(?",
                                         "file:", "arn:", "urn:", "data:", "ssh-rsa ", "ssh-ed25519 "};
    static const char marks[] = "-^@#."; /* an option, a pattern, a mention, a suffix: without digits */
    static const char *const ends[] = {".pem", ".key", ".json", ".txt", ".py",   ".yaml", ".yml",
                                       ".crt", ".cfg", ".ini",  ".env", ".conf", ".html", ".xml",
                                       ".md",  ".csv", ".com",  ".org", ".net",  ".io",   ".js",
                                       ".css", ".png", ".sh",   ".log", ".toml", ")"};
    static const char *const always[] = {"://",  "</", "/>",   "\\d", "\\w", "\\s", "[a-z", "[A-Z",
                                         "[0-9", "[^", "[a-f", "{0",  "{1",  "(?",  "{}"};
    static const char *const inside[] = {".*", ".+", "%s",  "%d", "%r", "{0", "::", "==", "=>",  "->",
                                         "&&", "||", "\\n", "<",  ">",  "[",  "]",  "(",  "=\"", "='"};
    if (holds_any(v, always, KL_ARRAY_LEN(always)) || is_empty_hash(v) || is_timestamp(v) ||
        is_version_range(v))
        return true;
    if (n->digit + n->joiner == v.len && n->joiner > 0)
        return true; /* dates, versions, addresses, times, telephone numbers */
    if (is_machine_made(v, n))
        return false;
    if (n->digit == 0 && v.len > 0 && memchr(marks, v.ptr[0], sizeof marks - 1) != NULL)
        return true;
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
        if (dash ? v.ptr[i] != '-' : hex_digit(v.ptr[i]) < 0)
            return false;
    }
    return true;
}

enum part_kind { PART_STRANGE, PART_SHORT, PART_WORD };

/* A part of an identifier: a word with at most two digits behind it ("oauth2"),
 * or something short ("m2m", "jwt", "1"). */
static enum part_kind part_kind(struct slice part) {
    size_t letters = 0;
    while (letters < part.len && class_of(part.ptr[letters]) < 2)
        letters++;
    for (size_t i = letters; i < part.len; i++) {
        if (class_of(part.ptr[i]) != 2)
            return part.len <= 3 ? PART_SHORT : PART_STRANGE;
    }
    size_t digits = part.len - letters;
    if (letters == 0)
        return digits <= 1 ? PART_SHORT : PART_STRANGE;
    if (digits > 2 || (letters > 4 && !reads_like_words(read_letters(part))))
        return PART_STRANGE;
    return letters > 4 || digits == 0 ? PART_WORD : PART_SHORT;
}

/* Words, joined by signs that join: none is strange, and one is a word. */
static bool is_joined_words(struct slice v) {
    size_t start = 0;
    bool word = false;
    for (size_t i = 0; i <= v.len; i++) {
        if (i < v.len && class_of(v.ptr[i]) != 4)
            continue;
        enum part_kind kind = part_kind(slice_sub(v, start, i));
        if (kind == PART_STRANGE)
            return false;
        word |= kind == PART_WORD;
        start = i + 1;
    }
    return word;
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

/* The longest run like "abcd" or "1234": an alphabet has one. */
static size_t longest_ascent(struct slice v) {
    size_t longest = 0, run = 0;
    for (size_t i = 1; i < v.len; i++) {
        run = v.ptr[i] == v.ptr[i - 1] + 1 ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static enum value_shape random_or_mixed(struct slice v, const struct counts *n) {
    size_t letters = n->lower + n->upper;
    if (is_uuid(v))
        return SHAPE_RANDOM;
    if ((longest_ascent(v) >= SHAPE_ALPHABET_RUN && v.len >= 20) || value_is_alphabet(v) ||
        value_is_public_key(v))
        return SHAPE_STRUCTURED;
    if (n->ascending * 2 > v.len) /* abc123: made up, or a poor password */
        return SHAPE_MIXED;
    if (v.len < 12)
        return SHAPE_MIXED;
    struct reading r = read_letters(v);
    bool words = r.letters * 2 > v.len && reads_like_words(r);
    double entropy = check_entropy(v);
    bool mixes = n->digit > 0 && letters > 0 && n->changes * 8 >= v.len;
    bool signs = n->sign >= 3 && letters > 0;
    bool cases = n->lower > 0 && n->upper > 0 && n->changes * 5 >= v.len;
    bool letters_only = r.pairs >= 10 && r.usual * 2 < r.pairs;
    if (!words && entropy >= (v.len >= 20 ? 3.0 : 2.9) && (mixes || signs || cases || letters_only))
        return SHAPE_RANDOM;
    return SHAPE_MIXED;
}

/* Bytes that no text has: what os.urandom gave, written down as b"\x8f..". A
 * few escapes, as of control sequences, are none. */
static bool is_binary(struct slice v) {
    size_t strange = 0, points = 0;
    for (size_t i = 0; i < v.len; points++) {
        unsigned char c = (unsigned char)v.ptr[i];
        uint32_t point = c;
        unsigned len = c < 0x80 ? 1 : utf8_sequence(v.ptr + i, v.len - i, &point);
        bool control = point < 0x20 && c != '\t' && c != '\n' && c != '\r';
        strange += len == 0 || control || (point >= 0x7F && point < 0xA0);
        i += len ? len : 1;
    }
    return strange > 0 && strange * 8 >= points;
}

/* The classes in it, of text without blanks and OTHER; DIGIT stands for SIGN, too. */
static unsigned classes_in(struct slice v) {
    unsigned seen = 0;
    size_t i = 0;
#ifdef PYVEC_BYTES
    for (; v.len - i >= PYVEC_BYTES; i += PYVEC_BYTES) {
        pyvec x = pyvec_load((const unsigned char *)v.ptr + i);
        unsigned lower = pyvec_mask(pyvec_range(x, 'a', 26)), upper = pyvec_mask(pyvec_range(x, 'A', 26));
        unsigned joiner = pyvec_mask(
            pyvec_or(pyvec_range(x, '-', '/' - '-' + 1), pyvec_or(pyvec_eq(x, ':'), pyvec_eq(x, '_'))));
        seen |= (unsigned)(lower != 0) << LOWER | (unsigned)(upper != 0) << UPPER |
                (unsigned)(joiner != 0) << JOINER |
                (unsigned)((lower | upper | joiner) != (1u << PYVEC_BYTES) - 1) << DIGIT;
    }
#endif
    for (; i < v.len; i++)
        seen |= 1u << class_of(v.ptr[i]);
    return seen;
}

/* What most strings of a program are, told by one look at each byte: printed text with blanks, and short
 * words of one case, joined or not, are neither numbered nor mixed. */
enum value_words value_words(struct slice v) {
    if (v.len >= PYBYTES_AT_ONCE) { /* the same, some bytes at a time */
        bool blank, other;
        pybytes_look(v, &blank, &other);
        if (other || blank || v.len > SHAPE_MAX_SNAKE)
            return !other && blank ? WORDS_TEXT : WORDS_NONE;
    }
    bool capital = v.len > 0 && class_of(v.ptr[0]) == UPPER; /* "Name" is as good as "name" */
    unsigned seen = classes_in(slice_sub(v, capital, v.len));
    if (seen & 1u << OTHER)
        return WORDS_NONE;
    if (seen & 1u << BLANK)
        return WORDS_TEXT;
    if (seen & 1u << JOINER)
        return v.len <= SHAPE_MAX_SNAKE &&
                       (seen == (1u << JOINER | 1u << LOWER)
                            ? !capital
                            : seen == (1u << JOINER | 1u << UPPER) || seen == 1u << JOINER)
                   ? WORDS_JOINED
                   : WORDS_NONE;
    return v.len < SHAPE_MIN_RANDOM && (seen == 1u << LOWER || seen == 1u << UPPER) ? WORDS_ONE : WORDS_NONE;
}

bool value_is_wordy(struct slice v) {
    return value_words(v) != WORDS_NONE;
}

enum value_shape value_shape(struct slice v) {
    if (v.len > SHAPE_MAX_BYTES)
        return SHAPE_STRUCTURED;
    struct counts n = count(v);
    if (n.other + n.blank > 0 && is_binary(v))
        return v.len >= 12 && check_entropy(v) >= 3.0 && n.ascending * 3 < v.len ? SHAPE_RANDOM
                                                                                 : SHAPE_STRUCTURED;
    if (is_structured(v, &n))
        return SHAPE_STRUCTURED;
    if (n.blank > 0)
        return SHAPE_SENTENCE;
    if (has_unicode_escape(v) || (n.other > 0 && (n.digit == 0 || n.other * 2 > v.len)))
        return SHAPE_WORDS; /* another script: a translation */
    if (n.other > 0)
        return random_or_mixed(v, &n);
    size_t letters = n.lower + n.upper;
    if (n.digit == v.len)
        return SHAPE_PLAIN;
    if (n.sign > 0)
        return random_or_mixed(v, &n);
    bool one_case = n.upper == 0 || n.lower == 0;
    bool snake = n.digit == 0 && one_case && v.len <= SHAPE_MAX_SNAKE; /* google_tasks, DB_URL */
    if (n.joiner > 0 && (snake || is_joined_words(v)))
        return SHAPE_WORDS;
    struct reading r = read_letters(v);
    bool readable = r.letters * 4 >= letters * 3 && reads_like_words(r);
    bool one_word = n.upper == 0 || n.lower == 0 || (n.upper == 1 && class_of(v.ptr[0]) == 1);
    if (letters == v.len && v.len < 12 && one_word)
        return SHAPE_PLAIN; /* too short to tell a word from none */
    if (n.digit == 0 && readable)
        return n.joiner > 0 || (n.lower > 0 && n.upper > 1) ? SHAPE_WORDS : SHAPE_PLAIN;
    if (n.joiner == 0 && n.digit <= 4 && readable)
        return SHAPE_NUMBERED;
    return random_or_mixed(v, &n);
}

#define SURELY_MIN 20u
#define SURELY_DIGITS 2u
#define SURELY_MAX 100u     /* longer: data */
#define SURELY_ALPHABET 26u /* characters, each once: base 32 as a program spells it */

/* secrets.token_hex(24): of a length that no hash and no UUID has. */
static bool is_odd_hex(struct slice v, const struct counts *n) {
    static const size_t hashes[] = {32, 40, 56, 64, 96};
    for (size_t i = 0; i < KL_ARRAY_LEN(hashes); i++)
        if (v.len == hashes[i])
            return false;
    return v.len >= 36 && n->digit + n->lower == v.len && n->digit >= 8 && n->lower >= 8 &&
           check_entropy(v) >= 3.3 && longest_ascent(v) < 5;
}

/* f(x)/(R+r): a call, a formula: what is opened is closed. */
static bool has_parentheses(struct slice v) {
    int depth = 0;
    for (size_t i = 0; i < v.len && depth >= 0; i++)
        depth += (v.ptr[i] == '(') - (v.ptr[i] == ')');
    return depth == 0 && slice_find_byte(v, '(', 0) != SIZE_MAX;
}

bool value_is_surely_random(struct slice v) {
    if (v.len < SURELY_MIN || v.len > SURELY_MAX)
        return false;
    size_t outside_hex = 0, structure = 0, digits = 0;
    for (size_t i = 0; i < v.len; i++) {
        char c = v.ptr[i];
        unsigned class = class_of(c);
        if (class == BLANK || class == OTHER)
            return false; /* nearly every long string ends here */
        digits += class == DIGIT;
        outside_hex += class != DIGIT && (c | 0x20) > 'f';
        structure += class > DIGIT && strchr(".:<>[]{}\\,;\"'`|", c) != NULL;
    }
    if (structure > 1 || digits < SURELY_DIGITS)
        return false;
    struct counts n = count(v);
    if (outside_hex * 8 < v.len)
        return is_odd_hex(v, &n);
    bool cases = n.lower >= 3 && n.upper >= 3 && n.changes * 4 >= v.len;
    bool one_case = (n.lower == 0 || n.upper == 0) && v.len >= 24 && n.changes * 4 >= v.len;
    bool mixes = n.digit * 2 <= v.len && (cases || one_case || n.sign >= 4);
    struct reading r = read_letters(v);
    return mixes && r.usual * 2 <= r.pairs + 2 && !slice_starts(v, "xn--") && !has_parentheses(v) &&
           !(v.len >= SURELY_ALPHABET && value_repeats_nothing(v)) && !value_is_class_name(v) &&
           check_entropy(v) >= 3.6 && value_shape(v) == SHAPE_RANDOM;
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
