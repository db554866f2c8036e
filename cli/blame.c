/* blame.c: see blame.h. (git's documentation: git-blame, "The porcelain format".) */
#include "cli/blame.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/githistory.h"
#include "base/gitread.h"
#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"
#include "cli/line_index.h"
#include "cli/project.h"

#define GROUP_BYTES ((size_t)64 << 20) /* of files that are compared at once */
#define ANSWER_MAX ((size_t)64 << 20)  /* of one blame */
#define DATE_BYTES 21                  /* 2026-01-31T12:00:00Z, and NUL */
#define MAX_RANGES 6u                  /* of lines, one an argument; else from the first to the last */
#define COMMIT_BYTES 65u               /* SHA-256 in hex, and NUL */

/* A line with a finding. */
struct line {
    struct finding *finding;
    uint64_t number; /* in the commit, from 1; 0: not in it */
    char commit[COMMIT_BYTES], date[DATE_BYTES];
};

struct blamed {
    struct git_file git; /* in the commit */
    const char *path;    /* as it can be opened */
    const char *in_git;
    size_t first, end; /* lines */
    bool asked, beyond_clone;
};

struct blame {
    struct arena *arena;
    struct project project;
    struct git_place at;
    struct blamed *files;
    size_t count, cap;
    struct line *lines;
    bool shallow;
    double until;
};

/* ---- which lines ---- */

static void add_file(struct blame *b, const char *here, const char *path, size_t first, size_t end) {
    const char *in_git = project_reported_path(&b->project, here, path, b->arena);
    if (in_git == NULL || strchr(in_git, '\n') != NULL) {
        return;
    }
    b->files = mem_grow(b->files, &b->cap, b->count + 1, sizeof *b->files);
    b->files[b->count++] = (struct blamed){.git.name = slice_cstr(arena_printf(b->arena, "HEAD:%s", in_git)),
                                           .path = path,
                                           .in_git = in_git,
                                           .first = first,
                                           .end = end};
}

/* Findings of one file lie together. */
static void list_files(struct blame *b, struct finding *findings, size_t count) {
    const char *here = path_real(b->arena, ".");
    b->lines = mem_calloc(count + 1, sizeof *b->lines);
    for (size_t end, i = 0; i < count; i = end) {
        for (end = i; end < count && strcmp(findings[end].path, findings[i].path) == 0; end++) {
            b->lines[end].finding = &findings[end];
        }
        if (here != NULL) {
            add_file(b, here, findings[i].path, i, end);
        }
    }
}

