#include "scanner/rule_example.h"

#include <stdlib.h>

#include "base/encode.h"

#define EXAMPLE_MAX_REPEAT 5000u

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const struct alphabet {
    const char *name, *characters;
} alphabets[] = {
    {"digit", DIGITS},
    {"lower", LOWER},
    {"upper", UPPER},
    {"letter", LOWER UPPER},
    {"alnum", LOWER UPPER DIGITS},
    {"loweralnum", LOWER DIGITS},
    {"upperalnum", UPPER DIGITS},
    {"hex", DIGITS "abcdef"},
    {"upperhex", DIGITS "ABCDEF"},
    {"base32", UPPER "234567"},                     /* RFC 4648 */
    {"bech32", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"}, /* BIP 173, in upper case */
    {"b64", LOWER UPPER DIGITS "+/"},
    {"b64url", LOWER UPPER DIGITS "-_"},
};

static const struct encoder {
    const char *name;
    bool url;
    void (*encode)(struct slice in, struct buf *out);
} encoders[] = {
    {"base64", false, encode_base64}, {"base64url", true, encode_base64}, {"hexof", false, encode_hex}};

/* splitmix64: small, and good enough to look random. */
static uint64_t draw(uint64_t *state) {
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static bool expand_alphabet(struct slice name, struct slice argument, uint64_t *seed, struct buf *out) {
    for (size_t i = 0; i < KL_ARRAY_LEN(alphabets); i++) {
        if (!slice_eq_cstr(name, alphabets[i].name))
            continue;
        unsigned long count = 0;
        size_t k = 0;
        for (; k < argument.len && argument.ptr[k] >= '0' && argument.ptr[k] <= '9'; k++)
            count = count * 10 + (unsigned long)(argument.ptr[k] - '0');
        if (k == 0 || k != argument.len || count > EXAMPLE_MAX_REPEAT)
            return false;
        size_t size = strlen(alphabets[i].characters);
        for (unsigned long n = 0; n < count; n++)
            buf_char(out, alphabets[i].characters[draw(seed) % size]);
        return true;
    }
    return false;
}

static bool expand_encoder(struct slice name, struct slice argument, struct buf *out) {
    for (size_t i = 0; i < KL_ARRAY_LEN(encoders); i++) {
        if (!slice_eq_cstr(name, encoders[i].name))
            continue;
        struct buf encoded = BUF_INIT(out->max);
        encoders[i].encode(argument, &encoded);
        for (size_t k = 0; k < encoded.len; k++) {
            char c = encoded.ptr[k];
            if (encoders[i].url)
                c = c == '+' ? '-' : c == '/' ? '_' : c;
            if (c != '=' || !encoders[i].url)
                buf_char(out, c);
        }
        buf_release(&encoded);
        return true;
    }
    return false;
}

/* Offset of the brace that closes the one at `at`; SIZE_MAX if none does. */
static size_t closing_brace(struct slice s, size_t at) {
    unsigned depth = 0;
    for (; at < s.len; at++) {
        if (s.ptr[at] == '{')
            depth++;
        else if (s.ptr[at] == '}' && --depth == 0)
            return at;
    }
    return SIZE_MAX;
}

enum kl_status rule_example_expand(struct slice example, struct buf *out, struct error *e) {
    uint64_t seed = hash64(example);
    for (size_t i = 0; i < example.len; i++) {
        char c = example.ptr[i];
        bool doubled = i + 1 < example.len && example.ptr[i + 1] == c;
        if ((c == '{' || c == '}') && doubled) {
            buf_char(out, c);
            i++;
            continue;
        }
        if (c != '{') {
            buf_char(out, c);
            continue;
        }
        size_t end = closing_brace(example, i);
        if (end == SIZE_MAX)
            return error_set(e, KL_ERR_PARSE, "the example has a { without a }");
        struct slice inside = slice_sub(example, i + 1, end);
        size_t colon = slice_find_byte(inside, ':', 0);
        struct slice name = slice_sub(inside, 0, colon == SIZE_MAX ? inside.len : colon);
        struct slice argument = slice_sub(inside, colon == SIZE_MAX ? inside.len : colon + 1, inside.len);
        if (inside.len > 0 && !expand_alphabet(name, argument, &seed, out) &&
            !expand_encoder(name, argument, out))
            return error_set(e, KL_ERR_PARSE, "the example has {%.*s}, which means nothing",
                             SLICE_ARG(inside));
        i = end;
    }
    return buf_ok(out) ? KL_OK : error_set(e, KL_ERR_LIMIT, "the example is too long");
}
