/* The search for many words at once, against a search for each of them: words of every length, texts made of
 * pieces of words, so that one begins inside another, at the beginning, and at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "scanner/keyword.h"

#define DRAW_SEED 5
#include "tests/unit/draw.h"

#define WORDS 40u
#define MAX_WORD 9u
#define TEXT 120u
#define ROUNDS 3000u

static void draw_word(char *word, uint32_t shortest) {
    static const char alphabet[] = "abkesy_-.:$~0123";
    uint32_t len = shortest + draw(MAX_WORD - shortest);
    for (uint32_t i = 0; i < len; i++)
        word[i] = alphabet[draw(i < 2 ? 4 : sizeof alphabet - 1)];
    word[len] = '\0';
}

/* Pieces of words, their letters in either case. */
static size_t draw_text(char words[][MAX_WORD + 1], char *text) {
    size_t len = 0;
    while (len < TEXT - MAX_WORD && draw(20) > 0) {
        const char *word = words[draw(WORDS)];
        size_t from = draw(3) ? 0 : draw((uint32_t)strlen(word)), to = strlen(word) - (draw(3) ? 0 : draw(2));
        for (size_t i = from; i < to; i++)
            text[len++] = (char)(word[i] >= 'a' && word[i] <= 'z' && draw(2) ? word[i] - 32 : word[i]);
        if (draw(3) == 0)
            text[len++] = " xA@"[draw(4)];
    }
    return len;
}

static bool holds(struct slice text, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (slice_eq_nocase(slice_sub(text, i, i + len), word))
            return true;
    return false;
}

static void every_word_is_found(uint32_t shortest) {
    size_t found = 0;
    for (unsigned round = 0; round < ROUNDS / 30; round++) {
        char words[WORDS][MAX_WORD + 1];
        struct keyword_builder *b = keyword_builder_new();
        for (uint16_t i = 0; i < WORDS; i++) {
            draw_word(words[i], shortest);
            assert_true(keyword_builder_add(b, words[i], i));
        }
        struct keyword_table table = keyword_builder_finish(b).table;
        assert_true((table.starts != NULL) == (shortest > 2));
        for (unsigned k = 0; k < 30; k++) {
            char room[TEXT + MAX_WORD];
            size_t len = draw_text(words, room);
            char *text = malloc(len + 1); /* of its own size, for the sanitizers */
            assert_non_null(text);
            memcpy(text, room, len);
            uint64_t bits[1] = {0}, wanted = 0;
            for (unsigned i = 0; i < WORDS; i++)
                wanted |= (uint64_t)holds(slice_of(text, len), words[i]) << i;
            assert_true(keyword_find(&table, slice_of(text, len), bits) == (wanted != 0));
            if (bits[0] != wanted)
                fail_msg("in '%.*s': %llx, not %llx", (int)len, text, (unsigned long long)bits[0],
                         (unsigned long long)wanted);
            found += wanted != 0;
            free(text);
        }
        keyword_builder_free(b);
    }
    assert_true(found > ROUNDS / 3);
}

static void words_of_three_bytes_and_more(void **state) {
    (void)state;
    every_word_is_found(3);
}

static void shorter_ones(void **state) {
    (void)state;
    every_word_is_found(1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_three_bytes_and_more),
        cmocka_unit_test(shorter_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