static int by_number(const void *a, const void *b) {
    const struct line *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* By the byte where it begins: what is a line for Python is not always one for git. */
static void find_lines(void *ctx, size_t index, struct slice text) {
    struct blame *b = ctx;
    const struct blamed *f = &b->files[index];
    struct line_index committed = {.text = text};
    struct buf bytes;
    struct error unseen = {0};
    buf_init_secret(&bytes, KL_MAX_FILE_BYTES);
    if (file_read(f->path, KL_MAX_FILE_BYTES, &bytes, &unseen) == KL_OK) {
        struct slice now = buf_as_slice(&bytes);
        struct line_place place = {.number = 1};
        line_index_make(&committed);
        for (size_t i = f->first; i < f->end; i++) {
            size_t start = (size_t)b->lines[i].finding->start_byte;
            line_place_move(&place, now, start);
            b->lines[i].number =
                start < now.len ? line_index_find(&committed, line_at(now, place.begin), place.number) : 0;
        }
        qsort(&b->lines[f->first], f->end - f->first, sizeof *b->lines, by_number);
    }
    line_index_release(&committed);
    buf_release(&bytes);
}

static enum kl_status compare_files(struct blame *b, struct error *e) {
    struct git_files files = GIT_FILES(b->files, b->count, git);
    enum kl_status s = git_read_sizes(&b->at, &files, e);
    size_t kept = 0;
    for (size_t i = 0; i < b->count && s == KL_OK; i++) {
        if (b->files[i].git.size <= KL_MAX_FILE_BYTES) {
            b->files[kept++] = b->files[i];
        }
    }
    files.count = b->count = kept;
    for (size_t end, i = 0; i < kept && s == KL_OK; i = end) {
        end = git_group_end(&files, i, GROUP_BYTES, SIZE_MAX);
        s = git_read_each(&b->at, &files, i, end, find_lines, b, e);
    }
    return s;
}

/* ---- since when ---- */

static uint64_t number_of(struct slice text) {
    uint64_t n = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9' && n < UINT32_MAX; i++) {
        n = n * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    return n;
}

struct blamed_line {
    struct slice commit;
    uint64_t number, time;
    bool boundary;
};

/* Lines come in order. *next is the first that git has not told of. */
static void tell_line(struct blame *b, struct blamed *f, size_t *next, const struct blamed_line *said) {
    while (*next < f->end && b->lines[*next].number < said->number) {
        (*next)++;
    }
    for (; *next < f->end && b->lines[*next].number == said->number; (*next)++) {
        struct line *l = &b->lines[*next];
        f->beyond_clone = f->beyond_clone || said->boundary;
        if (!said->boundary && said->time > 0 && said->commit.len < sizeof l->commit) {
            (void)snprintf(l->commit, sizeof l->commit, "%.*s", SLICE_ARG(said->commit));
            system_format_time(said->time, l->date);
        }
    }
}

/* Of each line: "<commit> <line before> <line>", what is known of the commit, then a tab and the line.
 * "boundary" is the first commit, or where a shallow clone ends: the line is as old as that, or older. */
static void read_blame(struct blame *b, struct blamed *f, struct slice out) {
    struct blamed_line said = {0};
    bool head = true;
    for (size_t at = 0, next = f->first; at < out.len;) {
        size_t end = slice_find_byte(out, '\n', at);
        struct slice line = slice_sub(out, at, end == SIZE_MAX ? out.len : end);
        at = end == SIZE_MAX ? out.len : end + 1;
        if (head) {
            said =
                (struct blamed_line){.commit = slice_word(line, 0), .number = number_of(slice_word(line, 2))};
            head = false;
        } else if (slice_starts(line, "author-time ")) {
            said.time = number_of(slice_word(line, 1));
        } else if (slice_eq_cstr(line, "boundary")) {
            said.boundary = b->shallow;
        } else if (slice_starts(line, "\t")) {
            tell_line(b, f, &next, &said);
            head = true;
        }
    }
}

/* The lines as arguments, one by one if they are few; false if there is none. They are in order. */
static bool add_ranges(const struct blame *b, const struct blamed *f, struct arena *a, const char **args) {
    uint64_t last = 0, low = 0;
    size_t count = 0;
    for (size_t i = f->first; i < f->end; i++) {
        uint64_t n = b->lines[i].number;
        if (n == last) { /* 0: not in the commit */
            continue;
        }
        if (count < MAX_RANGES) {
            args[2 * count] = "-L";
            args[2 * count + 1] = arena_printf(a, "%llu,+1", (unsigned long long)n);
        }
        low = count == 0 ? n : low;
        last = n;
        count++;
    }
    if (count > MAX_RANGES) {
        args[1] = arena_printf(a, "%llu,%llu", (unsigned long long)low, (unsigned long long)last);
        memset((void *)(args + 2), 0, (2 * MAX_RANGES - 2) * sizeof *args);
    }
    return count > 0;
}

static void ask_git(void *ctx, size_t index) {
    struct blame *b = ctx;
    struct blamed *f = &b->files[index];
    struct arena arena = ARENA_INIT;
    struct process_result r = {0};
    struct error unseen = {0};
    const char *args[GIT_MAX_ARGS + 1] = {"-c", "blame.showRoot=false", "blame", "--line-porcelain",
                                          "--no-textconv"};
    size_t count = 5;
    if (index >= BLAME_MAX_FILES || system_seconds() > b->until || system_interrupted()) {
        return;
    }
    f->asked = true;
    if (add_ranges(b, f, &arena, args + count)) {
        while (args[count] != NULL) {
            count++;
        }
        args[count++] = "HEAD";
        args[count++] = "--";
        args[count] = f->in_git;
        f->asked = git_ask(&b->at, args, (struct slice){0}, ANSWER_MAX, &r, &unseen) == KL_OK;
        read_blame(b, f, buf_as_slice(&r.out));
    }
    process_result_release(&r);
    arena_release(&arena);
}

/* ---- all of it ---- */

static const char *take_dates(struct blame *b) {
    size_t unasked = 0;
    bool beyond = false;
    for (size_t i = 0; i < b->count; i++) {
        const struct blamed *f = &b->files[i];
        unasked += !f->asked;
        beyond = beyond || f->beyond_clone;
        for (size_t k = f->first; k < f->end; k++) {
            const struct line *l = &b->lines[k];
            if (l->date[0] != '\0') {
                l->finding->since = arena_cstr(b->arena, slice_cstr(l->date));
                l->finding->since_commit = arena_cstr(b->arena, slice_cstr(l->commit));
            }
        }
    }
    return unasked > 0
               ? arena_printf(b->arena, "git did not say it in time of %zu of %zu files", unasked, b->count)
           : beyond ? "this clone is shallow: some lines are older than what it has"
                    : NULL;
}

const char *blame_findings(struct finding *findings, size_t count, const char *start, struct arena *arena) {
    struct blame b = {.arena = arena, .until = system_seconds() + BLAME_MAX_SECONDS};
    struct error e = {0};
    const char *why = NULL;
    if (count == 0 || project_find(&b.project, start, arena, &e) != KL_OK || b.project.git_top == NULL) {
        return NULL;
    }
    b.at = (struct git_place){b.project.git_top, GIT_OF_FOLDER};
    b.shallow = git_is_shallow(&b.at);
    list_files(&b, findings, count);
    if (compare_files(&b, &e) == KL_OK) {
        thread_each(system_processors(), b.count, ask_git, &b);
        why = take_dates(&b);
    } else {
        why = arena_cstr(arena, slice_cstr(e.message));
    }
    free(b.files);
    free(b.lines);
    return why;
}
