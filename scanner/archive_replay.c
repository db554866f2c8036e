/* archive_replay.c: see archive.h. With zlib's state copied every so often, any place of what is packed is a
 * few megabytes away. The marks are as far apart as it takes for them to be few. */
#include "base/mem.h"
#include "scanner/archive.h"

#define STEP_BYTES ((size_t)16 << 10)

static void put_mark(struct archive_mark *m, const struct archive_replay *r) {
    size_t unread;
    inflater_mark(&m->inflater, &r->from->inflater, &unread);
    m->at = r->at;
    m->next = r->from->next - unread;
}

static void go_back(struct archive_replay *r, const struct archive_mark *m) {
    inflater_go_back(&r->from->inflater, &m->inflater);
    r->from->next = m->next;
    r->at = m->at;
}

/* Every second one goes. */
static void thin_marks(struct archive_replay *r) {
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (i % 2 == 0)
            r->marks[kept++] = r->marks[i];
        else
            inflater_close(&r->marks[i].inflater);
    }
    r->count = kept;
    r->apart *= 2;
}

void archive_replay_begin(struct archive_replay *r, struct archive *a, uint64_t apart, uint64_t *again) {
    *r = (struct archive_replay){.from = a, .apart = apart, .again = again};
    put_mark(&r->marks[r->count++], r);
}

enum archive_step archive_replay_measure(struct archive_replay *r, uint64_t already, uint64_t max) {
    struct buf unwanted = BUF_INIT_SECRET(STEP_BYTES);
    enum archive_step step = ARCHIVE_OK;
    bool more = true;
    r->at = already;
    while (more && step == ARCHIVE_OK && r->at < max) {
        if (r->at - r->marks[r->count - 1].at >= r->apart) {
            if (r->count == ARCHIVE_REPLAY_MARKS)
                thin_marks(r);
            put_mark(&r->marks[r->count++], r);
        }
        size_t want = max - r->at < STEP_BYTES ? (size_t)(max - r->at) : STEP_BYTES;
        unwanted.len = 0; /* wiped in the end */
        step = archive_read(r->from, want, &unwanted);
        r->at += unwanted.len;
        more = unwanted.len == want;
    }
    buf_release(&unwanted);
    r->size = r->at;
    if (step == ARCHIVE_OK)
        put_mark(&r->end, r);
    return step;
}

/* All bytes count that are unpacked, wanted or not. */
static size_t take(struct archive_replay *r, char *out, size_t room) {
    size_t got = 0;
    if (room > *r->again) {
        *r->again = 0;
        return 0;
    }
    (void)!inflater_read(&r->from->inflater, out, room, &got); /* it was good the first time */
    *r->again -= got;
    r->at += got;
    return got;
}

size_t archive_replay_read(struct archive_replay *r, uint64_t at, char *out, size_t room) {
    char unwanted[4096];
    size_t nearest = 0, got = 1;
    if (at >= r->size)
        return 0;
    while (nearest + 1 < r->count && r->marks[nearest + 1].at <= at)
        nearest++;
    if (r->at > at || r->marks[nearest].at > r->at)
        go_back(r, &r->marks[nearest]);
    while (r->at < at && got > 0)
        got = take(r, unwanted, at - r->at < sizeof unwanted ? (size_t)(at - r->at) : sizeof unwanted);
    mem_wipe(unwanted, sizeof unwanted);
    room = room < r->size - at ? room : (size_t)(r->size - at);
    return r->at == at ? take(r, out, room) : 0;
}

void archive_replay_end(struct archive_replay *r) {
    if (r->end.inflater.stream)
        go_back(r, &r->end);
    inflater_close(&r->end.inflater);
    for (size_t i = 0; i < r->count; i++)
        inflater_close(&r->marks[i].inflater);
    *r = (struct archive_replay){0};
}
