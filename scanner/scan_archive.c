/* scan_archive.c: see scan_archive.h. Archives in archives lie on a short stack. A small one is kept; of a
 * larger one each byte is unpacked where it is asked for (archive.h). */
#include "scanner/scan_archive.h"

#include "base/file.h"
#include "base/mem.h"
#include "scanner/walk.h"

#define HEAD_BYTES FILE_HEAD_BYTES
#define LARGE_BYTES ((size_t)4 << 20) /* of text; what is no larger is unpacked before it is looked at */
#define HELD_BYTES ((size_t)2 << 20)  /* an archive in another one that is no larger is kept unpacked */
#define AGAIN_MAX_BYTES                                                                                      \
    (4 * SCAN_ARCHIVE_MAX_BYTES) /* unpacked more than once: by each level of those above */
#define PATH_MAX_BYTES ((SCAN_ARCHIVE_MAX_DEPTH + 1) * (KL_MAX_PATH_BYTES + 1))

/* What was left out for one reason: one entry an archive, however many members it has. */
struct note {
    const char *first; /* as reported */
    size_t count;
};

struct level {
    struct archive archive;
    struct buf bytes;             /* of a small member that is an archive */
    struct archive_replay replay; /* of another one */
    size_t path_len;              /* of the archive, in both paths */
    uint64_t members;
    struct note notes[SKIP_REASON_COUNT];
};

struct unpacking {
    struct scan_worker *w;
    struct level *levels; /* SCAN_ARCHIVE_MAX_DEPTH */
    unsigned depth;
    uint64_t budget, again, members;
    enum archive_step last;   /* of a member that is scanned as it is unpacked */
    struct buf member;        /* its bytes */
    struct buf shown, folded; /* its path: as reported, and with slashes alone */
    struct arena kept, arena; /* of notes, and of the member at hand */
    bool stopped;
};

static const char *const reasons[SKIP_REASON_COUNT] = {
    [SKIP_ENCRYPTED] = "encrypted with a password",
    [SKIP_PACKED] = "packed in a way that keylift does not read",
    [SKIP_DAMAGED] = "damaged",
    [SKIP_MEMBER_SIZE] = "larger than 64 MB, the most that an archive in an archive may have",
    [SKIP_RATIO] = "unpacks to more than 250 times its size, as no text does",
    [SKIP_DEPTH] = "an archive in three others",
    [SKIP_MEMBERS] = "has more members than an archive may have",
    [SKIP_TOTAL] = "unpacks to more than 2 GB, the most that an archive may",
};

static struct level *top(struct unpacking *u) {
    return &u->levels[u->depth - 1];
}

static void leave_out(struct unpacking *u, enum skip_reason reason) {
    struct note *n = &top(u)->notes[reason];
    if (n->count++ == 0)
        n->first = arena_cstr(&u->kept, buf_as_slice(&u->shown));
    scan_worker_skip(u->w, reason);
}

static void tell_notes(struct unpacking *u) {
    for (size_t i = 0; i < SKIP_REASON_COUNT; i++) {
        const struct note *n = &top(u)->notes[i];
        struct buf more = BUF_INIT(64);
        if (n->count > 1)
            buf_printf(&more, ", nor %zu more of this archive", n->count - 1);
        if (n->count > 0)
            scan_worker_error(u->w, n->first,
                              arena_printf(&u->arena, "%s: not searched%s", reasons[i], buf_cstr(&more)));
        buf_release(&more);
    }
}

/* Of the archive at hand nothing more is read. */
static void leave_rest(struct unpacking *u, enum skip_reason reason) {
    const struct level *l = top(u);
    const char *path = arena_cstr(&u->arena, slice_sub(buf_as_slice(&u->shown), 0, l->path_len));
    scan_worker_skip(u->w, reason);
    if (l->members == 0)
        scan_worker_error(u->w, path, arena_printf(&u->arena, "%s: not searched", reasons[reason]));
    else
        scan_worker_error(u->w, path,
                          arena_printf(&u->arena, "%s: only its first members were searched (%llu)",
                                       reasons[reason], (unsigned long long)l->members));
    u->stopped = reason == SKIP_MEMBERS || reason == SKIP_TOTAL;
}

static void cut_path(struct unpacking *u, size_t len) {
    u->shown.len = u->folded.len = len;
    u->shown.over = u->folded.over = false;
}

