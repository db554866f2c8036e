/* textfile_heredoc.c: files that scripts and Dockerfiles write themselves:
 *
 *     cat > app.yaml <<EOF          COPY <<"EOF" /app/.env
 *
 * Sources: POSIX.1-2017, Shell Command Language, "Here-Document"; Dockerfile reference, "Here-Documents". */
#include "base/file.h"
#include "scanner/textfile_internal.h"

#define NAME_MAX_BYTES ((size_t)255)

/* The word that ends the document whose "<<" stands in text[at, end), quotes aside; empty if there is none.
 */
static struct slice end_word(struct slice s, size_t at, size_t end, bool *tabs) {
    size_t i = at + 2;
    if (i < end && s.ptr[i] == '<') /* <<< is a string */
        return (struct slice){0};
    *tabs = i < end && s.ptr[i] == '-';
    i = text_skip_blanks(s, i + *tabs, end);
    i += i < end && (s.ptr[i] == '"' || s.ptr[i] == '\'' || s.ptr[i] == '\\');
    size_t start = i;
    while (i < end && text_is_key_char(s.ptr[i]) && s.ptr[i] != '/')
        i++;
    return slice_sub(s, start, i);
}

/* The line that is this word alone; SIZE_MAX if there is none. */
static size_t document_end(struct extraction *x, size_t at, struct slice word, bool tabs) {
    struct slice s = slice_sub(x->text, 0, text_limit(x, at, SIZE_MAX));
    size_t found = SIZE_MAX, from = at;
    while (at < s.len && found == SIZE_MAX) {
        size_t end = slice_find_byte(s, '\n', at), start = at;
        end = end == SIZE_MAX ? s.len : end;
        while (tabs && start < end && s.ptr[start] == '\t')
            start++;
        struct slice line = slice_sub(s, start, end);
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        found = slice_eq(line, word) ? at : found;
        at = end + 1;
    }
    text_spend(x, at - from);
    return found;
}

/* By the last word of the line that names a file whose format is known. */
static unsigned ways_of_target(struct extraction *x, size_t at, size_t end, unsigned ways) {
    struct slice s = x->text;
    while ((at = text_skip_blanks(s, at, end)) < end) {
        size_t start = at;
        while (at < end && !text_is_blank(s.ptr[at]))
            at++;
        struct slice word = slice_sub(s, start, at);
        while (word.len > 0 && strchr("<>&|\"'", word.ptr[0]))
            word = slice_sub(word, 1, word.len);
        while (word.len > 0 && strchr("\"';", word.ptr[word.len - 1]))
            word.len--;
        if (word.len == 0 || word.len > NAME_MAX_BYTES)
            continue;
        const char *name = arena_cstr(x->arena, word);
        unsigned known = text_ways_of(name, scan_language_of(name, (struct slice){0}));
        ways = known ? known : ways;
    }
    return ways;
}

void text_enter_heredoc(struct extraction *x, size_t first, size_t end, unsigned ways) {
    struct slice s = x->text;
    bool tabs = false;
    size_t at = slice_find(slice_sub(s, 0, end), SLICE_LIT("<<"), first);
    x->here_ways = 0;
    if (at == SIZE_MAX || s.ptr[first] == '#')
        return;
    struct slice word = end_word(s, at, end, &tabs);
    if (word.len == 0 || end >= s.len)
        return;
    size_t stop = document_end(x, end + 1, word, tabs);
    if (stop == SIZE_MAX)
        return;
    x->here_start = end + 1;
    x->here_end = stop;
    x->here_ways = ways_of_target(x, first, end, ways);
}
