/* value_search.c: see value_search.h. One filter knows all values, and says for a whole
 * text that none is in there, which is nearly always so. Where one is, each value's own
 * filter says which. */
#include "cli/value_search.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/redact.h"
#include "scanner/value_shape.h"

#define COMMON_BYTES 8u     /* shorter ones are found as words */
#define LONG_LINE_BYTES 24u /* of a value of many lines */

struct sought {
    struct redactor *filter;
    bool common;
};

struct value_search {
    struct redactor *all;
    struct sought *values;
    size_t count, capacity;
    bool same; /* the next one is a form of the last */
};

struct value_search *value_search_new(void) {
    struct value_search *s = mem_calloc(1, sizeof *s);
    s->all = redact_new();
    return s;
}

void value_search_free(struct value_search *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        redact_free(s->values[i].filter);
    redact_free(s->all);
    free(s->values);
    free(s);
}

static void add_form(struct value_search *s, struct slice form) {
    redact_add(s->all, form);
    redact_add(s->values[s->count - 1].filter, form);
}

/* The next line, without its end and the blanks around it. */
static struct slice next_line(struct slice text, size_t *at) {
    size_t end = slice_find_byte(text, '\n', *at);
    end = end == SIZE_MAX ? text.len : end;
    struct slice line = slice_trim(slice_sub(text, *at, end));
    *at = end + 1;
    return line;
}

static bool is_dense(struct slice line) {
    return line.len >= LONG_LINE_BYTES && slice_find_byte(line, ' ', 0) == SIZE_MAX;
}

/* The lines that are the value's own: a frame, a brace or a key would be found anywhere. */
static void add_lines(struct value_search *s, struct slice value) {
    struct slice longest = {0};
    bool any = false;
    for (size_t at = 0; at < value.len;) {
        struct slice line = next_line(value, &at);
        if (is_dense(line))
            add_form(s, line);
        any = any || is_dense(line);
        longest = line.len > longest.len ? line : longest;
    }
    if (!any)
        add_form(s, longest);
}

void value_search_same(struct value_search *s) {
    s->same = s->count > 0;
}

void value_search_add(struct value_search *s, struct slice value) {
    if (!s->same) {
        enum value_shape shape = value_shape(value);
        s->values = mem_grow(s->values, &s->capacity, s->count + 1, sizeof *s->values);
        s->values[s->count++] = (struct sought){
            .filter = redact_new(),
            .common = value.len < COMMON_BYTES || shape == SHAPE_WORDS || shape == SHAPE_PLAIN,
        };
    }
    s->same = false;
    if (slice_find_byte(value, '\n', 0) != SIZE_MAX)
        add_lines(s, value);
    else
        add_form(s, value);
}

bool value_search_is_common(const struct value_search *s, size_t number) {
    return s->values[number].common;
}

bool value_search_any(const struct value_search *s, struct slice text) {
    return redact_would_change(s->all, text);
}

/* Which of the values are in these lines; `last` is the line before on which each was. */
static bool tell_line(const struct value_search *s, struct slice line, uint32_t number, uint32_t *last,
                      void (*fn)(void *ctx, size_t number, uint32_t line, struct slice line_text),
                      void *ctx) {
    bool any = false;
    for (size_t i = 0; i < s->count; i++) {
        if (!redact_would_change(s->values[i].filter, line))
            continue;
        if (number == 0 || last[i] == 0 || last[i] + 1 < number)
            fn(ctx, i, number, line);
        last[i] = number;
        any = true;
    }
    return any;
}

void value_search_text(const struct value_search *s, struct slice text,
                       void (*fn)(void *ctx, size_t number, uint32_t line, struct slice line_text),
                       void *ctx) {
    if (!value_search_any(s, text))
        return;
    uint32_t *last = mem_calloc(s->count + 1, sizeof *last), number = 0;
    bool any = false;
    for (size_t at = 0; at < text.len;) {
        struct slice line = next_line(text, &at);
        number++;
        if (value_search_any(s, line))
            any = tell_line(s, line, number, last, fn, ctx) || any;
    }
    if (!any)
        tell_line(s, text, 0, last, fn, ctx);
    free(last);
}
