/* Writing names into the text of a .env file.
 *
 * Each spelling below is tried in order, and the first one that every dialect
 * reads back, with every other name unchanged, is taken. So a spelling need
 * not be right for all values, just say for which it is meant:
 *
 *   plain    KEY=abc-123            letters, digits and what no shell changes
 *   bare     KEY=C:\dir\            text that ends in a backslash: the classic
 *                                   dialect takes \\' for an escaped quote
 *   single   KEY='it\'s $5'         any one line
 *   double   KEY="one\ntwo\r\n"     line ends, so that one name stays one line
 *
 * No quoting stops interpolation: `${` is written `${:-$}{`, a variable
 * without a name whose default is the dollar. The last backslash inside quotes
 * is `${:-\}` for the same reason that bare exists. */
#include "backends/dotenv_file.h"

#include "base/encode.h"
#include "base/mem.h"

static bool plain_fits(struct slice v) {
    for (size_t i = 0; i < v.len; i++) {
        char c = v.ptr[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == '\0' || !strchr("_./:@%+,=-", c)))
            return false;
    }
    return v.len > 0;
}

static bool one_line(struct slice v) {
    return slice_find_byte(v, '\n', 0) == SIZE_MAX && slice_find_byte(v, '\r', 0) == SIZE_MAX;
}

static bool bare_fits(struct slice v) {
    return v.len > 0 && v.ptr[v.len - 1] == '\\' && one_line(v) && !strchr("'\"#", v.ptr[0]) &&
           slice_find(v, SLICE_LIT("${"), 0) == SIZE_MAX;
}

static bool any_fits(struct slice v) {
    (void)v;
    return true;
}

static void write_bare(struct slice v, struct buf *out) {
    buf_slice(out, v);
}

static void write_quoted(struct slice v, char quote, struct buf *out) {
    buf_char(out, quote);
    for (size_t i = 0; i < v.len; i++) {
        char c = v.ptr[i];
        if (c == '$' && i + 1 < v.len && v.ptr[i + 1] == '{')
            buf_str(out, "${:-$}");
        else if (c == '\\' && i + 1 == v.len)
            buf_str(out, "${:-\\}");
        else if (c == '\\' || c == quote)
            buf_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\r')
            buf_str(out, c == '\n' ? "\\n" : "\\r");
        else
            buf_char(out, c);
    }
    buf_char(out, quote);
}

static void write_single(struct slice v, struct buf *out) {
    write_quoted(v, '\'', out);
}
static void write_double(struct slice v, struct buf *out) {
    write_quoted(v, '"', out);
}

static const struct spelling {
    bool (*fits)(struct slice v);
    void (*write)(struct slice v, struct buf *out);
} spellings[] = {
    {plain_fits, write_bare}, {bare_fits, write_bare}, {one_line, write_single}, {any_fits, write_double}};

enum kl_status dotenv_accepts_name(const char *name, struct error *e) {
    bool good = name[0] && !(name[0] >= '0' && name[0] <= '9');
    for (const char *p = name; *p; p++)
        good = good && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                        *p == '_');
    if (!good)
        return error_set(
            e, KL_ERR_UNSUPPORTED,
            "%s: a name in a .env file is made of letters, digits and \"_\", and begins with no digit", name);
    return KL_OK;
}

enum kl_status dotenv_accepts(const char *name, struct slice value, struct error *e) {
    enum kl_status st = dotenv_accepts_name(name, e);
    if (st != KL_OK)
        return st;
    if (slice_find_byte(value, '\0', 0) != SIZE_MAX)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: an environment variable cannot hold the character NUL",
                         name);
    if (!utf8_valid(value))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: a .env file is UTF-8, and the value is not (bytes, or a lone surrogate)", name);
    if (strlen(name) + value.len + 2 > DOTENV_MAX_ENTRY_BYTES)
        return error_set(
            e, KL_ERR_LIMIT,
            "%s: %zu bytes; with more than %zu in one environment variable, a program cannot start others",
            name, value.len, DOTENV_MAX_ENTRY_BYTES);
    return KL_OK;
}

