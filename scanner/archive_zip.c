/* archive_zip.c: the members of a zip, as its directory at the end lists them. */
#include "scanner/archive_internal.h"

#define END_BYTES ((size_t)22)
#define END64_BYTES ((size_t)56)
#define LOCATOR64_BYTES ((size_t)20)
#define ENTRY_BYTES ((size_t)46)
#define LOCAL_BYTES ((size_t)30)
#define COMMENT_MAX_BYTES ((size_t)65535)
#define TAIL_BYTES (END_BYTES + COMMENT_MAX_BYTES + END64_BYTES + LOCATOR64_BYTES)
#define ENTRY_MAX_BYTES (ENTRY_BYTES + 3 * (size_t)65535)

#define FLAG_ENCRYPTED 0x0001u
#define FLAG_MASKED 0x2000u /* the directory is encrypted as well */
#define METHOD_STORED 0u
#define METHOD_DEFLATED 8u
#define MADE_ON_UNIX 3u
#define MODE_TYPE 0170000u
#define MODE_LINK 0120000u
#define EXTRA_ZIP64 1u
#define IN_ZIP64 0xffffffffu

struct entry {
    uint64_t packed, unpacked, offset;
    unsigned flags, method, made_on, mode;
};

/* Little-endian, of what is known to be there. */
static uint64_t number(struct slice s, size_t at, unsigned bytes) {
    uint64_t n = 0;
    for (unsigned i = bytes; i-- > 0;)
        n = n << 8 | (unsigned char)s.ptr[at + i];
    return n;
}

static bool has(struct slice s, size_t at, size_t bytes, const char *signature) {
    return at <= s.len && s.len - at >= bytes && memcmp(s.ptr + at, signature, 4) == 0;
}

/* input[at, at + len), or less at its end; valid until the next look. */
static struct slice look(struct archive *a, uint64_t at, size_t len) {
    if (archive_is_in_memory(&a->input))
        return at < a->input.size ? slice_sub(a->input.bytes, (size_t)at, (size_t)at + len)
                                  : (struct slice){0};
    if (at < a->window_at || at + len > a->window_at + a->window.len) {
        char *to;
        buf_clear(&a->window);
        to = buf_reserve(&a->window, ARCHIVE_WINDOW_BYTES);
        a->window.len = to ? archive_input_read(&a->input, at, to, ARCHIVE_WINDOW_BYTES) : 0;
        a->window_at = at;
    }
    size_t from = (size_t)(at - a->window_at);
    return slice_sub(buf_as_slice(&a->window), from, from + len);
}

/* The directory lies right before the record that ends it, wherever the archive begins: what stands before it
 * (a program that unpacks itself) moves all offsets. */
static bool find_directory(struct archive *a) {
    uint64_t base = a->input.size > TAIL_BYTES ? a->input.size - TAIL_BYTES : 0;
    struct slice s = look(a, base, TAIL_BYTES);
    size_t low = s.len > END_BYTES + COMMENT_MAX_BYTES ? s.len - END_BYTES - COMMENT_MAX_BYTES : 0;
    size_t end = s.len < END_BYTES ? 0 : s.len - END_BYTES + 1;
    do {
        if (end <= low)
            return false;
        end--;
    } while (!has(s, end, END_BYTES, "PK\5\6"));
    uint64_t size = number(s, end + 12, 4), offset = number(s, end + 16, 4);
    size_t end64 = end < LOCATOR64_BYTES + END64_BYTES ? s.len : end - LOCATOR64_BYTES - END64_BYTES;
    if (has(s, end64, END64_BYTES, "PK\6\6") && has(s, end64 + END64_BYTES, LOCATOR64_BYTES, "PK\6\7")) {
        size = number(s, end64 + 40, 8);
        offset = number(s, end64 + 48, 8);
        end = end64;
    }
    uint64_t last = base + end;
    if (size > last || offset > last - size)
        return false;
    a->directory = last - size;
    a->directory_end = last;
    a->data_base = a->directory - offset;
    return true;
}

