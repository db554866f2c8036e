/* redact.c: finding thousands of values in megabytes of text.
 *
 * Each value of 8 bytes and more is known by one window of 8 bytes in it. While
 * the text goes by, the 8 bytes at each place are looked up in a small bit set,
 * and only what is in there in the hash table of windows, where a value is then
 * compared as a whole:
 *
 *     text   ... login u:hunter2hunter2 at ...
 *                        ^^^^^^^^ window of "u:hunter2hunter2", at offset 2
 *
 * The window is chosen when the value is added: the one that the fewest others
 * share, so that a thousand keys with one prefix do not end up in one chain.
 * Shorter values are looked up by their whole, where a word begins.
 *
 * The same search runs on the text with its encodings undone (redact_view.h). */
#include "base/redact.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/redact_view.h"

#define WINDOW 8u           /* bytes; also the length from which a value is masked anywhere */
#define WORD_MIN 3u         /* shorter ones only between quotes */
#define PIECE 1024u         /* longer values are known by pieces of this size: bounds each comparison */
#define WINDOWS_TRIED 32u   /* places looked at for a window of its own */
#define CHAIN_LOOKED_AT 64u /* entries of a chain counted when a window is chosen */
#define BITS (1u << 18)     /* of the bit set: 32 KiB */
#define DEPTH 2u            /* encodings inside encodings */
#define VIEWS_MAX 32u
#define NONE UINT32_MAX

static const char mask[] = "[redacted]";

struct entry {
    unsigned char *bytes;
    uint32_t next;   /* in its chain */
    uint16_t len;    /* at most PIECE */
    uint16_t window; /* offset of its window; 0 for short values */
};

struct table {
    uint32_t *heads;
    size_t size;  /* a power of two */
    size_t count; /* of entries */
};

struct redactor {
    struct entry *entries;
    size_t count, capacity;
    struct table windows, words;
    unsigned short_lengths; /* bit n: a value of n bytes is known */
    unsigned char *bits;
};

struct span {
    size_t start, end;
};

struct spans {
    struct span *items;
    size_t count, capacity;
};

static uint64_t window_hash(const void *at) {
    uint64_t w;
    memcpy(&w, at, sizeof w);
    w *= 0x9e3779b97f4a7c15u; /* 2^64 divided by the golden ratio */
    return w ^ w >> 29;
}

static uint64_t word_hash(const void *at, size_t len) {
    return hash64(slice_of(at, len)) ^ len << 56;
}

static void table_init(struct table *t, size_t size) {
    *t = (struct table){.heads = mem_alloc(size * sizeof *t->heads), .size = size};
    for (size_t i = 0; i < size; i++) {
        t->heads[i] = NONE;
    }
}

struct redactor *redact_new(void) {
    struct redactor *r = mem_calloc(1, sizeof *r);
    table_init(&r->windows, 256);
    table_init(&r->words, 256);
    r->bits = mem_calloc(BITS / 8, 1);
    return r;
}

void redact_free(struct redactor *r) {
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        mem_wipe(r->entries[i].bytes, r->entries[i].len);
        free(r->entries[i].bytes);
    }
    mem_wipe(r->windows.heads, r->windows.size * sizeof *r->windows.heads);
    mem_wipe(r->words.heads, r->words.size * sizeof *r->words.heads);
    mem_wipe(r->bits, BITS / 8);
    free(r->entries);
    free(r->windows.heads);
    free(r->words.heads);
    free(r->bits);
    free(r);
}

static bool is_long(const struct entry *n) {
    return n->len >= WINDOW;
}

static void link_entry(struct redactor *r, uint32_t index) {
    struct entry *n = &r->entries[index];
    struct table *t = is_long(n) ? &r->windows : &r->words;
    uint64_t h = is_long(n) ? window_hash(n->bytes + n->window) : word_hash(n->bytes, n->len);
    size_t slot = (size_t)h & (t->size - 1);
    n->next = t->heads[slot];
    t->heads[slot] = index;
    t->count++;
    if (is_long(n)) {
        size_t bit = (size_t)(h >> 40) & (BITS - 1);
        r->bits[bit / 8] |= (unsigned char)(1u << bit % 8);
    }
}

static void grow_table(struct redactor *r, bool of_long) {
    struct table *t = of_long ? &r->windows : &r->words;
    size_t size = t->size * 4;
    mem_wipe(t->heads, t->size * sizeof *t->heads);
    free(t->heads);
    table_init(t, size);
    for (size_t i = 0; i < r->count; i++) {
        if (is_long(&r->entries[i]) == of_long) {
            link_entry(r, (uint32_t)i);
        }
    }
}

/* How many known values share this window. */
static unsigned sharers(const struct redactor *r, const unsigned char *window) {
    unsigned n = 0, looked = 0;
    uint32_t i = r->windows.heads[(size_t)window_hash(window) & (r->windows.size - 1)];
    for (; i != NONE && looked < CHAIN_LOOKED_AT; i = r->entries[i].next, looked++) {
        n += memcmp(r->entries[i].bytes + r->entries[i].window, window, WINDOW) == 0;
    }
    return n;
}

