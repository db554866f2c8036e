/* The output filter: no encoded form of a known value survives it, and other
 * text does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/redact.h"

#define TEXT_MAX ((size_t)16 << 20)

static struct redactor *knowing(const char *value) {
    struct redactor *r = redact_new();
    redact_add(r, slice_cstr(value));
    return r;
}

static void check(const char *value, const char *text, const char *expected) {
    struct redactor *r = knowing(value);
    struct buf out = BUF_INIT(TEXT_MAX);
    redact_text(r, slice_cstr(text), &out);
    assert_string_equal(buf_cstr(&out), expected);
    assert_int_equal(redact_would_change(r, slice_cstr(text)), strcmp(text, expected) != 0);
    buf_release(&out);
    redact_free(r);
}

static void long_values_are_masked_anywhere(void **state) {
    (void)state;
    check("hunter2hunter2", "x=hunter2hunter2y", "x=[redacted]y");
    check("hunter2hunter2", "hunter2hunter2", "[redacted]");
    check("hunter2hunter2", "hunter2hunter2hunter2hunter2", "[redacted]");
    check("hunter2hunter2", "hunter2hunter", "hunter2hunter");
    check("abcdefgh", "a abcdefgh abcdefg abcdefgh", "a [redacted] abcdefg [redacted]");
    check("abcdefgh", "", "");
}

static void short_values_are_masked_as_words(void **state) {
    (void)state;
    check("admin", "admin = 'admin'", "[redacted] = '[redacted]'");
    check("admin", "administrator readmin admin_x", "administrator readmin admin_x");
    check("a-b", "(a-b)", "([redacted])");
    check("in", "in 'in' \"in\" in", "in '[redacted]' \"[redacted]\" in");
    check("x", "x='x'", "x='[redacted]'");
    check("", "''", "''");
}

static void escaped_forms_are_masked(void **state) {
    (void)state;
    check("tab\tquote\"end", "v='tab\\tquote\\\"end'", "v='[redacted]'");
    check("tab\tquote\"end", "v='\\x74ab\\011quote\\u0022end'", "v='[redacted]'");
    check("caf\xc3\xa9-password", "caf\\xe9-password", "[redacted]");
    check("caf\xc3\xa9-password", "b'caf\\xc3\\xa9-password'", "b'[redacted]'");
    check("key-\xf0\x9f\x94\x91-value", "\"key-\\ud83d\\udd11-value\"", "\"[redacted]\"");
    check("http://u:p@h/x", "\"http:\\/\\/u:p@h\\/x\"", "\"[redacted]\"");
    check("tab\tquote\"end", "tab\\\\tquote\\\\\\\"end", "[redacted]"); /* escaped twice */
    check("first-secondpart", "first-\\\nsecondpart", "[redacted]");
}

static void digit_forms_are_masked(void **state) {
    (void)state;
    check("hunter2hunter2", "68756E7465723268756e74657232", "[redacted]");
    check("hunter2hunter2", "a68756E7465723268756e74657232", "a[redacted]");
    check("hunter2hunter2",
          "Basic "
          "aHVudGVyMmh1bnRlcjI=",
          "Basic [redacted]=");
    check("hunter2hunter2",
          "Basic "
          "YTpodW50ZXIyaHVudGVyMg==",
          "Basic YT[redacted]==");
    check("hunter2hunter2", "x/aHVudGVyMmh1bnRlcjI=", "x/[redacted]="); /* glued to another word */
    check("hunter2hunter2", "abc/v2/aHVudGVyMmh1bnRlcjI=", "abc/v2/[redacted]=");
    check("admin", "YWRtaW4=", "[redacted]=");
    check("admin", "dTphZG1pbg==", "dT[redacted]=="); /* u:admin */
    check("admin", "61646d696e", "[redacted]");
    check("p@ss word", "p%40ss%20word p%40ss+word", "[redacted] [redacted]");
}

static void lines_of_a_value_are_masked_alone(void **state) {
    (void)state;
    const char *pem = "-----BEGIN THING-----\nMIIEowIBAAKCAQEA\nqqqqwwwwee==\n-----END THING-----\n";
    check(pem, "saw MIIEowIBAAKCAQEA there", "saw [redacted] there");
    check(pem, "qqqqwwwwee==", "[redacted]");
    check(pem, "-----BEGIN THING-----", "-----BEGIN THING-----");
}