/* The parts of a name that lead nowhere else. */
static void set_path(struct unpacking *u, struct slice name) {
    size_t start = top(u)->path_len;
    cut_path(u, start);
    for (size_t at = 0; at < name.len;) {
        size_t end = slice_find_byte(name, '/', at);
        struct slice part = slice_sub(name, at, end);
        at = end == SIZE_MAX ? name.len : end + 1;
        if (part.len == 0 || slice_eq_cstr(part, ".") || slice_eq_cstr(part, ".."))
            continue;
        buf_char(&u->shown, u->shown.len == start ? '!' : '/');
        buf_char(&u->folded, '/');
        buf_slice(&u->shown, part);
        buf_slice(&u->folded, part);
    }
    if (u->shown.len == start) {
        buf_str(&u->shown, "!(no name)");
        buf_str(&u->folded, "/(no name)");
    }
}

static bool is_excluded(struct unpacking *u) {
    const struct ignore_list *excludes = u->w->shared->excludes;
    const char *root = u->w->root ? u->w->root : "";
    return walk_is_excluded(excludes, root, buf_cstr(&u->folded), false) ||
           walk_is_excluded(excludes, root, buf_cstr(&u->shown), false);
}

static enum skip_reason reason_of(enum archive_step step) {
    return step == ARCHIVE_TOO_DENSE ? SKIP_RATIO : step == ARCHIVE_TOO_MUCH ? SKIP_TOTAL : SKIP_DAMAGED;
}

static void enter(struct unpacking *u, enum archive_kind kind, struct archive_input input) {
    struct level *l = &u->levels[u->depth++];
    l->path_len = u->shown.len;
    l->members = 0;
    memset(l->notes, 0, sizeof l->notes);
    u->w->part.stats.archives++;
    archive_open(&l->archive, kind, buf_cstr(&u->folded), input, &u->budget);
}

static void leave(struct unpacking *u) {
    struct level *l = top(u);
    tell_notes(u);
    archive_close(&l->archive);
    archive_replay_end(&l->replay);
    buf_release(&l->bytes);
    u->depth--;
}

/* What comes of a member behind its first bytes; how it ended is in `last`. */
static enum kl_status next_of_member(void *ctx, size_t want, struct buf *out, struct error *e) {
    struct unpacking *u = ctx;
    u->last = archive_read(&top(u)->archive, want, out);
    return u->last == ARCHIVE_OK
               ? KL_OK
               : error_set(e, KL_ERR_PARSE, "%s: not searched to its end", reasons[reason_of(u->last)]);
}

/* A large one is scanned as it is unpacked. */
static void scan_member(struct unpacking *u) {
    const char *path = arena_cstr(&u->arena, buf_as_slice(&u->folded));
    struct byte_source from = {.ahead = buf_as_slice(&u->member)};
    bool large = u->member.len > LARGE_BYTES;
    if (large) {
        from.next = next_of_member;
        from.ctx = u;
    }
    u->last = ARCHIVE_OK;
    u->w->member = arena_cstr(&u->arena, buf_as_slice(&u->shown));
    (void)scan_worker_from(u->w, path, from);
    u->w->member = NULL;
    if (u->last == ARCHIVE_TOO_MUCH)
        leave_rest(u, SKIP_TOTAL);
    else if (u->last != ARCHIVE_OK)
        scan_worker_skip(u->w, reason_of(u->last));
}

static size_t held_bytes(const struct unpacking *u) {
    size_t asked = u->w->shared->options->piece_bytes;
    return asked > 0 && asked < HELD_BYTES ? asked : HELD_BYTES;
}

/* Of a member that is an archive, and of which the first bytes are in u->member: where all of it is read
 * from. `next` is the level that it will be. */
static enum archive_step find_inner(struct unpacking *u, struct level *next, struct archive_input *out) {
    struct archive *a = &top(u)->archive;
    size_t held = held_bytes(u);
    enum archive_step step = ARCHIVE_OK;
    if (!a->packed)
        return archive_in_place(a, u->member.len, out);
    if (u->member.len <= held)
        step = archive_read(a, held + 1 - u->member.len, &u->member);
    if (step != ARCHIVE_OK)
        return step;
    if (u->member.len > held) {
        step = archive_replay_measure(&next->replay, u->member.len, SCAN_ARCHIVE_MAX_MEMBER_BYTES + 1);
        *out = archive_in_replay(&next->replay);
        return step;
    }
    archive_replay_end(&next->replay);
    next->bytes = u->member;
    buf_init_secret(&u->member, LARGE_BYTES + 1);
    *out = archive_in_memory(buf_as_slice(&next->bytes));
    return ARCHIVE_OK;
}