static size_t choose_window(const struct redactor *r, const unsigned char *bytes, size_t len) {
    size_t last = len - WINDOW, step = last / WINDOWS_TRIED + 1, best = 0;
    unsigned fewest = UINT32_MAX;
    for (size_t at = 0; at <= last && fewest > 0; at += step) {
        unsigned n = sharers(r, bytes + at);
        if (n < fewest) {
            fewest = n;
            best = at;
        }
    }
    return best;
}

static bool is_known(const struct redactor *r, const struct entry *n) {
    const struct table *t = is_long(n) ? &r->windows : &r->words;
    size_t last = is_long(n) ? n->len - WINDOW : 0;
    /* An equal value may have got any of its windows. */
    size_t step = is_long(n) ? last / WINDOWS_TRIED + 1 : 1;
    for (size_t at = 0; at <= last; at += step) {
        uint64_t h = is_long(n) ? window_hash(n->bytes + at) : word_hash(n->bytes, n->len);
        for (uint32_t i = t->heads[(size_t)h & (t->size - 1)]; i != NONE; i = r->entries[i].next) {
            if (r->entries[i].len == n->len && memcmp(r->entries[i].bytes, n->bytes, n->len) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void add_piece(struct redactor *r, struct slice value) {
    if (value.len == 0 || r->count >= NONE - 1) {
        return;
    }
    struct entry n = {.bytes = mem_alloc(value.len), .len = (uint16_t)value.len};
    memcpy(n.bytes, value.ptr, value.len);
    if (is_known(r, &n)) {
        mem_wipe(n.bytes, n.len);
        free(n.bytes);
        return;
    }
    if (is_long(&n)) {
        n.window = (uint16_t)choose_window(r, n.bytes, n.len);
    } else {
        r->short_lengths |= 1u << n.len;
    }
    r->entries = mem_grow(r->entries, &r->capacity, r->count + 1, sizeof *r->entries);
    r->entries[r->count] = n;
    link_entry(r, (uint32_t)r->count++);
    const struct table *t = is_long(&n) ? &r->windows : &r->words;
    if (t->count > t->size) {
        grow_table(r, is_long(&n));
    }
}

static void add_whole(struct redactor *r, struct slice value) {
    if (value.len <= PIECE) {
        add_piece(r, value);
        return;
    }
    for (size_t at = 0; at + PIECE <= value.len; at += PIECE) {
        add_piece(r, slice_sub(value, at, at + PIECE));
    }
    add_piece(r, slice_sub(value, value.len - PIECE, value.len));
}

void redact_add(struct redactor *r, struct slice value) {
    add_whole(r, value);
    if (slice_find_byte(value, '\n', 0) == SIZE_MAX) {
        return;
    }
    size_t at = 0;
    while (at < value.len) {
        size_t end = slice_find_byte(value, '\n', at);
        end = end == SIZE_MAX ? value.len : end;
        struct slice line = slice_trim(slice_sub(value, at, end));
        /* The frame of a PEM block is no secret, and is the same in all of them. */
        if (line.len >= WORD_MIN && !slice_starts(line, "-----BEGIN") && !slice_starts(line, "-----END")) {
            add_whole(r, line);
        }
        at = end + 1;
    }
}

static void add_span(struct spans *s, const struct view *v, size_t start, size_t end) {
    size_t from = view_start(v, start), to = view_end(v, end - 1);
    struct span *last = s->count > 0 ? &s->items[s->count - 1] : NULL;
    if (last != NULL && from >= last->start && from <= last->end) {
        last->end = to > last->end ? to : last->end;
        return;
    }
    s->items = mem_grow(s->items, &s->capacity, s->count + 1, sizeof *s->items);
    s->items[s->count++] = (struct span){from, to};
}

static void find_long(const struct redactor *r, const struct view *v, struct spans *found) {
    struct slice t = buf_as_slice(&v->text);
    for (size_t i = 0; i + WINDOW <= t.len; i++) {
        uint64_t h = window_hash(t.ptr + i);
        size_t bit = (size_t)(h >> 40) & (BITS - 1);
        if (((unsigned)r->bits[bit / 8] >> bit % 8 & 1u) == 0) {
            continue;
        }
        for (uint32_t k = r->windows.heads[(size_t)h & (r->windows.size - 1)]; k != NONE;
             k = r->entries[k].next) {
            const struct entry *n = &r->entries[k];
            if (n->window <= i && n->len <= t.len - (i - n->window) &&
                memcmp(t.ptr + i - n->window, n->bytes, n->len) == 0) {
                add_span(found, v, i - n->window, i - n->window + n->len);
            }
        }
    }
}

static bool is_word_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool knows_word(const struct redactor *r, const char *at, size_t len) {
    uint64_t h = word_hash(at, len);
    for (uint32_t k = r->words.heads[(size_t)h & (r->words.size - 1)]; k != NONE; k = r->entries[k].next) {
        if (r->entries[k].len == len && memcmp(r->entries[k].bytes, at, len) == 0) {
            return true;
        }
    }
    return false;
}

static void find_short(const struct redactor *r, const struct view *v, struct spans *found) {
    struct slice t = buf_as_slice(&v->text);
    for (size_t i = 0; i < t.len; i++) {
        char before = i > 0 ? t.ptr[i - 1] : ' ';
        if (is_word_byte(before)) {
            continue;
        }
        bool quoted = before == '"' || before == '\'' || before == '`';
        for (size_t len = quoted ? 1 : WORD_MIN; len < WINDOW && len <= t.len - i; len++) {
            char after = i + len < t.len ? t.ptr[i + len] : ' ';
            bool whole = len < WORD_MIN ? after == before : !is_word_byte(after);
            if (whole && (r->short_lengths >> len & 1u) != 0 && knows_word(r, t.ptr + i, len)) {
                add_span(found, v, i, i + len);
            }
        }
    }
}

/* Text that somebody may have meant, not the noise that most words decode to. */
static bool is_printable(struct slice t) {
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.ptr[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
            return false;
        }
    }
    return utf8_valid(t);
}

typedef bool next_run(const struct view *in, size_t *from, struct view_run *run);
typedef void decode_run(const struct view *in, struct view_run run, size_t skip, struct view *out);

static const struct digits {
    next_run *next;
    decode_run *decode;
    size_t alignments;
    size_t long_min;  /* digits of the shortest long value */
    size_t short_min; /* and of the shortest word */
} digit_kinds[] = {
    {view_next_base64, view_decode_base64, 4, 11, 4},
    {view_next_hex, view_decode_hex, 2, 16, 6},
};

static void find_in_digits(const struct redactor *r, const struct view *v, const struct digits *d,
                           struct view *scratch, struct spans *found) {
    size_t least = r->short_lengths != 0 ? d->short_min : d->long_min, from = 0;
    struct view_run run;
    while (d->next(v, &from, &run)) {
        size_t len = run.end - run.start;
        for (size_t skip = 0; skip < d->alignments && len >= least + skip; skip++) {
            if (len < d->long_min && skip > 0) {
                break; /* too little for a long value, and words are read from the start */
            }
            d->decode(v, run, skip, scratch);
            find_long(r, scratch, found);
            if (skip == 0 && r->short_lengths != 0 && is_printable(buf_as_slice(&scratch->text))) {
                find_short(r, scratch, found);
            }
        }
    }
}

static void find_in_view(const struct redactor *r, const struct view *v, struct view *scratch,
                         struct spans *found) {
    find_long(r, v, found);
    if (r->short_lengths != 0) {
        find_short(r, v, found);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(digit_kinds); i++) {
        find_in_digits(r, v, &digit_kinds[i], scratch, found);
    }
}

/* The text, the text with one encoding undone, with two. */
static void find_all(const struct redactor *r, struct slice text, struct spans *found) {
    static view_decoder *const decoders[] = {view_unescape_text, view_unescape_bytes, view_percent,
                                             view_percent_plus};
    struct view views[VIEWS_MAX], scratch = VIEW_INIT;
    unsigned depths[VIEWS_MAX], count = 1;
    views[0] = (struct view)VIEW_INIT;
    depths[0] = 0;
    buf_slice(&views[0].text, text);
    for (unsigned i = 0; i < count; i++) {
        find_in_view(r, &views[i], &scratch, found);
        for (size_t k = 0; k < KL_ARRAY_LEN(decoders) && depths[i] < DEPTH && count < VIEWS_MAX; k++) {
            views[count] = (struct view)VIEW_INIT;
            if (decoders[k](&views[i], &views[count])) {
                depths[count] = depths[i] + 1;
                count++;
            } else {
                view_release(&views[count]);
            }
        }
    }
    for (unsigned i = 0; i < count; i++) {
        view_release(&views[i]);
    }
    view_release(&scratch);
}

static int by_start(const void *a, const void *b) {
    const struct span *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

void redact_text(const struct redactor *r, struct slice text, struct buf *out) {
    if (r == NULL || r->count == 0) {
        buf_slice(out, text);
        return;
    }
    struct spans found = {0};
    find_all(r, text, &found);
    if (found.count > 1) {
        qsort(found.items, found.count, sizeof *found.items, by_start);
    }
    size_t at = 0;
    for (size_t i = 0; i < found.count; i++) {
        struct span s = found.items[i];
        if (s.end <= at) {
            continue;
        }
        if (s.start > at || i == 0) {
            buf_slice(out, slice_sub(text, at, s.start));
            buf_str(out, mask);
        }
        at = s.end;
    }
    buf_slice(out, slice_sub(text, at, text.len));
    free(found.items);
}

bool redact_would_change(const struct redactor *r, struct slice text) {
    if (r == NULL || r->count == 0) {
        return false;
    }
    struct spans found = {0};
    find_all(r, text, &found);
    bool any = found.count > 0;
    free(found.items);
    return any;
}