/* Sizes that do not fit into 32 bits stand in an extra field, in this order. */
static void read_zip64(struct slice extra, struct entry *e) {
    uint64_t *wide[] = {&e->unpacked, &e->packed, &e->offset};
    for (size_t at = 0; at + 4 <= extra.len;) {
        size_t id = (size_t)number(extra, at, 2), size = (size_t)number(extra, at + 2, 2);
        struct slice field = slice_sub(extra, at + 4, at + 4 + size);
        at += 4 + size;
        for (size_t i = 0, from = 0; id == EXTRA_ZIP64 && i < KL_ARRAY_LEN(wide); i++) {
            if (*wide[i] == IN_ZIP64 && from + 8 <= field.len) {
                *wide[i] = number(field, from, 8);
                from += 8;
            }
        }
    }
}

/* Where the member's bytes lie; the sizes are the directory's, for the copy before them may say none. */
static bool find_data(struct archive *a, const struct entry *e) {
    char local[LOCAL_BYTES];
    uint64_t area = a->directory - a->data_base;
    if (e->offset > area || area - e->offset < sizeof local ||
        archive_input_read(&a->input, a->data_base + e->offset, local, sizeof local) < sizeof local)
        return false;
    struct slice s = slice_of(local, sizeof local);
    uint64_t start = e->offset + LOCAL_BYTES + number(s, 26, 2) + number(s, 28, 2);
    if (!has(s, 0, LOCAL_BYTES, "PK\3\4") || start > area || e->packed > area - start)
        return false;
    a->covered += e->packed;
    if (a->covered > area) /* members that lie in each other: a bomb, and no archiver makes them */
        return false;
    start += a->data_base;
    archive_enter(a, start, start + e->packed, e->method == METHOD_DEFLATED, INFLATE_NONE);
    a->left = a->packed ? UINT64_MAX : e->packed;
    return true;
}

static enum archive_member_kind kind_of(struct archive *a, const struct entry *e, struct slice name) {
    if (slice_ends(name, "/"))
        return MEMBER_FOLDER;
    if (e->made_on == MADE_ON_UNIX && (e->mode & MODE_TYPE) == MODE_LINK)
        return MEMBER_LINK;
    if (e->flags & (FLAG_ENCRYPTED | FLAG_MASKED))
        return MEMBER_ENCRYPTED;
    if (e->method != METHOD_STORED && e->method != METHOD_DEFLATED)
        return MEMBER_PACKED;
    return find_data(a, e) ? MEMBER_FILE : MEMBER_DAMAGED;
}

enum archive_step archive_zip_next(struct archive *a, struct archive_member *out) {
    if (!a->begun && !find_directory(a))
        return ARCHIVE_DAMAGED;
    if (a->directory == a->directory_end)
        return ARCHIVE_END;
    uint64_t rest = a->directory_end - a->directory;
    struct slice s = look(a, a->directory, rest < ENTRY_MAX_BYTES ? (size_t)rest : ENTRY_MAX_BYTES);
    if (!has(s, 0, ENTRY_BYTES, "PK\1\2"))
        return ARCHIVE_DAMAGED;
    struct entry e = {.packed = number(s, 20, 4),
                      .unpacked = number(s, 24, 4),
                      .offset = number(s, 42, 4),
                      .flags = (unsigned)number(s, 8, 2),
                      .method = (unsigned)number(s, 10, 2),
                      .made_on = (unsigned)number(s, 5, 1),
                      .mode = (unsigned)number(s, 40, 2)};
    size_t name_end = ENTRY_BYTES + (size_t)number(s, 28, 2);
    size_t extra_end = name_end + (size_t)number(s, 30, 2), end = extra_end + (size_t)number(s, 32, 2);
    if (end > s.len)
        return ARCHIVE_DAMAGED;
    a->directory += end;
    read_zip64(slice_sub(s, name_end, extra_end), &e);
    struct slice name = slice_sub(s, ENTRY_BYTES, name_end);
    size_t nul = slice_find_byte(name, '\0', 0);
    out->name = slice_sub(name, 0, nul);
    out->kind = kind_of(a, &e, out->name);
    return ARCHIVE_OK;
}
