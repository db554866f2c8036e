/* site.c: see site.h. */
#include "scanner/site.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "scanner/candidate.h"

/* A file's path through the lexer, kept together for the sake of its literals. */
struct site_file {
    const char *path; /* in the arena */
    struct buf bytes;
    struct arena arena;
    struct pyfile file;
    struct py_tokens tokens;
    struct candidates candidates;
    struct pylines lines;
};

static enum kl_status open_file(struct site_file *o, const char *path, struct error *e) {
    buf_init_secret(&o->bytes, KL_MAX_REWRITE_BYTES);
    enum kl_status s = file_read(path, KL_MAX_REWRITE_BYTES, &o->bytes, e);
    if (s != KL_OK)
        return s;
    pyfile_decode(&o->file, buf_as_slice(&o->bytes), &o->arena);
    py_lex(o->file.text, &o->tokens);
    candidates_collect(&o->file, &o->tokens, path, &o->arena, &o->candidates);
    pylines_build(&o->lines, o->file.text, &o->arena);
    return KL_OK;
}

static void close_file(struct site_file *o) {
    candidates_release(&o->candidates);
    py_tokens_release(&o->tokens);
    arena_release(&o->arena);
    buf_release(&o->bytes);
}

static void add_finding(const struct site_file *o, const struct candidate *c, const char *path,
                        const char *message, struct scan_result *out) {
    out->findings = mem_grow(out->findings, &out->finding_cap, out->finding_count + 1, sizeof *out->findings);
    struct finding *f = &out->findings[out->finding_count++];
    *f = (struct finding){
        .rule = "site",
        .message = message,
        .revoke = "",
        .path = arena_cstr(&out->arena, slice_cstr(path)),
        .start_byte = pyfile_byte_offset(&o->file, c->start),
        .end_byte = pyfile_byte_offset(&o->file, c->end),
        .context = c->context,
        .name = arena_cstr(&out->arena, c->name),
        .callee = arena_cstr(&out->arena, c->callee),
        .redacted = "",
        .severity = SEVERITY_HIGH,
        .confidence = 1.0,
        .fixable = !c->unfixable,
        .reason = candidate_unfixable(c),
        .is_bytes = c->is_bytes,
        .in_test = c->in_test,
    };
    pylines_position(&o->lines, o->file.text, c->start, &f->line, &f->column);
    pylines_position(&o->lines, o->file.text, c->end, &f->end_line, &f->end_column);
    secret_set(&f->value, c->value);
    if (c->context == CONTEXT_FSTRING) { /* the text between two fields */
        f->secret_start_byte = f->start_byte;
        f->secret_end_byte = f->end_byte;
    }
}

/* With a column, any part of a concatenation names the whole. */
static bool is_named(const struct site_file *o, const struct candidate *c, uint32_t line, uint32_t column,
                     uint32_t *start_column) {
    uint32_t first, last, end_column;
    pylines_position(&o->lines, o->file.text, c->start, &first, start_column);
    if (column == 0 || c->parts < 2)
        return first == line && (column == 0 || column == *start_column);
    pylines_position(&o->lines, o->file.text, c->end, &last, &end_column);
    bool after_start = line > first || (line == first && column >= *start_column);
    bool before_end = line < last || (line == last && column < end_column);
    return after_start && before_end;
}

enum kl_status scan_site(const char *path, uint32_t line, uint32_t column, struct scan_result *out,
                         struct redactor *redactor, struct error *e) {
    struct site_file o = {.tokens = PY_TOKENS_INIT};
    const struct candidate *chosen = NULL;
    struct buf columns = BUF_INIT(KL_ERROR_MESSAGE_MAX / 2);
    size_t matches = 0;
    enum kl_status s = open_file(&o, path, e);
    if (s != KL_OK)
        goto done;
    for (size_t i = 0; i < o.candidates.count; i++) {
        const struct candidate *c = &o.candidates.items[i];
        uint32_t at_column;
        if (c->context == CONTEXT_COMMENT || !is_named(&o, c, line, column, &at_column))
            continue;
        chosen = c;
        buf_printf(&columns, "%s%u", matches++ ? ", " : "", at_column);
    }
    if (!chosen) {
        s = error_set(e, KL_ERR_NOT_FOUND, "%s:%u: no string literal begins %s", path, line,
                      column ? "at that column" : "on that line");
        goto done;
    }
    if (matches > 1) {
        s = error_set(e, KL_ERR_USAGE, "%s:%u: several literals begin on that line; add the column: %s", path,
                      line, buf_cstr(&columns));
        goto done;
    }
    add_finding(&o, chosen, path, "literal named by --site", out);
    if (redactor)
        redact_add(redactor, chosen->value);
done:
    buf_release(&columns);
    close_file(&o);
    return s;
}

static bool part_between_has_sha1(struct slice value, const char *separators, const char *sha1) {
    char hash[41];
    size_t start = 0;
    for (size_t i = 0; i <= value.len; i++) {
        if (i < value.len && !strchr(separators, value.ptr[i]))
            continue;
        sha1_hex(slice_sub(value, start, i), hash);
        if (i > start && strcmp(hash, sha1) == 0)
            return true;
        start = i + 1;
    }
    return false;
}

/* detect-secrets hashes of a URL with a password the password, of a key block the words of its first line,
 * and of a token of GitHub's what stands before the underscore; of anything else all of it. */