/* What was read before an edit, and the edit. */
struct change {
    struct slice bytes;
    const char *name, *what;
    struct slice value;
    struct dotenv_file before[DOTENV_DIALECTS];
    size_t start, end; /* what is replaced */
    bool append;
    const char *newline;
    struct arena arena;
};

const char *dotenv_newline(struct slice bytes) {
    for (size_t i = bytes.len; i-- > 0;)
        if (bytes.ptr[i] == '\r')
            return "\r";
        else if (bytes.ptr[i] == '\n')
            return i > 0 && bytes.ptr[i - 1] == '\r' ? "\r\n" : "\n";
    return "\n";
}

/* The last value is replaced where both dialects see it at the same place. */
static enum kl_status find_place(struct change *c, struct error *e) {
    const struct dotenv_binding *b[DOTENV_DIALECTS];
    for (int d = 0; d < DOTENV_DIALECTS; d++) {
        enum kl_status st =
            dotenv_parse(c->bytes, (enum dotenv_dialect)d, c->what, &c->arena, &c->before[d], e);
        if (st != KL_OK)
            return st;
        b[d] = dotenv_find(&c->before[d], c->name);
        if (b[d] && !b[d]->has_value)
            b[d] = NULL;
    }
    const struct dotenv_binding *old = b[DOTENV_CLASSIC], *new = b[DOTENV_STRICT];
    if (!old != !new || (old && (old->value_start != new->value_start || old->value_end != new->value_end)))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s, line %u: %s is read differently by python-dotenv before and since 1.2.3; "
                         "change that line by hand",
                         c->what, (unsigned)(new ? new->line : old->line), c->name);
    c->newline = dotenv_newline(c->bytes);
    c->append = !new;
    c->start = new ? new->value_start : c->bytes.len;
    c->end = new ? new->value_end : c->bytes.len;
    return KL_OK;
}

/* A last line without an end gets one. */
static void end_last_line(struct slice bytes, const char *newline, struct buf *out) {
    char last = bytes.len ? bytes.ptr[bytes.len - 1] : '\n';
    if (last != '\n' && last != '\r')
        buf_str(out, newline);
}

static void write_change(const struct change *c, const struct spelling *s, struct buf *out) {
    buf_slice(out, slice_sub(c->bytes, 0, c->start));
    if (c->append) {
        end_last_line(c->bytes, c->newline, out);
        buf_printf(out, "%s=", c->name);
    }
    s->write(c->value, out);
    if (c->append)
        buf_str(out, c->newline);
    buf_slice(out, slice_sub(c->bytes, c->end, c->bytes.len));
}

/* The next binding that is not of `name` (NULL: of any), comments and blank lines left out. */
static const struct dotenv_binding *next_other(const struct dotenv_file *f, size_t *i, const char *name) {
    while (*i < f->count) {
        const struct dotenv_binding *b = &f->bindings[(*i)++];
        if (b->error || (b->key.ptr && !(name && slice_eq_cstr(b->key, name))))
            return b;
    }
    return NULL;
}

static bool same_binding(const struct dotenv_binding *x, const struct dotenv_binding *y) {
    return x->error == y->error && x->has_value == y->has_value && slice_eq(x->key, y->key) &&
           slice_eq(x->value, y->value);
}

static bool others_same(const struct dotenv_file *before, const struct dotenv_file *after, const char *name) {
    size_t i = 0, k = 0;
    for (;;) {
        const struct dotenv_binding *x = next_other(before, &i, name), *y = next_other(after, &k, name);
        if (!x || !y)
            return !x && !y;
        if (!same_binding(x, y))
            return false;
    }
}

/* True when every dialect reads the new bytes as meant. */
static bool reads_back(struct change *c, struct slice after) {
    struct error ignored = {0};
    for (int d = 0; d < DOTENV_DIALECTS; d++) {
        struct dotenv_file f;
        struct slice *values = NULL;
        if (dotenv_parse(after, (enum dotenv_dialect)d, c->what, &c->arena, &f, &ignored) != KL_OK ||
            dotenv_resolve(&f, NULL, NULL, c->what, &c->arena, &values, &ignored) != KL_OK)
            return false;
        const struct dotenv_binding *b = dotenv_find(&f, c->name);
        if (!b || !b->has_value || !slice_eq(values[b - f.bindings], c->value) ||
            !others_same(&c->before[d], &f, c->name))
            return false;
    }
    return true;
}