static void very_long_values_are_masked_by_pieces(void **state) {
    (void)state;
    struct buf value = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX), out = BUF_INIT(TEXT_MAX);
    for (unsigned i = 0; value.len <= KL_MAX_SECRET_BYTES + 5000; i++) {
        buf_printf(&value, "%u.", i * 2654435761u);
    }
    buf_printf(&text, "before %s after", buf_cstr(&value));
    struct redactor *r = knowing(buf_cstr(&value));
    redact_text(r, buf_as_slice(&text), &out);
    assert_string_equal(buf_cstr(&out), "before [redacted] after");
    buf_release(&value);
    buf_release(&text);
    buf_release(&out);
    redact_free(r);
}

/* A small generator of its own, so that a failure can be repeated anywhere. */
static uint32_t random_below(uint64_t *state, uint32_t n) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % n;
}

static void random_value(uint64_t *state, size_t len, struct buf *out) {
    uint32_t kind = random_below(state, 3);
    while (out->len < len) {
        uint32_t c = kind == 0   ? 'a' + random_below(state, 26)
                     : kind == 1 ? 0x20 + random_below(state, 0x5f)
                                 : 1 + random_below(state, 0x2000);
        buf_utf8(out, c >= 0xd800 && c < 0xe000 ? 'x' : c);
    }
}

typedef void encoder(uint64_t *state, struct slice value, struct buf *out);

static void as_it_is(uint64_t *state, struct slice v, struct buf *out) {
    (void)state;
    buf_slice(out, v);
}

/* Each byte in a spelling of its own choice; `bytes` as in b"...". */
static void python_bytes(uint64_t *state, struct slice v, struct buf *out) {
    for (size_t i = 0; i < v.len; i++) {
        unsigned c = (unsigned char)v.ptr[i];
        uint32_t how = random_below(state, 3);
        if (how == 0) {
            buf_printf(out, "\\x%02x", c);
        } else if (how == 1 || c < 0x20 || c >= 0x7f || c == '\\' || (c >= '0' && c <= '7')) {
            buf_printf(out, "\\%03o", c);
        } else {
            buf_char(out, (char)c);
        }
    }
}

static void python_text(uint64_t *state, struct slice v, struct buf *out) {
    size_t i = 0;
    while (i < v.len) {
        uint32_t c = 0, how = random_below(state, 4);
        i += utf8_sequence(v.ptr + i, v.len - i, &c);
        if (how == 0) {
            buf_printf(out, "\\U%08x", c);
        } else if (how == 1) {
            buf_printf(out, "\\u%04X", c);
        } else if (how == 2 && c < 0x100) {
            buf_printf(out, "\\x%02x", c);
        } else if (c == '\\' || c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_utf8(out, c);
        }
    }
}

static void json_text(uint64_t *state, struct slice v, struct buf *out) {
    (void)state;
    char *copy = malloc(v.len + 1);
    assert_non_null(copy);
    memcpy(copy, v.ptr, v.len);
    copy[v.len] = '\0';
    cJSON *j = cJSON_CreateString(copy);
    char *text = cJSON_PrintUnformatted(j);
    buf_bytes(out, text + 1, strlen(text) - 2);
    cJSON_free(text);
    cJSON_Delete(j);
    free(copy);
}

static void base64_inside(uint64_t *state, struct slice v, struct buf *out) {
    struct buf b = BUF_INIT(TEXT_MAX);
    for (uint32_t n = random_below(state, 7); n > 0; n--) {
        buf_char(&b, (char)random_below(state, 127));
    }
    buf_slice(&b, v);
    for (uint32_t n = random_below(state, 7); n > 0; n--) {
        buf_char(&b, (char)random_below(state, 127));
    }
    encode_base64(buf_as_slice(&b), out);
    buf_release(&b);
}

static void hexadecimal(uint64_t *state, struct slice v, struct buf *out) {
    bool upper = random_below(state, 2) == 0;
    for (size_t i = 0; i < v.len; i++) {
        buf_printf(out, upper ? "%02X" : "%02x", (unsigned)(unsigned char)v.ptr[i]);
    }
}

static void percent(uint64_t *state, struct slice v, struct buf *out) {
    for (size_t i = 0; i < v.len; i++) {
        unsigned c = (unsigned char)v.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain && random_below(state, 2) == 0) {
            buf_char(out, (char)c);
        } else {
            buf_printf(out, random_below(state, 2) == 0 ? "%%%02X" : "%%%02x", c);
        }
    }
}

