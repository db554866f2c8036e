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

size_t archive_input_read(const struct archive_input *in, uint64_t at, char *out, size_t room) {
    if (at >= in->size)
        return 0;
    room = room < in->size - at ? room : (size_t)(in->size - at);
    if (in->replay)
        return archive_replay_read(in->replay, in->base + at, out, room);
    if (in->file)
        return file_reader_at(in->file, in->base + at, out, room);
    struct slice part = slice_sub(in->bytes, (size_t)at, (size_t)at + room);
    if (part.len > 0)
        memcpy(out, part.ptr, part.len);
    return part.len;
}

static size_t read_next(struct archive *a, char *out, size_t room) {
    room = room < a->end - a->next ? room : (size_t)(a->end - a->next);
    size_t got = archive_input_read(&a->input, a->next, out, room);
    a->next += got;
    return got;
}

static size_t read_packed(void *ctx, char *out, size_t room) {
    return read_next(ctx, out, room);
}

void archive_enter(struct archive *a, uint64_t at, uint64_t end, bool packed,
                   enum inflate_wrapping wrapping) {
    inflater_close(&a->inflater);
    a->packed = packed;
    a->next = at;
    a->end = end;
    if (packed && !archive_is_in_memory(&a->input))
        inflater_open_from(&a->inflater, wrapping, read_packed, a);
    else if (packed)
        inflater_open(&a->inflater, wrapping, slice_sub(a->input.bytes, (size_t)at, (size_t)end));
}

void archive_open(struct archive *a, enum archive_kind kind, const char *path, struct archive_input input,
                  uint64_t *budget) {
    *a = (struct archive){
        .kind = kind, .input = input, .name = slice_cstr(path_basename(path)), .budget = budget};
    buf_init(&a->long_name, KL_MAX_PATH_BYTES);
    buf_init(&a->window, ARCHIVE_WINDOW_BYTES);
    archive_enter(a, 0, input.size, kind == ARCHIVE_TAR_GZ || kind == ARCHIVE_GZ, INFLATE_GZIP);
}

void archive_close(struct archive *a) {
    inflater_close(&a->inflater);
    buf_release(&a->long_name);
    buf_release(&a->window);
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
        *got = read_next(a, out, room);
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
        bool good = count <= a->end - a->next;
        a->next = good ? a->next + count : a->end;
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

enum archive_step archive_in_place(struct archive *a, uint64_t already, struct archive_input *out) {
    uint64_t start = a->next - already, size = a->left + already;
    if (a->left > a->end - a->next)
        return ARCHIVE_DAMAGED;
    if (a->left > *a->budget) {
        *a->budget = 0;
        return ARCHIVE_TOO_MUCH;
    }
    *a->budget -= a->left;
    a->next += a->left;
    a->left = 0;
    *out = a->input;
    out->base += start;
    out->size = size;
    if (archive_is_in_memory(out))
        *out = archive_in_memory(slice_sub(a->input.bytes, (size_t)start, (size_t)(start + size)));
    return ARCHIVE_OK;
}

/* gzip may keep the name, but nobody goes by that: "gunzip x.json.gz" makes x.json. */
static enum archive_step gz_next(struct archive *a, struct archive_member *out) {
    if (a->begun)
        return ARCHIVE_END;
    *out = (struct archive_member){.name = slice_sub(a->name, 0, a->name.len - strlen(".gz"))};
    a->left = UINT64_MAX;
    char magic[2] = {0};
    (void)archive_input_read(&a->input, 0, magic, sizeof magic);
    return memcmp(magic, "\x1f\x8b", 2) == 0 ? ARCHIVE_OK : ARCHIVE_DAMAGED;
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
