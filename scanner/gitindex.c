/* gitindex.c: the bounded reader of git's index. Every length is checked before
 * it is used; an index that lies about itself is an error. */
#include "scanner/gitindex.h"

#include "base/bisect.h"
#include "base/encode.h"
#include "base/mem.h"

#define HEADER_BYTES 12u
#define STAT_BYTES 40u
#define FLAG_EXTENDED 0x4000u
#define FLAG_NAME_MASK 0x0fffu
#define EXTENDED_INTENT_TO_ADD 0x2000u
#define MODE_FOLDER 0040000u

struct reader {
    const unsigned char *ptr;
    size_t at, end;
    uint32_t version;
    unsigned oid_len;
    struct arena *arena;
};

static uint32_t be32(const unsigned char *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t be16(const unsigned char *p) {
    return (uint32_t)p[0] << 8 | p[1];
}

static size_t find_nul(const struct reader *r) {
    const unsigned char *nul = memchr(r->ptr + r->at, 0, r->end - r->at);
    return nul ? (size_t)(nul - r->ptr) : SIZE_MAX;
}

/* Version 4: how many bytes to cut from the end of the path before, as git's
 * offset varints count (each continued byte adds one). */
static bool read_varint(struct reader *r, size_t *out) {
    size_t value = 0;
    for (unsigned i = 0; i < 5 && r->at < r->end; i++) {
        unsigned char c = r->ptr[r->at++];
        value = (i == 0 ? 0 : (value + 1) << 7) | (c & 0x7fu);
        if (!(c & 0x80u)) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool read_path_v4(struct reader *r, struct slice before, struct slice *path) {
    size_t cut, nul;
    if (!read_varint(r, &cut) || cut > before.len || (nul = find_nul(r)) == SIZE_MAX)
        return false;
    size_t kept = before.len - cut, added = nul - r->at;
    if (added > KL_MAX_PATH_BYTES || kept > KL_MAX_PATH_BYTES)
        return false;
    char *bytes = arena_alloc(r->arena, kept + added + 1);
    if (kept > 0)
        memcpy(bytes, before.ptr, kept);
    memcpy(bytes + kept, r->ptr + r->at, added + 1);
    *path = slice_of(bytes, kept + added);
    r->at = nul + 1;
    return true;
}

/* Versions 2 and 3: NUL-terminated and padded to eight bytes from `start`. */
static bool read_path(struct reader *r, size_t start, struct slice *path) {
    size_t nul = find_nul(r);
    if (nul == SIZE_MAX || nul - r->at > KL_MAX_PATH_BYTES)
        return false;
    *path = arena_copy(r->arena, slice_of(r->ptr + r->at, nul - r->at));
    size_t length = nul - start;
    size_t padded = (length + 8) & ~(size_t)7;
    if (padded > r->end - start)
        return false;
    r->at = start + padded;
    return true;
}

static bool read_entry(struct reader *r, struct slice before, struct git_index_entry *out) {
    size_t start = r->at, fixed = STAT_BYTES + r->oid_len + 2;
    if (r->end - r->at < fixed)
        return false;
    out->mode = be32(r->ptr + start + 24);
    out->oid =
        (const unsigned char *)arena_copy(r->arena, slice_of(r->ptr + start + STAT_BYTES, r->oid_len)).ptr;
    uint32_t flags = be16(r->ptr + start + STAT_BYTES + r->oid_len);
    out->stage = (uint8_t)(flags >> 12 & 3u);
    r->at += fixed;
    if (flags & FLAG_EXTENDED) {
        if (r->version < 3 || r->end - r->at < 2)
            return false;
        out->intent_to_add = (be16(r->ptr + r->at) & EXTENDED_INTENT_TO_ADD) != 0;
        r->at += 2;
    }
    bool ok = r->version == 4 ? read_path_v4(r, before, &out->path) : read_path(r, start, &out->path);
    size_t told = flags & FLAG_NAME_MASK;
    return ok && out->path.len > 0 &&
           (told == FLAG_NAME_MASK ? out->path.len >= told : out->path.len == told);
}

static bool in_order(const struct git_index_entry *a, const struct git_index_entry *b) {
    int c = slice_cmp(a->path, b->path);
    return c < 0 || (c == 0 && a->stage < b->stage);
}

/* Extensions whose name begins with a small letter change what the entries
 * mean; the only ones known are "link" (split) and "sdir" (sparse). */
static enum kl_status check_extensions(struct reader *r, struct error *e) {
    while (r->end - r->at >= 8) {
        const unsigned char *name = r->ptr + r->at;
        uint32_t size = be32(name + 4);
        if (name[0] < 'A' || name[0] > 'Z')
            return error_set(e, KL_ERR_UNSUPPORTED, "the git index has a part that only git can read");
        if (size > r->end - r->at - 8)
            return error_set(e, KL_ERR_PARSE, "the git index ends in the middle of an extension");
        r->at += 8 + (size_t)size;
    }
    return KL_OK;
}

enum kl_status gitindex_parse(struct slice bytes, unsigned oid_len, struct arena *arena,
                              struct git_index *out, struct error *e) {
    *out = (struct git_index){.oid_len = oid_len};
    if (bytes.len < HEADER_BYTES + oid_len || memcmp(bytes.ptr, "DIRC", 4) != 0)
        return error_set(e, KL_ERR_PARSE, "this is no git index");
    struct reader r = {.ptr = (const unsigned char *)bytes.ptr,
                       .at = HEADER_BYTES,
                       .end = bytes.len - oid_len,
                       .oid_len = oid_len,
                       .arena = arena};
    r.version = be32(r.ptr + 4);
    size_t count = be32(r.ptr + 8);
    if (r.version < 2 || r.version > 4)
        return error_set(e, KL_ERR_UNSUPPORTED, "version %u of the git index is not known", r.version);
    if (count > bytes.len / (STAT_BYTES + oid_len + 2))
        return error_set(e, KL_ERR_PARSE, "the git index is shorter than it says");
    out->entries = arena_calloc(arena, count, sizeof *out->entries);
    struct slice before = {0};
    for (size_t i = 0; i < count; i++) {
        struct git_index_entry *entry = &out->entries[i];
        if (!read_entry(&r, before, entry) || (i > 0 && !in_order(entry - 1, entry)))
            return error_set(e, KL_ERR_PARSE, "entry %zu of the git index is damaged", i + 1);
        if ((entry->mode & GIT_MODE_TYPE) == MODE_FOLDER)
            return error_set(e, KL_ERR_UNSUPPORTED, "the git index is sparse");
        before = entry->path;
        out->count++;
    }
    return check_extensions(&r, e);
}

/* "100644 <oid> 0\tpath" */
static bool parse_ls_line(struct slice line, unsigned oid_len, struct arena *arena,
                          struct git_index_entry *out) {
    size_t tab = slice_find_byte(line, '\t', 0);
    if (tab != 6 + 1 + 2 * (size_t)oid_len + 2 || line.ptr[6] != ' ')
        return false;
    *out = (struct git_index_entry){0};
    for (size_t i = 0; i < 6; i++) {
        if (line.ptr[i] < '0' || line.ptr[i] > '7')
            return false;
        out->mode = out->mode << 3 | (uint32_t)(line.ptr[i] - '0');
    }
    struct buf oid = BUF_INIT(GIT_OID_MAX);
    bool ok = decode_hex(slice_sub(line, 7, 7 + 2 * (size_t)oid_len), &oid) && oid.len == oid_len;
    if (ok)
        out->oid = (const unsigned char *)arena_copy(arena, buf_as_slice(&oid)).ptr;
    buf_release(&oid);
    out->stage = (uint8_t)(line.ptr[tab - 1] - '0');
    out->path = arena_copy(arena, slice_sub(line, tab + 1, line.len));
    return ok && out->path.len > 0;
}

enum kl_status gitindex_parse_ls_files(struct slice text, unsigned oid_len, struct arena *arena,
                                       struct git_index *out, struct error *e) {
    *out = (struct git_index){.oid_len = oid_len};
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\0';
    out->entries = arena_calloc(arena, count, sizeof *out->entries);
    for (size_t at = 0; at < text.len;) {
        size_t end = slice_find_byte(text, '\0', at);
        struct git_index_entry *entry = &out->entries[out->count];
        if (end == SIZE_MAX || !parse_ls_line(slice_sub(text, at, end), oid_len, arena, entry) ||
            (out->count > 0 && !in_order(entry - 1, entry)))
            return error_set(e, KL_ERR_PARSE, "git ls-files answered something that is not understood");
        out->count++;
        at = end + 1;
    }
    return KL_OK;
}

/* Index of the first entry whose path is not below `path`. */
static size_t lower_bound(const struct git_index *x, struct slice path) {
    struct bisection b = {.high = x->count};
    while (bisect(&b))
        bisect_tell(&b, slice_cmp(x->entries[b.middle].path, path) < 0);
    return b.low;
}

const struct git_index_entry *gitindex_find(const struct git_index *x, struct slice path) {
    size_t i = lower_bound(x, path);
    return i < x->count && slice_eq(x->entries[i].path, path) ? &x->entries[i] : NULL;
}

bool gitindex_has_under(const struct git_index *x, struct slice folder) {
    if (folder.len == 0)
        return x->count > 0;
    /* Entries are sorted by bytes: "a-b" and "a.b" stand between "a" and "a/b". */
    struct bisection b = {.high = x->count};
    while (bisect(&b)) {
        struct slice path = x->entries[b.middle].path;
        int c = slice_cmp(slice_sub(path, 0, folder.len), folder);
        if (c == 0)
            c = path.len == folder.len ? -1 : (int)(unsigned char)path.ptr[folder.len] - '/';
        bisect_tell(&b, c < 0);
    }
    if (b.low >= x->count)
        return false;
    struct slice path = x->entries[b.low].path;
    return path.len > folder.len && path.ptr[folder.len] == '/' &&
           memcmp(path.ptr, folder.ptr, folder.len) == 0;
}