static bool part_has_sha1(struct slice value, const char *sha1) {
    static const char *const separators[] = {"", ":/@?&=;, \t\n", "-", "_"};
    for (size_t i = 0; i < KL_ARRAY_LEN(separators); i++)
        if (part_between_has_sha1(value, separators[i], sha1))
            return true;
    return false;
}

static struct slice source_of(const struct site_file *o, const struct candidate *c) {
    return slice_sub(o->file.text, c->start, c->end);
}

/* Without blanks, line ends and backslashes, and without the letter of an escaped line end or tab. */
static void put_bare(struct slice text, struct buf *out) {
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.ptr[i] == '\\' && i + 1 < text.len;
        if (escape && memchr("nrt", text.ptr[i + 1], 3))
            i++;
        else if (!memchr(" \t\r\n\\", text.ptr[i], 5))
            buf_char(out, text.ptr[i]);
    }
}

/* Scanners give the value with the line ends of the file, with its escapes, or with both made right. */
static bool holds_bare(struct slice value, struct slice part) {
    struct buf whole = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES), wanted = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    put_bare(value, &whole);
    put_bare(part, &wanted);
    bool holds = buf_ok(&wanted) && wanted.len > 0 &&
                 slice_find(buf_as_slice(&whole), buf_as_slice(&wanted), 0) != SIZE_MAX;
    buf_release(&whole);
    buf_release(&wanted);
    return holds;
}

static bool holds(const struct site_file *o, const struct candidate *c, struct slice part) {
    bool spelled = false;
    if (slice_find(c->value, part, 0) != SIZE_MAX || slice_find(source_of(o, c), part, 0) != SIZE_MAX)
        return true;
    for (size_t i = 0; i < part.len && !spelled; i++)
        spelled = memchr("\\\r\n", part.ptr[i], 3) != NULL;
    return spelled && holds_bare(c->value, part);
}

static bool has_value(const struct site_file *o, const struct candidate *c, const struct site_place *place) {
    if (place->value.len > 0 || place->around.len > 0)
        return holds(o, c, place->value.len > 0 ? place->value : place->around);
    return !place->sha1 || part_has_sha1(c->value, place->sha1);
}

enum reach { REACH_COLUMN, REACH_LINES, REACH_FILE };

static bool is_reached(const struct site_file *o, const struct candidate *c, const struct site_place *place,
                       enum reach reach) {
    uint32_t first, last, start, end, until = place->end_line > place->line ? place->end_line : place->line;
    if (c->context == CONTEXT_COMMENT)
        return false;
    if (reach == REACH_FILE)
        return has_value(o, c, place);
    pylines_position(&o->lines, o->file.text, c->start, &first, &start);
    pylines_position(&o->lines, o->file.text, c->end, &last, &end);
    bool lines = first <= until && last >= place->line;
    bool column = place->column > 0 && !(first == place->line && place->column < start) &&
                  !(last == place->line && place->column >= end);
    return lines && (reach == REACH_LINES || column) && has_value(o, c, place);
}

static size_t count_reached(const struct site_file *o, const struct site_place *place, enum reach reach,
                            const struct candidate **chosen) {
    size_t count = 0;
    for (size_t i = 0; i < o->candidates.count; i++)
        if (is_reached(o, &o->candidates.items[i], place, reach)) {
            *chosen = &o->candidates.items[i];
            count++;
        }
    return count;
}

/* Of those on the lines, the one that the column names if there are several. */
static size_t count_on_lines(const struct site_file *o, const struct site_place *place,
                             const struct candidate **chosen) {
    size_t count = count_reached(o, place, REACH_LINES, chosen);
    return count > 1 && count_reached(o, place, REACH_COLUMN, chosen) == 1 ? 1 : count;
}

/* The text around is mostly the whole line: it does not say which literal of it is meant, but that it is the
 * same. */
static size_t count_within(const struct site_file *o, const struct site_place *place,
                           const struct candidate **chosen) {
    struct site_place by_place = *place;
    by_place.around = (struct slice){0};
    size_t count = place->around.len > 0 ? count_on_lines(o, &by_place, chosen) : 0;
    return count == 1 && slice_find(place->around, source_of(o, *chosen), 0) == SIZE_MAX ? 0 : count;
}

enum kl_status site_file_open(struct site_file **out, const char *path, struct error *e) {
    struct site_file *o = mem_calloc(1, sizeof *o);
    enum kl_status s = open_file(o, path, e);
    o->path = arena_cstr(&o->arena, slice_cstr(path));
    *out = o;
    return s;
}

void site_file_close(struct site_file *o) {
    if (o)
        close_file(o);
    free(o);
}

enum kl_status site_file_find(const struct site_file *o, const struct site_place *place,
                              struct scan_result *out, struct redactor *redactor, struct error *e) {
    const struct candidate *chosen = NULL;
    bool known = place->value.len > 0 || place->around.len > 0 || place->sha1;
    size_t count = count_on_lines(o, place, &chosen);
    if (count == 0)
        count = count_within(o, place, &chosen);
    if (count == 0 && known)
        count = count_reached(o, place, REACH_FILE, &chosen);
    if (count == 0)
        return error_set(e, KL_ERR_NOT_FOUND,
                         known ? "no string literal here has the value of the report; has the file changed?"
                               : "no string literal stands on this line");
    if (count > 1)
        return error_set(e, KL_ERR_USAGE,
                         "several literals could be meant (--site with a column says which)");
    add_finding(o, chosen, o->path, "literal named by --findings", out);
    if (redactor)
        redact_add(redactor, chosen->value);
    return KL_OK;
}
