/* present.c: see present.h. */
#include "cli/present.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/gitread.h"
#include "base/mem.h"
#include "cli/line_index.h"
#include "cli/project.h"

#define GROUP_BYTES ((size_t)64 << 20)

/* A version of a file: the one with the findings from `first` to `end`, and after it the newest. */
struct version {
    struct git_file git;
    bool newest;
    size_t first, end;
};

struct present {
    const struct finding *findings;
    struct arena *arena;
    struct arena texts; /* lines of the older versions, which have secrets in them */
    struct version *versions;
    size_t count, cap;
    struct slice *lines; /* of each finding; without a pointer: not known */
    size_t *numbers;     /* git's, of these */
    uint32_t *found;
};

static void add_version(struct present *p, const char *commit, const char *in_git, bool newest, size_t first,
                        size_t end) {
    p->versions = mem_grow(p->versions, &p->cap, p->count + 1, sizeof *p->versions);
    p->versions[p->count++] =
        (struct version){.git.name = slice_cstr(arena_printf(p->arena, "%s:%s", commit, in_git)),
                         .newest = newest,
                         .first = first,
                         .end = end};
}

static void list_versions(struct present *p, size_t count, const struct project *project, const char *tip) {
    const char *here = path_real(p->arena, ".");
    for (size_t end, i = 0; i < count && here != NULL; i = end) {
        const struct finding *f = &p->findings[i];
        for (end = i + 1; end < count && f->commit != NULL && p->findings[end].commit != NULL &&
                          strcmp(f->path, p->findings[end].path) == 0 &&
                          strcmp(f->commit, p->findings[end].commit) == 0;) {
            end++;
        }
        const char *in_git = project_reported_path(project, here, f->path, p->arena);
        if (f->commit != NULL && in_git != NULL && strchr(in_git, '\n') == NULL) {
            add_version(p, f->commit, in_git, false, i, end);
            add_version(p, tip, in_git, true, i, end);
        }
    }
}

static void take_lines(struct present *p, const struct version *v, struct slice text) {
    for (size_t i = v->first; i < v->end; i++) {
        struct line_place place = {.number = 1};
        size_t start = (size_t)p->findings[i].start_byte;
        if (start < text.len) {
            line_place_move(&place, text, start);
            p->lines[i] = arena_copy(&p->texts, line_at(text, place.begin));
            p->numbers[i] = place.number;
        }
    }
}

/* The difference, for what is a line for Python is not always one for git. */
static void find_lines(struct present *p, const struct version *v, struct slice text) {
    struct line_index index = {.text = text};
    line_index_make(&index);
    for (size_t i = v->first; i < v->end; i++) {
        uint64_t now = p->lines[i].ptr != NULL ? line_index_find(&index, p->lines[i], p->numbers[i]) : 0;
        int64_t moved = (int64_t)now - (int64_t)p->numbers[i];
        p->found[i] = now > 0 ? (uint32_t)((int64_t)p->findings[i].line + moved) : 0;
    }
    line_index_release(&index);
}

static void take_version(void *ctx, size_t index, struct slice bytes) {
    struct present *p = ctx;
    const struct version *v = &p->versions[index];
    if (bytes.ptr != NULL) {
        (v->newest ? find_lines : take_lines)(p, v, bytes);
    }
}

static enum kl_status read_versions(struct present *p, const struct git_place *at, struct error *e) {
    struct git_files files = GIT_FILES(p->versions, p->count, git);
    enum kl_status s = git_read_sizes(at, &files, e);
    size_t kept = 0;
    for (size_t i = 0; i < p->count && s == KL_OK; i++) {
        if (p->versions[i].git.size <= KL_MAX_FILE_BYTES) {
            p->versions[kept++] = p->versions[i];
        }
    }
    files.count = kept;
    for (size_t end, i = 0; i < kept && s == KL_OK; i = end) {
        end = git_group_end(&files, i, GROUP_BYTES, SIZE_MAX);
        s = git_read_group(at, &files, i, end, take_version, p, e);
    }
    return s;
}

const uint32_t *present_lines(const struct finding *findings, size_t count, const char *start,
                              const char *tip, struct arena *arena) {
    struct project project = {0};
    struct error unseen = {0};
    if (strchr(tip, '\n') != NULL || project_find(&project, start, arena, &unseen) != KL_OK ||
        project.git_top == NULL) {
        return NULL;
    }
    struct present p = {.findings = findings, .arena = arena};
    struct git_place at = {project.git_top, GIT_OF_FOLDER};
    p.lines = arena_calloc(&p.texts, count + 1, sizeof *p.lines);
    p.numbers = arena_calloc(&p.texts, count + 1, sizeof *p.numbers);
    p.found = arena_calloc(arena, count + 1, sizeof *p.found);
    list_versions(&p, count, &project, tip);
    (void)(read_versions(&p, &at, &unseen) == KL_OK); /* then some are not known */
    free(p.versions);
    arena_release(&p.texts);
    return p.found;
}
