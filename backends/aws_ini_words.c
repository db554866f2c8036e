/* aws_ini_words.c: words of a line as a POSIX shell splits them (IEEE Std 1003.1,
 * 2.2 Quoting; Python's shlex.split). Nothing is expanded and nothing is run. */
#include "backends/aws_ini.h"

#include "base/buf.h"

struct splitter {
    struct slice text;
    size_t at;
    struct buf word;
    bool begun; /* an empty pair of quotes is a word too */
};

/* From the quote on to its partner. False if it stays open. */
static bool quoted(struct splitter *s, char quote) {
    for (s->at++; s->at < s->text.len; s->at++) {
        char c = s->text.ptr[s->at];
        if (c == quote)
            return true;
        bool escapes = quote == '"' && c == '\\' && s->at + 1 < s->text.len;
        char next = escapes ? s->text.ptr[s->at + 1] : '\0';
        if (next == '"' || next == '\\') {
            c = next;
            s->at++;
        }
        buf_char(&s->word, c);
    }
    return false;
}

static bool next_character(struct splitter *s) {
    char c = s->text.ptr[s->at];
    s->begun = true;
    if (c == '\'' || c == '"')
        return quoted(s, c);
    if (c == '\\' && ++s->at == s->text.len)
        return false;
    buf_char(&s->word, s->text.ptr[s->at]);
    return true;
}

enum kl_status aws_ini_words(const char *text, struct arena *a, const char **words, size_t max, size_t *count,
                             struct error *e) {
    struct splitter s = {.text = slice_cstr(text), .word = BUF_INIT_SECRET(AWS_INI_MAX_BYTES)};
    enum kl_status st = KL_OK;
    *count = 0;
    for (; st == KL_OK && s.at <= s.text.len; s.at++) {
        bool ends = s.at == s.text.len || strchr(" \t\r\n", s.text.ptr[s.at]);
        if (!ends && !next_character(&s))
            st = error_set(e, KL_ERR_PARSE, "a quote is not closed, or a backslash stands at the end");
        if (!ends || !s.begun || st != KL_OK)
            continue;
        if (*count == max)
            st = error_set(e, KL_ERR_LIMIT, "more than %zu words", max);
        else
            words[(*count)++] = arena_cstr(a, buf_as_slice(&s.word));
        buf_clear(&s.word);
        s.begun = false;
    }
    words[*count] = NULL;
    buf_release(&s.word);
    return st;
}