enum kl_status dotenv_set(struct slice bytes, const char *name, struct slice value, const char *what,
                          struct buf *out, struct error *e) {
    struct change c = {.bytes = bytes, .name = name, .what = what, .value = value};
    struct buf text = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    enum kl_status st = dotenv_accepts(name, value, e);
    if (st == KL_OK)
        st = find_place(&c, e);
    if (st != KL_OK)
        goto done;
    for (size_t i = 0; i < KL_ARRAY_LEN(spellings); i++) {
        if (!spellings[i].fits(value))
            continue;
        buf_clear(&text);
        write_change(&c, &spellings[i], &text);
        if (!buf_ok(&text)) {
            st = error_set(e, KL_ERR_LIMIT, "%s would be larger than %zu bytes", what, DOTENV_MAX_FILE_BYTES);
            goto done;
        }
        if (reads_back(&c, buf_as_slice(&text))) {
            /* A line elsewhere may stop load_dotenv() before it sets anything. */
            struct slice loaded;
            st = dotenv_value(buf_as_slice(&text), name, NULL, NULL, what, &c.arena, &loaded, e);
            if (st == KL_OK)
                buf_slice(out, buf_as_slice(&text));
            goto done;
        }
    }
    st = error_set(e, KL_ERR_UNSUPPORTED,
                   "%s: python-dotenv would not read %s, or the lines around it, as meant: "
                   "look for a quote that is never closed",
                   what, name);
done:
    buf_release(&text);
    arena_release(&c.arena);
    return st;
}

/* What was there is read as before, then come the entries and nothing else, each the only
 * one of its name. */
static bool is_appended(const struct dotenv_file *before, const struct dotenv_file *after,
                        const struct slice *values, const struct dotenv_entry *entries, size_t count) {
    const struct dotenv_binding *x, *y;
    size_t i = 0, k = 0;
    while ((x = next_other(before, &i, NULL)) != NULL) {
        y = next_other(after, &k, NULL);
        if (!y || !same_binding(x, y))
            return false;
    }
    for (size_t n = 0; n < count; n++) {
        y = next_other(after, &k, NULL);
        if (!y || y->error || !y->has_value || dotenv_find(after, entries[n].name) != y ||
            !slice_eq(values[y - after->bindings], entries[n].value) || dotenv_find(before, entries[n].name))
            return false;
    }
    return next_other(after, &k, NULL) == NULL;
}

static void write_entry(const struct dotenv_entry *entry, const char *newline, struct buf *out) {
    size_t s = 0;
    while (!spellings[s].fits(entry->value)) /* the last one fits any */
        s++;
    buf_printf(out, "%s=", entry->name);
    spellings[s].write(entry->value, out);
    buf_str(out, newline);
}

bool dotenv_append(struct slice bytes, const struct dotenv_entry *entries, size_t count, const char *what,
                   struct buf *out) {
    const char *newline = dotenv_newline(bytes);
    struct arena a = ARENA_INIT;
    struct error ignored = {0};
    struct dotenv_file before;
    struct dotenv_reading after;
    buf_slice(out, bytes);
    end_last_line(bytes, newline, out);
    for (size_t i = 0; i < count; i++)
        write_entry(&entries[i], newline, out);
    bool good =
        buf_ok(out) && dotenv_read(buf_as_slice(out), NULL, NULL, what, &a, &after, &ignored) == KL_OK;
    for (int d = 0; good && d < DOTENV_DIALECTS; d++)
        good = dotenv_parse(bytes, (enum dotenv_dialect)d, what, &a, &before, &ignored) == KL_OK &&
               is_appended(&before, &after.file[d], after.values[d], entries, count);
    arena_release(&a);
    return good;
}
