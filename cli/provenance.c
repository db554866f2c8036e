/* provenance.c: see provenance.h. */
#include "cli/provenance.h"

#include "base/encode.h"
#include "base/git.h"
#include "cli/project.h"

#define ADDRESS_MAX ((size_t)4096)
#define ANSWER_MAX ((size_t)64 << 10)

static const char *const schemes[] = {"https://", "http://", "ssh://", "git://"};

/* The first of these bytes from `from` on; the end if there is none. */
static size_t find_any(struct slice s, const char *bytes, size_t from) {
    while (from < s.len && strchr(bytes, s.ptr[from]) == NULL) {
        from++;
    }
    return from;
}

/* The path's parts, encoded; what is encoded already stays. */
static void add_path(struct slice path, struct buf *out) {
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '/' || path.ptr[i] == '%') {
            buf_char(out, path.ptr[i]);
        } else {
            encode_percent(slice_sub(path, i, i + 1), out);
        }
    }
}

/* "[user[:password]@]host[:port]": a token often stands before the "@". */
static bool add_host(struct slice host, struct buf *out) {
    for (size_t at = slice_find_byte(host, '@', 0); at != SIZE_MAX; at = slice_find_byte(host, '@', 0)) {
        host = slice_sub(host, at + 1, host.len);
    }
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (!ascii_is_upper(c) && !ascii_is_lower(c) && !ascii_is_digit(c) && strchr(".-_:[]", c) == NULL) {
            return false;
        }
    }
    buf_slice(out, host);
    return host.len > 0;
}

bool provenance_uri(struct slice address, struct buf *out) {
    const char *scheme = NULL;
    struct slice rest = address;
    for (size_t i = 0; i < KL_ARRAY_LEN(schemes) && scheme == NULL; i++) {
        if (slice_starts(address, schemes[i])) {
            scheme = schemes[i];
            rest = slice_sub(address, strlen(scheme), address.len);
        }
    }
    /* "host:path", without a scheme: over ssh. A folder has a slash before any colon; "name::" calls a
     * program. */
    size_t end = find_any(rest, scheme != NULL ? "/?#" : ":/[", 0);
    bool colon = end + 1 < rest.len && rest.ptr[end] == ':' && rest.ptr[end + 1] != ':' &&
                 !slice_starts(slice_sub(rest, end + 1, rest.len), "//");
    if (address.len > ADDRESS_MAX || (scheme == NULL && !colon)) {
        return false;
    }
    size_t path = end + (scheme == NULL || (end < rest.len && rest.ptr[end] == '/'));
    buf_str(out, scheme != NULL ? scheme : "ssh://");
    if (!add_host(slice_sub(rest, 0, end), out)) {
        return false;
    }
    if (path < rest.len && path > end) {
        path += rest.ptr[path] == '/';
        buf_char(out, '/');
        add_path(slice_sub(rest, path, find_any(rest, "?#", path)), out);
    }
    return true;
}

/* The answer of git without the end of its last line; NULL where it has none. */
static const char *ask(const struct git_place *at, const char *const *args, struct arena *arena) {
    struct process_result r = {0};
    struct error unseen = {0};
    const char *answer = NULL;
    if (git_ask(at, args, (struct slice){0}, ANSWER_MAX, &r, &unseen) == KL_OK) {
        struct slice text = slice_trim(buf_as_slice(&r.out));
        answer = text.len > 0 ? arena_cstr(arena, text) : NULL;
    }
    process_result_release(&r);
    return answer;
}

bool provenance_read(const char *path, struct arena *arena, struct provenance *out) {
    static const char *const remote[] = {"config", "--get", "remote.origin.url", NULL};
    static const char *const commit[] = {"rev-parse", "--verify", "--quiet", "HEAD", NULL};
    static const char *const branch[] = {"symbolic-ref", "--quiet", "--short", "HEAD", NULL};
    struct project project = {0};
    struct error unseen = {0};
    if (project_find(&project, path, arena, &unseen) != KL_OK || project.git_top == NULL) {
        return false;
    }
    struct git_place at = {project.git_top, GIT_OF_FOLDER};
    const char *address = ask(&at, remote, arena);
    struct buf uri = BUF_INIT(4 * ADDRESS_MAX);
    bool known = address != NULL && provenance_uri(slice_cstr(address), &uri);
    *out = (struct provenance){.repository = known ? arena_cstr(arena, buf_as_slice(&uri)) : NULL};
    buf_release(&uri);
    if (known) {
        out->revision = ask(&at, commit, arena);
        out->branch = ask(&at, branch, arena);
    }
    return known;
}
