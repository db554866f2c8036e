#include "rewriters/spelling.h"

#include "base/encode.h"

static const char simple_letters[] = "\\'\"abfnrtv";
static const char simple_values[] = "\\'\"\a\b\f\n\r\t\v";

struct writer {
    struct slice source, value;
    size_t pos, done; /* in source; in value */
    bool is_bytes;
    bool doubles; /* braces are written twice */
    cJSON *items;
    size_t copied;     /* bytes of the value not yet in items */
    struct buf *text;  /* structure not yet in items */
    struct buf *forms; /* escapes not yet in items */
};

static void flush(struct writer *w) {
    if (w->copied)
        cJSON_AddItemToArray(w->items, cJSON_CreateNumber((double)w->copied));
    if (w->text->len)
        cJSON_AddItemToArray(w->items, cJSON_CreateString(buf_cstr(w->text)));
    if (w->forms->len) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "e", buf_cstr(w->forms));
        cJSON_AddItemToArray(w->items, o);
    }
    w->copied = 0;
    buf_clear(w->text);
    buf_clear(w->forms);
}

static int byte_at(const struct writer *w, size_t ahead) {
    return w->pos + ahead < w->source.len ? (unsigned char)w->source.ptr[w->pos + ahead] : -1;
}

static void add_text(struct writer *w, size_t len) {
    if (w->copied || w->forms->len)
        flush(w);
    buf_slice(w->text, slice_sub(w->source, w->pos, w->pos + len));
    w->pos += len;
}

static bool add_copy(struct writer *w) {
    if (w->done >= w->value.len || w->value.ptr[w->done] != w->source.ptr[w->pos])
        return false;
    if (w->text->len || w->forms->len)
        flush(w);
    w->copied++;
    w->pos++;
    w->done++;
    return true;
}

/* The next character of the value, which takes `len` bytes there. */
static bool next_character(const struct writer *w, uint32_t *c, size_t *len) {
    if (w->done >= w->value.len)
        return false;
    *c = (unsigned char)w->value.ptr[w->done];
    *len = 1;
    if (!w->is_bytes && *c >= 0x80)
        *len = utf8_sequence(w->value.ptr + w->done, w->value.len - w->done, c);
    return *len > 0;
}

static bool add_form(struct writer *w, char form, uint32_t meant, size_t source_len) {
    uint32_t c;
    size_t len;
    if (!next_character(w, &c, &len) || c != meant)
        return false;
    if (w->text->len || w->copied)
        flush(w);
    buf_char(w->forms, form);
    w->pos += source_len;
    w->done += len;
    return true;
}

static bool add_hex(struct writer *w, size_t digits, char small, char capital) {
    uint32_t c = 0;
    bool has_capital = false;
    for (size_t i = 0; i < digits; i++) {
        int d = byte_at(w, 2 + i);
        if (d >= '0' && d <= '9')
            d -= '0';
        else if (d >= 'a' && d <= 'f')
            d -= 'a' - 10;
        else if (d >= 'A' && d <= 'F') {
            d -= 'A' - 10;
            has_capital = true;
        } else
            return false;
        c = c * 16 + (uint32_t)d;
    }
    return add_form(w, has_capital ? capital : small, c, 2 + digits);
}

static bool add_octal(struct writer *w) {
    uint32_t c = 0;
    size_t n = 0;
    while (n < 3 && byte_at(w, 1 + n) >= '0' && byte_at(w, 1 + n) <= '7')
        c = c * 8 + (uint32_t)(byte_at(w, 1 + n++) - '0');
    return add_form(w, (char)('0' + n), c, 1 + n);
}

static bool add_escape(struct writer *w) {
    int c = byte_at(w, 1);
    const char *simple = c > 0 ? strchr(simple_letters, c) : NULL;
    if (c < 0)
        return false;
    if (c == '\r' || c == '\n') { /* joins two lines: no character at all */
        add_text(w, c == '\r' && byte_at(w, 2) == '\n' ? 3 : 2);
        return true;
    }
    if (simple)
        return add_form(w, 's', (unsigned char)simple_values[simple - simple_letters], 2);
    if (c == 'x')
        return add_hex(w, 2, 'x', 'X');
    if (c >= '0' && c <= '7')
        return add_octal(w);
    if (!w->is_bytes && c == 'u')
        return add_hex(w, 4, 'u', 'v');
    if (!w->is_bytes && c == 'U')
        return add_hex(w, 8, 'U', 'V');
    if (!w->is_bytes && c == 'N')
        return false;
    return add_copy(w) && add_copy(w); /* no escape: Python keeps the backslash */
}

