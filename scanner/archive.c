/* archive.c: which archives there are, and the bytes of a member. */
#include "base/file.h"
#include "base/mem.h"
#include "scanner/archive_internal.h"

#define STEP_BYTES ((size_t)16 << 10)

static const struct {
    const char *end; /* of the file's name, small letters */
    enum archive_kind kind;
} endings[] = {
    {".zip", ARCHIVE_ZIP},    {".whl", ARCHIVE_ZIP}, {".egg", ARCHIVE_ZIP},
    {".jar", ARCHIVE_ZIP},    {".war", ARCHIVE_ZIP}, {".tar.gz", ARCHIVE_TAR_GZ},
    {".tgz", ARCHIVE_TAR_GZ}, {".tar", ARCHIVE_TAR}, {".gz", ARCHIVE_GZ},
};

enum archive_kind archive_kind_of(const char *path) {
    char low[PATH_LOW_NAME_MAX + 1];
    struct slice name = path_low_name(path, low);
    for (size_t i = 0; i < KL_ARRAY_LEN(endings); i++)
        if (slice_ends(name, endings[i].end))
            return endings[i].kind;
    return ARCHIVE_NONE;
}

void archive_open(struct archive *a, enum archive_kind kind, const char *path, struct slice bytes,
                  uint64_t *budget) {
    *a = (struct archive){.kind = kind,
                          .bytes = bytes,
                          .name = slice_cstr(path_basename(path)),
                          .budget = budget,
                          .stored = bytes,
                          .packed = kind == ARCHIVE_TAR_GZ || kind == ARCHIVE_GZ};
    buf_init(&a->long_name, KL_MAX_PATH_BYTES);
    if (a->packed)
        inflater_open(&a->inflater, INFLATE_GZIP, bytes);
}

void archive_close(struct archive *a) {
    inflater_close(&a->inflater);
    buf_release(&a->long_name);
}

enum archive_step archive_take(struct archive *a, char *out, size_t room, size_t *got) {
    bool good = true;
    *got = 0;
    if (room > *a->budget) {
        *a->budget = 0;
        return ARCHIVE_TOO_MUCH;
    }
    if (a->packed) {
        good = inflater_read(&a->inflater, out, room, got);
    } else {
        *got = room < a->stored.len ? room : a->stored.len;
        if (*got > 0)
            memcpy(out, a->stored.ptr, *got);
        a->stored = slice_sub(a->stored, *got, a->stored.len);
    }
    *a->budget -= *got;
    const struct inflater *z = &a->inflater;
    if (a->packed && z->unpacked > ARCHIVE_RATIO_FREE_BYTES && z->unpacked / ARCHIVE_MAX_RATIO > z->packed)
        return ARCHIVE_TOO_DENSE;
    return good ? ARCHIVE_OK : ARCHIVE_DAMAGED;
}

enum archive_step archive_skip(struct archive *a, uint64_t count) {
    char unwanted[4096];
    enum archive_step step = ARCHIVE_OK;
    if (!a->packed) {
        bool good = count <= a->stored.len;
        a->stored = slice_sub(a->stored, good ? (size_t)count : a->stored.len, a->stored.len);
        return good ? ARCHIVE_OK : ARCHIVE_DAMAGED;
    }
    while (count > 0 && step == ARCHIVE_OK) {
        size_t got, room = count < sizeof unwanted ? (size_t)count : sizeof unwanted;
        step = archive_take(a, unwanted, room, &got);
        if (step == ARCHIVE_OK && got == 0)
            step = ARCHIVE_DAMAGED;
        count -= got;
    }
    mem_wipe(unwanted, sizeof unwanted);
    return step;
}

/* gzip may keep the name, but nobody goes by that: "gunzip x.json.gz" makes x.json. */
static enum archive_step gz_next(struct archive *a, struct archive_member *out) {
    if (a->begun)
        return ARCHIVE_END;
    *out = (struct archive_member){.name = slice_sub(a->name, 0, a->name.len - strlen(".gz"))};
    a->left = UINT64_MAX;
    return slice_starts(a->bytes, "\x1f\x8b") ? ARCHIVE_OK : ARCHIVE_DAMAGED;
}

enum archive_step archive_next(struct archive *a, struct archive_member *out) {
    static enum archive_step (*const next[])(struct archive *,
                                             struct archive_member *) = {[ARCHIVE_ZIP] = archive_zip_next,
                                                                         [ARCHIVE_TAR] = archive_tar_next,
                                                                         [ARCHIVE_TAR_GZ] = archive_tar_next,
                                                                         [ARCHIVE_GZ] = gz_next};
    enum archive_step step = next[a->kind](a, out);
    a->begun = true;
    return step;
}

enum archive_step archive_read(struct archive *a, size_t max, struct buf *out) {
    enum archive_step step = ARCHIVE_OK;
    size_t got = 1;
    while (max > 0 && a->left > 0 && got > 0 && step == ARCHIVE_OK) {
        size_t room = max < STEP_BYTES ? max : STEP_BYTES;
        room = room < a->left ? room : (size_t)a->left;
        char *to = buf_reserve(out, room);
        if (!to)
            return ARCHIVE_TOO_MUCH;
        step = archive_take(a, to, room, &got);
        out->len += got;
        max -= got;
        a->left -= got;
    }
    bool ends_as_packed = a->kind == ARCHIVE_GZ || (a->kind == ARCHIVE_ZIP && a->packed);
    return step == ARCHIVE_OK && got == 0 && !ends_as_packed ? ARCHIVE_DAMAGED : step;
}
