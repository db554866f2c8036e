/* archive_internal.h: what archive*.c share. Private to them. */
#ifndef KEYLIFT_SCANNER_ARCHIVE_INTERNAL_H
#define KEYLIFT_SCANNER_ARCHIVE_INTERNAL_H

#include "scanner/archive.h"

#define ARCHIVE_WINDOW_BYTES ((size_t)256 << 10)

/* Fewer than `room` bytes only at the end. */
size_t archive_input_read(const struct archive_input *in, uint64_t at, char *out, size_t room);
/* Makes input[at, end) what is read next. */
void archive_enter(struct archive *a, uint64_t at, uint64_t end, bool packed, enum inflate_wrapping wrapping);

/* At most `room` bytes of what is packed or stored, budget and ratio counted; fewer only at the end. */
enum archive_step archive_take(struct archive *a, char *out, size_t room, size_t *got) KL_MUST_USE;
/* Over bytes that nobody wants. Fewer than there are: ARCHIVE_DAMAGED. */
enum archive_step archive_skip(struct archive *a, uint64_t count) KL_MUST_USE;

enum archive_step archive_zip_next(struct archive *a, struct archive_member *out) KL_MUST_USE;
enum archive_step archive_tar_next(struct archive *a, struct archive_member *out) KL_MUST_USE;

#endif