static bool at_quotes(const struct writer *w, int quote, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (byte_at(w, i) != quote)
            return false;
    return true;
}

static bool add_character(struct writer *w, bool raw) {
    int c = byte_at(w, 0);
    if (c == '\r')
        return byte_at(w, 1) == '\n' ? add_form(w, 'c', '\n', 2) : add_form(w, 'r', '\n', 1);
    if (c == '\\' && raw) /* a raw backslash hides the quote, and both stay */
        return add_copy(w) && (byte_at(w, 0) == '\r' || byte_at(w, 0) < 0 || add_copy(w));
    if (w->doubles && (c == '{' || c == '}') && byte_at(w, 1) == c)
        return add_form(w, 'd', (unsigned char)c, 2);
    return c == '\\' ? add_escape(w) : add_copy(w);
}

static bool add_body(struct writer *w, int quote, size_t count, bool raw) {
    while (!at_quotes(w, quote, count))
        if (byte_at(w, 0) < 0 || !add_character(w, raw))
            return false;
    add_text(w, count);
    return true;
}

/* One string literal: prefix, quotes, body, quotes. */
static bool add_literal(struct writer *w) {
    size_t prefix = 0;
    bool raw = false;
    w->is_bytes = false;
    for (int c; (c = byte_at(w, prefix)) > 0 && strchr("bBrRuU", c); prefix++) {
        raw = raw || c == 'r' || c == 'R';
        w->is_bytes = w->is_bytes || c == 'b' || c == 'B';
    }
    int quote = byte_at(w, prefix);
    if (prefix > 2 || (quote != '\'' && quote != '"'))
        return false;
    w->pos += prefix;
    size_t count = at_quotes(w, quote, 3) ? 3 : 1;
    w->pos -= prefix;
    add_text(w, prefix + count);
    return add_body(w, quote, count, raw);
}

static bool add_all(struct writer *w) {
    while (w->pos < w->source.len) {
        int c = byte_at(w, 0);
        if (c > 0 && strchr(" \t\f\r\n()+\\", c))
            add_text(w, 1);
        else if (!add_literal(w))
            return false;
    }
    flush(w);
    return w->done == w->value.len;
}

/* The last number becomes 0: what a plain literal would tell is its length. */
static void hide_length(cJSON *items) {
    for (int i = cJSON_GetArraySize(items); i-- > 0;) {
        if (cJSON_IsNumber(cJSON_GetArrayItem(items, i))) {
            cJSON_ReplaceItemInArray(items, i, cJSON_CreateNumber(0));
            return;
        }
    }
}

static cJSON *bytes_mark(void) {
    cJSON *o = cJSON_CreateObject();
    cJSON_AddTrueToObject(o, "bytes");
    return o;
}

static bool add_part(struct writer *w, bool raw) {
    if (w->is_bytes)
        cJSON_AddItemToArray(w->items, bytes_mark());
    while (w->pos < w->source.len)
        if (!add_character(w, raw))
            return false;
    flush(w);
    return w->done == w->value.len;
}

enum { WHOLE, PART = 1, PART_RAW = 2, PART_DOUBLES = 4 };

static cJSON *spell(struct slice literal, struct slice value, unsigned how, bool is_bytes) {
    struct buf text = BUF_INIT(SPELLING_MAX_BYTES), forms = BUF_INIT(SPELLING_MAX_BYTES);
    struct buf again = BUF_INIT_SECRET(SPELLING_MAX_BYTES);
    struct writer w = {.source = literal,
                       .value = value,
                       .is_bytes = is_bytes,
                       .doubles = (how & PART_DOUBLES) != 0,
                       .text = &text,
                       .forms = &forms};
    w.items = cJSON_CreateArray();
    bool good = literal.len <= SPELLING_MAX_BYTES &&
                (how == WHOLE ? add_all(&w) : add_part(&w, (how & PART_RAW) != 0));
    if (good)
        hide_length(w.items);
    if (!good || !spelling_restore(w.items, value, &again) || !slice_eq(buf_as_slice(&again), literal)) {
        cJSON_Delete(w.items);
        w.items = NULL;
    }
    buf_release(&again);
    buf_release(&forms);
    buf_release(&text);
    return w.items;
}

cJSON *spelling_of(struct slice literal, struct slice value) {
    return spell(literal, value, WHOLE, false);
}