static void json_of_python(uint64_t *state, struct slice v, struct buf *out) {
    struct buf b = BUF_INIT(TEXT_MAX);
    python_text(state, v, &b);
    json_text(state, buf_as_slice(&b), out);
    buf_release(&b);
}

static encoder *const encoders[] = {as_it_is,      python_bytes, python_text, json_text,
                                    base64_inside, hexadecimal,  percent,     json_of_python};

/* What the filter let through must not hold the form that went in, nor
 * anything that it would mask itself. */
static void no_encoded_form_survives(void **state) {
    (void)state;
    const char *given = getenv("KEYLIFT_TEST_SEED"); /* ./test soak; else the same in every run */
    uint64_t seed = 20240229 + (given ? strtoull(given, NULL, 10) : 0);
    for (int round = 0; round < 1500; round++) {
        struct redactor *r = redact_new();
        struct buf value = BUF_INIT(TEXT_MAX), form = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX),
                   out = BUF_INIT(TEXT_MAX);
        for (uint32_t others = random_below(&seed, 40); others > 0; others--) {
            buf_clear(&value);
            random_value(&seed, 8 + random_below(&seed, 30), &value);
            redact_add(r, buf_as_slice(&value));
        }
        buf_clear(&value);
        random_value(&seed, 8 + random_below(&seed, 120), &value);
        redact_add(r, buf_as_slice(&value));
        uint32_t which = random_below(&seed, (uint32_t)KL_ARRAY_LEN(encoders));
        encoders[which](&seed, buf_as_slice(&value), &form);
        buf_printf(&text, "see: ");
        buf_slice(&text, buf_as_slice(&form));
        buf_printf(&text, " :end");
        redact_text(r, buf_as_slice(&text), &out);
        if (slice_find(buf_as_slice(&out), buf_as_slice(&form), 0) != SIZE_MAX ||
            redact_would_change(r, buf_as_slice(&out)) || !slice_starts(buf_as_slice(&out), "see: ") ||
            !slice_ends(buf_as_slice(&out), " :end")) {
            fail_msg("round %d, encoder %u: %s", round, (unsigned)which, buf_cstr(&out));
        }
        buf_release(&value);
        buf_release(&form);
        buf_release(&text);
        buf_release(&out);
        redact_free(r);
    }
}

static void thousands_of_values_with_one_prefix_are_all_masked(void **state) {
    (void)state;
    struct redactor *r = redact_new();
    struct buf text = BUF_INIT(TEXT_MAX), value = BUF_INIT(TEXT_MAX), out = BUF_INIT(TEXT_MAX),
               expected = BUF_INIT(TEXT_MAX);
    for (unsigned i = 0; i < 5000; i++) {
        buf_clear(&value);
        buf_printf(&value, "prefix_live_%08x", i * 2654435761u);
        redact_add(r, buf_as_slice(&value));
        buf_printf(&text, "line %u: %s, and some other words of a report\n", i, buf_cstr(&value));
        buf_printf(&expected, "line %u: [redacted], and some other words of a report\n", i);
    }
    redact_text(r, buf_as_slice(&text), &out);
    assert_string_equal(buf_cstr(&out), buf_cstr(&expected));
    buf_release(&text);
    buf_release(&value);
    buf_release(&out);
    buf_release(&expected);
    redact_free(r);
}

static void without_a_redactor_text_passes(void **state) {
    (void)state;
    struct buf out = BUF_INIT(TEXT_MAX);
    redact_text(NULL, SLICE_LIT("plain"), &out);
    assert_string_equal(buf_cstr(&out), "plain");
    assert_false(redact_would_change(NULL, SLICE_LIT("plain")));
    buf_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_values_are_masked_anywhere),
        cmocka_unit_test(short_values_are_masked_as_words),
        cmocka_unit_test(escaped_forms_are_masked),
        cmocka_unit_test(digit_forms_are_masked),
        cmocka_unit_test(lines_of_a_value_are_masked_alone),
        cmocka_unit_test(very_long_values_are_masked_by_pieces),
        cmocka_unit_test(no_encoded_form_survives),
        cmocka_unit_test(thousands_of_values_with_one_prefix_are_all_masked),
        cmocka_unit_test(without_a_redactor_text_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