static void take_inner(struct unpacking *u, enum archive_kind kind) {
    struct level *next = &u->levels[u->depth];
    struct archive_input input = {0};
    const struct archive *a = &top(u)->archive;
    bool large = !a->packed && a->left > SCAN_ARCHIVE_MAX_MEMBER_BYTES - u->member.len;
    enum archive_step step = large ? ARCHIVE_OK : find_inner(u, next, &input);
    if (step == ARCHIVE_TOO_MUCH)
        leave_rest(u, SKIP_TOTAL);
    else if (step != ARCHIVE_OK)
        leave_out(u, reason_of(step));
    else if (large || input.size > SCAN_ARCHIVE_MAX_MEMBER_BYTES)
        leave_out(u, SKIP_MEMBER_SIZE);
    else
        enter(u, kind, input);
}

static void take_text(struct unpacking *u, enum archive_step step) {
    if (step == ARCHIVE_OK)
        step = archive_read(&top(u)->archive, LARGE_BYTES + 1 - u->member.len, &u->member);
    if (step == ARCHIVE_TOO_MUCH)
        leave_rest(u, SKIP_TOTAL);
    else if (step != ARCHIVE_OK)
        leave_out(u, reason_of(step));
    else
        scan_member(u);
}

static void take_file(struct unpacking *u) {
    struct archive *a = &top(u)->archive;
    const char *path = buf_cstr(&u->folded);
    enum archive_kind inner = archive_kind_of(path);
    unsigned depth = u->depth;
    bool fits = inner != ARCHIVE_NONE && depth < SCAN_ARCHIVE_MAX_DEPTH;
    if (fits && a->packed)
        archive_replay_begin(&u->levels[depth].replay, a, held_bytes(u), &u->again);
    u->member.len = 0; /* wiped in the end */
    enum archive_step step = archive_read(a, HEAD_BYTES, &u->member);
    if (step != ARCHIVE_OK || scan_language_of(path, buf_as_slice(&u->member)) != SCAN_BINARY)
        take_text(u, step);
    else if (inner == ARCHIVE_NONE)
        scan_worker_skip(u->w, SKIP_BINARY);
    else if (!fits)
        leave_out(u, SKIP_DEPTH);
    else
        take_inner(u, inner);
    if (fits && u->depth == depth)
        archive_replay_end(&u->levels[depth].replay);
}

static void take_member(struct unpacking *u, const struct archive_member *m) {
    static const enum skip_reason why[] = {
        [MEMBER_ENCRYPTED] = SKIP_ENCRYPTED, [MEMBER_PACKED] = SKIP_PACKED, [MEMBER_DAMAGED] = SKIP_DAMAGED};
    top(u)->members++;
    set_path(u, m->name);
    if (m->kind == MEMBER_FOLDER)
        return;
    if (m->kind == MEMBER_LINK || m->kind == MEMBER_SPECIAL)
        scan_worker_skip(u->w, m->kind == MEMBER_LINK ? SKIP_LINK : SKIP_SPECIAL);
    else if (is_excluded(u))
        scan_worker_skip(u->w, SKIP_EXCLUDED);
    else if (m->kind == MEMBER_FILE)
        take_file(u);
    else
        leave_out(u, why[m->kind]);
}

/* One step: a member, or the end of the innermost archive. */
static void advance(struct unpacking *u) {
    struct archive_member m = {0};
    enum archive_step step = archive_next(&top(u)->archive, &m);
    arena_clear(&u->arena);
    if (step != ARCHIVE_OK) {
        if (step != ARCHIVE_END)
            leave_rest(u, reason_of(step));
        leave(u);
    } else if (u->members == SCAN_ARCHIVE_MAX_MEMBERS) {
        leave_rest(u, SKIP_MEMBERS);
    } else {
        take_member(u, &m);
        u->members++;
    }
}

void scan_archive(struct scan_worker *w, const char *path, enum archive_kind kind,
                  struct archive_input input) {
    const struct scan_options *o = w->shared->options;
    struct unpacking u = {.w = w, .budget = SCAN_ARCHIVE_MAX_BYTES, .again = AGAIN_MAX_BYTES};
    u.levels = mem_calloc(SCAN_ARCHIVE_MAX_DEPTH, sizeof *u.levels);
    buf_init_secret(&u.member, LARGE_BYTES + 1);
    buf_init(&u.shown, PATH_MAX_BYTES);
    buf_init(&u.folded, PATH_MAX_BYTES);
    buf_str(&u.shown, path);
    buf_str(&u.folded, path);
    enter(&u, kind, input);
    while (u.depth > 0 && !u.stopped && !(o->interrupted && o->interrupted()))
        advance(&u);
    while (u.depth > 0)
        leave(&u);
    free(u.levels);
    buf_release(&u.member);
    buf_release(&u.shown);
    buf_release(&u.folded);
    arena_release(&u.arena);
    arena_release(&u.kept);
}
