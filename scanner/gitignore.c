/* gitignore.c: reads and matches ignore patterns. The rules are those of
 * gitignore(5); where the page is silent, those that git shows when it is asked
 * (tests/property/test_gitignore_git.py asks it). */
#include "scanner/gitignore.h"

#include "scanner/glob.h"

static bool is_special(char c) {
    return c == '*' || c == '?' || c == '[' || c == '\\';
}

static size_t literal_length(struct slice s) {
    size_t i = 0;
    while (i < s.len && !is_special(s.ptr[i]))
        i++;
    return i;
}

/* Blanks at the end do not count, except a blank that a backslash protects. */
static struct slice trim_end(struct slice line) {
    size_t keep = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\\') {
            i++;
            if (i >= line.len)
                return line;
        } else if (line.ptr[i] == ' ') {
            continue;
        }
        keep = i + 1;
    }
    return slice_sub(line, 0, keep);
}

/* False when the line holds no pattern. */
static bool parse_line(struct slice line, struct ignore_pattern *out) {
    size_t nul = slice_find_byte(line, '\0', 0); /* git reads C strings */
    if (nul != SIZE_MAX)
        line = slice_sub(line, 0, nul);
    line = trim_end(line);
    if (line.len == 0 || line.ptr[0] == '#')
        return false;
    *out = (struct ignore_pattern){0};
    if (line.ptr[0] == '!') {
        out->negative = true;
        line = slice_sub(line, 1, line.len);
    }
    if (line.len > 0 && line.ptr[line.len - 1] == '/') {
        out->folder_only = true;
        line = slice_sub(line, 0, line.len - 1);
    }
    out->any_level = slice_find_byte(line, '/', 0) == SIZE_MAX;
    if (!out->any_level && line.ptr[0] == '/')
        line = slice_sub(line, 1, line.len);
    if (line.len == 0)
        return false;
    out->text = line;
    out->literal = (uint32_t)literal_length(line);
    out->suffix = line.ptr[0] == '*' && literal_length(slice_sub(line, 1, line.len)) == line.len - 1;
    return true;
}

/* The next line without its end; a CR before it belongs to the end. */
static bool next_line(struct slice text, size_t *at, struct slice *line) {
    if (*at >= text.len)
        return false;
    size_t end = slice_find_byte(text, '\n', *at);
    size_t next = end == SIZE_MAX ? text.len : end + 1;
    if (end == SIZE_MAX)
        end = text.len;
    if (end > *at && text.ptr[end - 1] == '\r')
        end--;
    *line = slice_sub(text, *at, end);
    *at = next;
    return true;
}

const struct ignore_list *gitignore_parse(struct slice text, struct slice base, bool fold_case,
                                          const struct ignore_list *next, struct arena *arena) {
    if (slice_starts(text, "\xef\xbb\xbf"))
        text = slice_sub(text, 3, text.len);
    text = arena_copy(arena, text);
    size_t lines = 0, at = 0;
    struct slice line;
    while (next_line(text, &at, &line))
        lines++;
    struct ignore_list *list = arena_calloc(arena, 1, sizeof *list);
    list->items = arena_calloc(arena, lines, sizeof *list->items);
    for (at = 0; next_line(text, &at, &line);)
        if (parse_line(line, &list->items[list->count]))
            list->count++;
    list->base = arena_copy(arena, base);
    list->fold_case = fold_case;
    list->next = next;
    return list->count > 0 ? list : next;
}

static bool bytes_equal(const char *a, const char *b, size_t len, bool fold) {
    if (!fold)
        return memcmp(a, b, len) == 0;
    for (size_t i = 0; i < len; i++)
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

static bool match_name(const struct ignore_pattern *p, struct slice name, bool fold) {
    if (p->literal == p->text.len)
        return p->text.len == name.len && bytes_equal(p->text.ptr, name.ptr, name.len, fold);
    if (p->suffix) {
        size_t tail = p->text.len - 1;
        return tail <= name.len && bytes_equal(p->text.ptr + 1, name.ptr + name.len - tail, tail, fold);
    }
    return glob_match(p->text, name, fold ? GLOB_FOLD_CASE : 0);
}

/* The literal start is compared first and cut off, as git does: which makes
 * the "**" of "a**" + "/b" stand at the start of what is left. */
static bool match_path(const struct ignore_pattern *p, struct slice path, bool fold) {
    if (p->literal > path.len || (p->literal > 0 && !bytes_equal(p->text.ptr, path.ptr, p->literal, fold)))
        return false;
    struct slice pattern = slice_sub(p->text, p->literal, p->text.len);
    struct slice rest = slice_sub(path, p->literal, path.len);
    if (pattern.len == 0 && rest.len == 0)
        return true;
    return glob_match(pattern, rest, fold ? GLOB_FOLD_CASE : 0);
}

static enum ignore_verdict match_list(const struct ignore_list *list, struct slice path, struct slice name,
                                      bool is_folder) {
    struct slice below = path;
    if (list->base.len > 0) {
        if (path.len <= list->base.len || path.ptr[list->base.len] != '/' ||
            memcmp(path.ptr, list->base.ptr, list->base.len) != 0)
            return IGNORE_UNDECIDED;
        below = slice_sub(path, list->base.len + 1, path.len);
    }
    for (size_t i = list->count; i-- > 0;) {
        const struct ignore_pattern *p = &list->items[i];
        if (p->folder_only && !is_folder)
            continue;
        if (p->any_level ? match_name(p, name, list->fold_case) : match_path(p, below, list->fold_case))
            return p->negative ? IGNORE_NO : IGNORE_YES;
    }
    return IGNORE_UNDECIDED;
}

enum ignore_verdict gitignore_decide(const struct ignore_list *chain, struct slice path, bool is_folder) {
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    struct slice name = slice_sub(path, start, path.len);
    for (; chain; chain = chain->next) {
        enum ignore_verdict v = match_list(chain, path, name, is_folder);
        if (v != IGNORE_UNDECIDED)
            return v;
    }
    return IGNORE_UNDECIDED;
}

bool gitignore_covers(const struct ignore_list *chain, struct slice path, bool is_folder) {
    if (!chain)
        return false;
    for (size_t i = 1; i < path.len; i++)
        if (path.ptr[i] == '/' && gitignore_decide(chain, slice_sub(path, 0, i), true) == IGNORE_YES)
            return true;
    return path.len > 0 && gitignore_decide(chain, path, is_folder) == IGNORE_YES;
}
