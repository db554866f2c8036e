/* value_known.c: see value_known.h. */
#include "scanner/value_known.h"

#include "base/buf.h"
#include "base/encode.h"

#define ALPHABET_MIN 20u
#define ALPHABET_MIN_SHUFFLED 32u /* of as many random letters and digits, one in 30,000 has none twice */
#define MESSAGE_MAX_BYTES ((size_t)4 << 10)

bool value_repeats_nothing(struct slice v) {
    bool seen[128] = {false};
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.ptr[i];
        if (c >= KL_ARRAY_LEN(seen) || seen[c])
            return false;
        seen[c] = true;
    }
    return true;
}

bool value_is_alphabet(struct slice v) {
    size_t ascending = 0, others = 0;
    if (v.len < ALPHABET_MIN || !value_repeats_nothing(v))
        return false;
    for (size_t i = 0; i < v.len; i++) {
        ascending += i > 0 && v.ptr[i] == v.ptr[i - 1] + 1;
        others += !ascii_is_lower(v.ptr[i]) && !ascii_is_upper(v.ptr[i]) && !ascii_is_digit(v.ptr[i]);
    }
    return ascending * 3 >= v.len * 2 || (v.len >= ALPHABET_MIN_SHUFFLED && others <= 2);
}

bool value_is_public_key(struct slice v) {
    /* The length and the name of the algorithm; and SEQUENCE, SEQUENCE, OBJECT IDENTIFIER of the key's kind,
     * where a private key has INTEGER in the place of the second. */
    static const char *const starts[] = {"AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNhLX", "AAAAGnNrLX",
                                         "AAAAInNrLX",  "MCowBQYDK2V", "MFkwEwYHKoZIzj", "MHYwEAYHKoZIzj"};
    static const char rsa[] = "MA0GCSqGSIb3DQEBAQUA";
    for (size_t i = 0; i < KL_ARRAY_LEN(starts); i++)
        if (slice_starts(v, starts[i]))
            return true;
    /* MIGfMA0G..., MIIBIjANBgkqhkiG9w0B...: behind a length of two or three bytes. */
    return (slice_starts(v, "MIGf") && slice_starts(slice_sub(v, 4, v.len), rsa)) ||
           (slice_starts(v, "MII") &&
            slice_starts(slice_sub(v, v.len < 6 ? v.len : 6, v.len), "ANBgkqhkiG9w0BAQEFA"));
}

bool value_is_class_name(struct slice v) {
    size_t in_words = 0, words = 0;
    for (size_t i = 0; i < v.len;) {
        if (!ascii_is_lower(v.ptr[i]) && !ascii_is_upper(v.ptr[i]) && !ascii_is_digit(v.ptr[i]))
            return false;
        size_t end = i + 1;
        while (end < v.len && !ascii_is_digit(v.ptr[i]) && ascii_is_lower(v.ptr[end]))
            end++;
        bool word = ascii_is_upper(v.ptr[i]) ? end - i >= 3 : ascii_is_lower(v.ptr[i]) && end - i >= 4;
        in_words += word ? end - i : 0;
        words += word && ascii_is_upper(v.ptr[i]);
        i = end;
    }
    return words >= 2 && in_words * 4 >= v.len * 3;
}

bool value_is_message(struct slice v) {
    struct buf text = BUF_INIT_SECRET(MESSAGE_MAX_BYTES);
    size_t breaks = 0;
    bool printed = v.len >= 16 && decode_base64(v, &text) && buf_ok(&text) && text.len > 0;
    for (size_t i = 0; printed && i < text.len; i++) {
        char c = text.ptr[i];
        breaks += c == '\n' && i + 1 < text.len;
        printed = (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t';
    }
    buf_release(&text);
    return printed && breaks >= 2;
}
