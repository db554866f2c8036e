/* reported.c: see reported.h. */
#include "cli/reported.h"

#include "base/file.h"
#include "base/mem.h"
#include "cli/reported_read.h"
#include "scanner/textfile.h"

#define MAX_LINE 100000000.0
#define MIN_START 8u /* of a value: less of it could stand anywhere */

uint32_t reported_number(double value) {
    return value >= 1 && value <= MAX_LINE ? (uint32_t)value : 0;
}

/* Scanners can be told to write something else instead of the value, or its beginning alone. */
struct slice reported_value(struct reported_reading *r, const char *text) {
    struct slice value = slice_cstr(text);
    size_t stars = slice_find(value, SLICE_LIT("***"), 0);
    if (slice_find(value, SLICE_LIT("REDACTED"), 0) != SIZE_MAX)
        return (struct slice){0};
    bool cut = stars != SIZE_MAX || slice_ends(value, "...");
    if (cut)
        value = slice_sub(value, 0, stars != SIZE_MAX ? stars : value.len - 3);
    return cut && value.len < MIN_START ? (struct slice){0} : arena_copy(r->arena, value);
}

static struct reported_place *next_place(struct reported *o) {
    o->items = mem_grow(o->items, &o->cap, o->count + 1, sizeof *o->items);
    o->items[o->count] = (struct reported_place){0};
    return &o->items[o->count++];
}

void reported_add(struct reported_reading *r, const char *const *paths, struct site_place site) {
    struct reported_place *place = next_place(r->out);
    size_t n = 0;
    place->site = site;
    for (; paths[n] && n < REPORTED_SPELLINGS; n++)
        place->paths[n] = path_normalize(r->arena, paths[n]);
    if (n == 0) {
        place->paths[0] = r->file;
        place->reason = "an entry of this report is about no file";
    } else if (site.line == 0 && site.value.len == 0 && !site.sha1) {
        place->reason = "the report says neither the line nor the value";
    }
}

/* On Windows scanners write "src\app.py". */
void reported_add_path(struct reported_reading *r, const char *path, struct site_place site) {
    const char *paths[3] = {path && path[0] ? path : NULL};
    if (paths[0] && strchr(path, '\\')) {
        char *slashes = arena_cstr(r->arena, slice_cstr(path));
        for (char *c = slashes; *c; c++)
            *c = *c == '\\' ? '/' : *c;
        paths[1] = slashes;
    }
    reported_add(r, paths, site);
}

static void read_document(struct reported_reading *r, const cJSON *j) {
    for (const struct reported_kind *kind = reported_scanners; kind->name; kind++)
        if (kind->is(j)) {
            r->out->kind = kind->name;
            kind->read(r, j);
            return;
        }
}

/* Lines that are objects of no known kind are what such programs log between. */
static enum kl_status read_lines(struct reported_reading *r, struct slice text, struct error *e) {
    enum kl_status s = KL_OK;
    for (size_t at = 0; at < text.len && s == KL_OK;) {
        size_t end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        struct slice line = slice_trim(slice_sub(text, at, end));
        at = end + 1;
        cJSON *j = NULL;
        if (line.len > 0 && (s = json_parse(line, r->file, &j, e)) == KL_OK)
            read_document(r, j);
        json_delete_secret(j);
    }
    return s;
}

/* Whether the first line is a whole value, and another one follows. */
static bool is_lines(struct slice text) {
    size_t end = slice_find_byte(text, '\n', 0);
    return end != SIZE_MAX && slice_ends(slice_trim(slice_sub(text, 0, end)), "}");
}

static enum kl_status read_json(struct reported_reading *r, struct slice text, struct error *e) {
    cJSON *j = NULL;
    enum kl_status s = json_parse(text, r->file, &j, e);
    if (s == KL_OK)
        read_document(r, j);
    json_delete_secret(j); /* reports of others hold the secrets */
    return s;
}

static uint32_t utf16_unit(struct slice bytes, size_t at, bool little) {
    if (at + 1 >= bytes.len)
        return 0;
    uint32_t first = (unsigned char)bytes.ptr[at], second = (unsigned char)bytes.ptr[at + 1];
    return little ? second << 8 | first : first << 8 | second;
}

/* Of a pair, both halves make one character; a half alone becomes U+FFFD. */
static struct slice from_utf16(struct slice bytes, struct arena *arena) {
    const bool little = bytes.ptr[0] == '\xff';
    struct buf out = BUF_INIT_SECRET(2 * REPORTED_MAX_BYTES);
    for (size_t i = 2; i + 1 < bytes.len; i += 2) {
        uint32_t unit = utf16_unit(bytes, i, little), next = utf16_unit(bytes, i + 2, little);
        if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
            buf_utf8(&out, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
            i += 2;
        } else {
            buf_utf8(&out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
        }
    }
    struct slice text = arena_copy(arena, buf_as_slice(&out));
    buf_release(&out);
    return text;
}

struct slice reported_text(struct slice bytes, struct arena *arena) {
    if (textfile_is_utf16(bytes))
        bytes = from_utf16(bytes, arena);
    return slice_starts(bytes, "\xef\xbb\xbf") ? slice_sub(bytes, 3, bytes.len) : bytes;
}

enum kl_status reported_parse(struct slice text, const char *file, struct arena *arena, struct reported *out,
                              struct error *e) {
    struct reported_reading r = {arena, out, file};
    *out = (struct reported){0};
    text = slice_trim(reported_text(text, arena));
    if (reported_is_csv(text)) {
        out->kind = "gitleaks report";
        reported_read_csv(&r, text);
        return KL_OK;
    }
    if (text.len == 0 || (text.ptr[0] != '{' && text.ptr[0] != '['))
        return KL_OK;
    return is_lines(text) ? read_lines(&r, text, e) : read_json(&r, text, e);
}

enum kl_status reported_read(const char *file, struct arena *arena, struct reported *out, struct error *e) {
    struct buf text = BUF_INIT_SECRET(REPORTED_MAX_BYTES);
    *out = (struct reported){0};
    enum kl_status s = file_read(file, REPORTED_MAX_BYTES, &text, e);
    if (s == KL_OK)
        s = reported_parse(buf_as_slice(&text), file, arena, out, e);
    if (s == KL_OK && !out->kind && text.len == 0)
        s = error_set(e, KL_ERR_PARSE, "%s is empty: that is no report, not even one of nothing found", file);
    else if (s == KL_OK && !out->kind)
        s = error_set(
            e, KL_ERR_PARSE,
            "%s: no report of gitleaks (JSON, CSV), Betterleaks, TruffleHog (JSON Lines), detect-secrets, "
            "Kingfisher (JSON), keylift (JSON), or in SARIF",
            file);
    buf_release(&text);
    return s;
}
