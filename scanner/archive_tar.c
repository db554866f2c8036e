/* archive_tar.c: the members of a tar: a header of one block, and the bytes of the file, rounded up to whole
 * blocks. What does not fit into a header (a long name, a large size) comes before it as a member of its own.
 */
#include "scanner/archive_internal.h"

#define BLOCK_BYTES ((size_t)512)
#define PAX_MAX_BYTES ((size_t)1 << 20)

#define NAME_BYTES ((size_t)100)
#define SIZE_AT 124u
#define SIZE_BYTES 12u
#define SUM_AT 148u
#define SUM_BYTES 8u
#define TYPE_AT 156u
#define MAGIC_AT 257u
#define PREFIX_AT 345u
#define PREFIX_BYTES ((size_t)155)
#define SPARSE_MORE_AT 482u       /* a block with more of the map follows the header */
#define SPARSE_BLOCK_MORE_AT 504u /* and behind that one another */

#define NO_SIZE UINT64_MAX

/* Octal digits, or, where these do not do, a number in bytes behind a first one of 0x80. */
static uint64_t number(const char *field, size_t bytes) {
    uint64_t n = 0;
    if ((unsigned char)field[0] == 0x80) {
        for (size_t i = 1; i < bytes; i++)
            n = n >> 55 ? NO_SIZE >> 1 : n << 8 | (unsigned char)field[i];
        return n;
    }
    for (size_t i = 0; i < bytes; i++)
        if (field[i] >= '0' && field[i] <= '7')
            n = n << 3 | (uint64_t)(field[i] - '0');
    return n;
}

/* The sum of the header, its own field taken for blanks. */
static bool sum_is_right(const char *header) {
    uint64_t sum = 0;
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_BYTES ? ' ' : (unsigned char)header[i];
    return number(header + SUM_AT, SUM_BYTES) == sum;
}

static bool is_zero(const char *header) {
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        if (header[i] != '\0')
            return false;
    return true;
}

static struct slice text_field(const char *field, size_t bytes) {
    struct slice s = slice_of(field, bytes);
    return slice_sub(s, 0, slice_find_byte(s, '\0', 0));
}

/* "LENGTH key=value\n": the length is of all of it. */
static void read_pax(struct slice s, struct buf *name, uint64_t *size) {
    while (s.len > 0) {
        size_t length = 0, at = 0;
        for (; at < s.len && at < 8 && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++)
            length = length * 10 + (size_t)(s.ptr[at] - '0');
        if (length <= at + 1 || length > s.len)
            return;
        struct slice record = slice_sub(s, at + 1, length - 1);
        if (slice_starts(record, "path=")) {
            buf_clear(name);
            buf_slice(name, slice_sub(record, strlen("path="), record.len));
        } else if (slice_starts(record, "size=")) {
            *size = 0;
            for (size_t i = strlen("size="); i<record.len && * size<NO_SIZE>> 5; i++)
                if (record.ptr[i] >= '0' && record.ptr[i] <= '9')
                    *size = *size * 10 + (uint64_t)(record.ptr[i] - '0');
        }
        s = slice_sub(s, length, s.len);
    }
}

/* What comes before the header of the file that it is about. */
static enum archive_step read_extension(struct archive *a, char type, uint64_t *size) {
    struct buf text = BUF_INIT(PAX_MAX_BYTES);
    enum archive_step step = ARCHIVE_OK;
    if (type == 'L' || type == 'x')
        step = archive_read(a, PAX_MAX_BYTES, &text);
    if (step == ARCHIVE_OK && type == 'x') {
        read_pax(buf_as_slice(&text), &a->long_name, size);
    } else if (step == ARCHIVE_OK && type == 'L') {
        buf_clear(&a->long_name);
        buf_slice(&a->long_name, text_field(text.ptr, text.len));
    }
    buf_release(&text);
    return step;
}

/* The rest of the map of a sparse file, which stands between header and bytes. */
static enum archive_step skip_map(struct archive *a, const char *header) {
    char block[BLOCK_BYTES];
    bool more = header[SPARSE_MORE_AT] != '\0';
    enum archive_step step = ARCHIVE_OK;
    while (more && step == ARCHIVE_OK) {
        size_t got;
        step = archive_take(a, block, sizeof block, &got);
        if (step == ARCHIVE_OK && got < sizeof block)
            step = ARCHIVE_DAMAGED;
        more = step == ARCHIVE_OK && block[SPARSE_BLOCK_MORE_AT] != '\0';
    }
    return step;
}

static enum archive_member_kind kind_of(char type) {
    switch (type) {
    case '1':
    case '2':
        return MEMBER_LINK;
    case '3':
    case '4':
    case '6':
        return MEMBER_SPECIAL;
    case '5':
        return MEMBER_FOLDER;
    case 'S':
        return MEMBER_PACKED;
    default:
        return MEMBER_FILE; /* '0', NUL, '7', and as POSIX asks, what is not known */
    }
}

/* prefix/name, as POSIX has it; GNU's own format keeps other things in the place of the prefix. */
static void short_name(const char *header, struct buf *out) {
    struct slice prefix = text_field(header + PREFIX_AT, PREFIX_BYTES);
    buf_clear(out);
    if (memcmp(header + MAGIC_AT, "ustar", sizeof "ustar") == 0 && prefix.len > 0) {
        buf_slice(out, prefix);
        buf_char(out, '/');
    }
    buf_slice(out, text_field(header, NAME_BYTES));
}

/* The next header that is one, with what is left to read of its bytes. */
static enum archive_step next_header(struct archive *a, char header[BLOCK_BYTES]) {
    size_t got;
    enum archive_step step = archive_skip(a, a->left);
    if (step == ARCHIVE_OK && a->padding > 0)
        step = archive_skip(a, a->padding);
    a->left = 0;
    a->padding = 0;
    if (step == ARCHIVE_OK)
        step = archive_take(a, header, BLOCK_BYTES, &got);
    if (step != ARCHIVE_OK)
        return step;
    if (got == 0 || (got == BLOCK_BYTES && is_zero(header)))
        return a->begun || got > 0 ? ARCHIVE_END : ARCHIVE_DAMAGED;
    return got == BLOCK_BYTES && sum_is_right(header) ? ARCHIVE_OK : ARCHIVE_DAMAGED;
}

static void set_size(struct archive *a, uint64_t size) {
    a->left = size;
    a->padding = (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES;
}

enum archive_step archive_tar_next(struct archive *a, struct archive_member *out) {
    char header[BLOCK_BYTES];
    uint64_t size = NO_SIZE;
    enum archive_step step;
    buf_clear(&a->long_name);
    while ((step = next_header(a, header)) == ARCHIVE_OK) {
        char type = header[TYPE_AT];
        bool about_next = type == 'L' || type == 'K' || type == 'x' || type == 'g';
        set_size(a, about_next || size == NO_SIZE ? number(header + SIZE_AT, SIZE_BYTES) : size);
        if (!about_next) {
            out->kind = kind_of(type);
            if (out->kind == MEMBER_LINK || out->kind == MEMBER_SPECIAL || out->kind == MEMBER_FOLDER)
                set_size(a, 0);
            if (out->kind == MEMBER_PACKED)
                step = skip_map(a, header);
            if (a->long_name.len == 0)
                short_name(header, &a->long_name);
            out->name = buf_as_slice(&a->long_name);
            if (out->kind == MEMBER_FILE && slice_ends(out->name, "/"))
                out->kind = MEMBER_FOLDER; /* before POSIX folders had no type */
            return step;
        }
        step = read_extension(a, type, &size);
        if (step != ARCHIVE_OK)
            return step;
    }
    return step;
}
