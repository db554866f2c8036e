/* scan_source.c: where a worker's bytes come from: a file, or whoever has more of them than is held. */
#include "base/file.h"
#include "scanner/scan_archive.h"
#include "scanner/scan_pieces.h"

#define READ_BYTES ((size_t)64 << 10)

/* Appends what comes until there are `len` bytes, or no more. */
static enum kl_status read_from(struct byte_source *from, size_t len, struct buf *out, struct error *e) {
    enum kl_status s = KL_OK;
    size_t before;
    do {
        before = out->len;
        if (from->ahead.len > 0) {
            buf_slice(out, slice_sub(from->ahead, 0, len - out->len));
            from->ahead = slice_sub(from->ahead, out->len - before, from->ahead.len);
        } else if (from->next && out->len < len) {
            s = from->next(from->ctx, len - out->len < READ_BYTES ? len - out->len : READ_BYTES, out, e);
        }
    } while (s == KL_OK && out->len > before && out->len < len);
    return s;
}

bool scan_worker_from(struct scan_worker *w, const char *path, struct byte_source from) {
    struct buf head = BUF_INIT_SECRET(KL_MAX_FILE_BYTES + 1);
    struct error e = {0};
    bool scanned = false;
    if (!from.next)
        return scan_worker_bytes(w, path, from.ahead);
    size_t whole = scan_whole_bytes(w) > FILE_HEAD_BYTES ? scan_whole_bytes(w) : FILE_HEAD_BYTES;
    enum kl_status s = read_from(&from, FILE_HEAD_BYTES, &head, &e);
    enum scan_language language = scan_language_of(path, buf_as_slice(&head));
    bool archive =
        language == SCAN_BINARY && archive_kind_of(path) != ARCHIVE_NONE && w->shared->options->archives;
    if (s == KL_OK && (language != SCAN_BINARY || archive))
        s = read_from(&from, archive ? KL_MAX_FILE_BYTES + 1 : whole + 1, &head, &e);
    if (s == KL_OK && head.len > KL_MAX_FILE_BYTES) {
        scan_worker_skip(w, SKIP_TOO_LARGE);
        s = error_set(&e, KL_ERR_LIMIT, "is larger than %zu bytes", KL_MAX_FILE_BYTES);
    }
    if (s != KL_OK) {
        scan_worker_error(w, path, e.message);
    } else if (language == SCAN_BINARY || head.len <= whole) {
        scanned = scan_worker_bytes(w, path, buf_as_slice(&head));
    } else {
        scan_path_rules(w, path);
        from.ahead = buf_as_slice(&head);
        scan_pieces_from(w, path, language, from, slice_sub(from.ahead, 0, FILE_HEAD_BYTES));
        scanned = true;
    }
    buf_release(&head);
    return scanned;
}

static bool is_text(const char *path, struct slice head) {
    return scan_language_of(path, head) != SCAN_BINARY;
}

static bool is_text_or_archive(const char *path, struct slice head) {
    return is_text(path, head) || archive_kind_of(path) != ARCHIVE_NONE;
}

static enum kl_status next_of_file(void *ctx, size_t want, struct buf *out, struct error *e) {
    return file_reader_next(ctx, want, out, e);
}

/* A file that is not held, whose first bytes are in w->bytes. */
static enum kl_status scan_large_file(struct scan_worker *w, const char *path, struct error *e) {
    struct slice head = buf_as_slice(&w->bytes);
    struct file_reader *reader;
    enum scan_language language = scan_language_of(path, head);
    enum kl_status s = file_reader_open(&reader, path, PIECE_MAX_FILE_BYTES, e);
    if (s != KL_OK)
        return s;
    scan_path_rules(w, path);
    if (language == SCAN_BINARY)
        scan_archive(w, path, archive_kind_of(path), archive_in_file(reader));
    else
        scan_pieces_from(w, path, language, (struct byte_source){.next = next_of_file, .ctx = reader}, head);
    file_reader_close(reader);
    return KL_OK;
}

bool scan_worker_file(struct scan_worker *w, const char *path, bool named) {
    struct error e = {0};
    w->bytes.len = 0; /* wiped when the worker goes; the next file overwrites it */
    w->bytes.over = false;
    bool whole = false;
    enum kl_status s =
        file_read_wanted(path, scan_whole_bytes(w),
                         w->shared->options->archives ? is_text_or_archive : is_text, &w->bytes, &whole, &e);
    if (s == KL_OK) /* of a file that is not wanted, the head, which tells what it is */
        return scan_worker_bytes(w, path, buf_as_slice(&w->bytes));
    if (s == KL_ERR_LIMIT && (s = scan_large_file(w, path, &e)) == KL_OK)
        return true; /* or errors say why not */
    if (s == KL_ERR_NOT_FOUND && !named)
        return false; /* removed since the folder was listed: there is nothing to scan */
    if (s == KL_ERR_LIMIT)
        scan_worker_skip(w, SKIP_TOO_LARGE);
    scan_worker_error(w, path, e.message);
    return false;
}