/* A part does not say what kind of literal it is from: what gives it back is right. */
cJSON *spelling_of_part(struct slice part, struct slice value, bool is_bytes) {
    static const unsigned ways[] = {PART, PART | PART_RAW, PART | PART_DOUBLES,
                                    PART | PART_RAW | PART_DOUBLES};
    cJSON *found = NULL;
    for (size_t i = 0; i < KL_ARRAY_LEN(ways) && !found; i++)
        found = spell(part, value, ways[i], is_bytes);
    return found;
}

struct restorer {
    struct slice value;
    size_t done;
    bool is_bytes;
    struct buf *out;
};

/* The first text says whether \x means a byte or a character: the two never
 * stand in one literal. */
static void note_prefix(struct restorer *r, const char *text) {
    size_t quote = strcspn(text, "'\"");
    if (!text[quote])
        return;
    for (size_t i = 0; i < quote; i++)
        r->is_bytes = r->is_bytes || text[i] == 'b' || text[i] == 'B';
}

static bool restore_form(struct restorer *r, char form) {
    if (r->done >= r->value.len)
        return false;
    uint32_t c = (unsigned char)r->value.ptr[r->done];
    size_t len = 1;
    if (!r->is_bytes && c >= 0x80 &&
        !(len = utf8_sequence(r->value.ptr + r->done, r->value.len - r->done, &c)))
        return false;
    const char *simple = c ? memchr(simple_values, (int)c, sizeof simple_values - 1) : NULL;
    r->done += len;
    switch (form) {
    case 's':
        if (c > 0x7f || !simple)
            return false;
        buf_printf(r->out, "\\%c", simple_letters[simple - simple_values]);
        break;
    case 'x':
        buf_printf(r->out, "\\x%02x", (unsigned)c);
        break;
    case 'X':
        buf_printf(r->out, "\\x%02X", (unsigned)c);
        break;
    case 'u':
        buf_printf(r->out, "\\u%04x", (unsigned)c);
        break;
    case 'v':
        buf_printf(r->out, "\\u%04X", (unsigned)c);
        break;
    case 'U':
        buf_printf(r->out, "\\U%08x", (unsigned)c);
        break;
    case 'V':
        buf_printf(r->out, "\\U%08X", (unsigned)c);
        break;
    case '1':
        buf_printf(r->out, "\\%01o", (unsigned)c);
        break;
    case '2':
        buf_printf(r->out, "\\%02o", (unsigned)c);
        break;
    case '3':
        buf_printf(r->out, "\\%03o", (unsigned)c);
        break;
    case 'c':
        buf_str(r->out, "\r\n");
        break;
    case 'r':
        buf_char(r->out, '\r');
        break;
    case 'd':
        if (c != '{' && c != '}')
            return false;
        buf_printf(r->out, "%c%c", (char)c, (char)c);
        break;
    default:
        return false;
    }
    return true;
}

/* Bytes of the value that the forms in items[from..] stand for, counted from
 * its end: what the number 0 leaves over. */
static bool tail_bytes(const struct restorer *r, const cJSON *rest, size_t *out) {
    size_t characters = 0, end = r->value.len;
    for (; rest; rest = rest->next)
        characters += json_string(rest, "e") ? strlen(json_string(rest, "e")) : 0;
    for (; characters > 0; characters--) {
        if (end <= r->done)
            return false;
        end--;
        while (!r->is_bytes && end > r->done && ((unsigned char)r->value.ptr[end] & 0xc0) == 0x80)
            end--;
    }
    *out = r->value.len - end;
    return true;
}

static bool restore_copy(struct restorer *r, double count, const cJSON *rest) {
    size_t left = r->value.len - r->done, len, tail;
    if (!(count >= 0 && count <= (double)left))
        return false;
    if (count == 0) {
        if (!tail_bytes(r, rest, &tail))
            return false;
        len = left - tail;
    } else {
        len = (size_t)count;
    }
    buf_slice(r->out, slice_sub(r->value, r->done, r->done + len));
    r->done += len;
    return true;
}

bool spelling_restore(const cJSON *spelling, struct slice value, struct buf *out) {
    struct restorer r = {.value = value, .out = out};
    const cJSON *item;
    cJSON_ArrayForEach(item, spelling) {
        const char *forms = json_string(item, "e");
        if (cJSON_IsString(item)) {
            note_prefix(&r, item->valuestring);
            buf_str(out, item->valuestring);
        } else if (cJSON_IsNumber(item)) {
            if (!restore_copy(&r, item->valuedouble, item->next))
                return false;
        } else if (json_bool(item, "bytes", false)) {
            r.is_bytes = true;
        } else if (forms) {
            for (; *forms; forms++)
                if (!restore_form(&r, *forms))
                    return false;
        } else {
            return false;
        }
    }
    return r.done == value.len && buf_ok(out);
}
