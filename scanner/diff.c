/* diff.c: see diff.h. */
#include "scanner/diff.h"

/* How many lines of each side a hunk still has. */
struct hunk_head {
    unsigned parents;
    uint32_t old_left[DIFF_MAX_PARENTS], new_left;
    uint32_t line;
};

/* ---- lines ---- */

/* The line at *at with its end; moves *at behind it. */
static struct slice take_line(struct slice text, size_t *at) {
    size_t end = slice_find_byte(text, '\n', *at), from = *at;
    *at = end == SIZE_MAX ? text.len : end + 1;
    return slice_sub(text, from, *at);
}

static struct slice without_end(struct slice line) {
    while (line.len > 0 && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r')) {
        line.len--;
    }
    return line;
}

static bool starts_section(struct slice line) {
    return slice_starts(line, "diff --git ") || slice_starts(line, "diff --cc ") ||
           slice_starts(line, "diff --combined ");
}

/* ---- names ---- */

static bool octal(struct slice s, size_t at, char *out) {
    unsigned value = 0;
    for (size_t i = at; i < at + 3; i++) {
        if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '7') {
            return false;
        }
        value = value * 8 + (unsigned)(s.ptr[i] - '0');
    }
    *out = (char)value;
    return value < 256;
}

/* As in C, which git writes names in that would confuse a terminal. */
static void unquote(struct slice s, struct buf *out) {
    static const char letters[] = "abtnvfr\"\\", bytes[] = "\a\b\t\n\v\f\r\"\\";
    for (size_t i = 1; i < s.len && s.ptr[i] != '"'; i++) {
        char c = s.ptr[i];
        if (c == '\\' && octal(s, i + 1, &c)) {
            i += 3;
        } else if (c == '\\' && i + 1 < s.len) {
            const char *at = memchr(letters, s.ptr[i + 1], sizeof letters - 1);
            c = at != NULL ? bytes[at - letters] : s.ptr[i + 1];
            i++;
        }
        buf_char(out, c);
    }
}

/* Of "--- NAME" and "+++ NAME": a name with a blank in it ends at a tab. */
static void read_name(struct slice line, struct buf *out) {
    struct slice name = without_end(slice_sub(line, strlen("+++ "), line.len));
    buf_clear(out);
    if (slice_starts(name, "\"")) {
        unquote(name, out);
    } else {
        size_t tab = slice_find_byte(name, '\t', 0);
        buf_slice(out, slice_sub(name, 0, tab == SIZE_MAX ? name.len : tab));
    }
}

static bool is_none(struct slice name) {
    return slice_eq_cstr(name, "/dev/null");
}

static bool has_letter(struct slice name) {
    return name.len > 2 && ascii_is_lower(name.ptr[0]) && name.ptr[1] == '/';
}

/* git sets a letter before both names, another one on each side (a/ b/, i/ w/, ...), unless it is told not
 * to. */
static struct slice without_letter(struct slice name, struct slice other) {
    bool both = has_letter(name) && (is_none(other) || (has_letter(other) && other.ptr[0] != name.ptr[0]));
    return both ? slice_sub(name, 2, name.len) : name;
}

/* ---- hunks ---- */

static bool read_number(struct slice s, size_t *at, uint32_t *out) {
    uint64_t value = 0;
    size_t from = *at;
    while (*at < s.len && ascii_is_digit(s.ptr[*at]) && value <= UINT32_MAX) {
        value = value * 10 + (uint64_t)(s.ptr[(*at)++] - '0');
    }
    *out = (uint32_t)value;
    return *at > from && value <= UINT32_MAX;
}

/* " -12,3": the count is 1 where it is not said. */
static bool read_range(struct slice s, size_t *at, char sign, uint32_t *line, uint32_t *count) {
    if (*at + 1 >= s.len || s.ptr[*at] != ' ' || s.ptr[*at + 1] != sign) {
        return false;
    }
    *at += 2;
    *count = 1;
    if (!read_number(s, at, line)) {
        return false;
    }
    if (*at < s.len && s.ptr[*at] == ',') {
        (*at)++;
        return read_number(s, at, count);
    }
    return true;
}

/* "@@ -1,2 +1,3 @@"; of a merge as many "@" and ranges more as it has parents more. */
static bool read_head(struct slice line, struct hunk_head *out) {
    size_t at = 0;
    uint32_t unused;
    *out = (struct hunk_head){0};
    while (at < line.len && line.ptr[at] == '@') {
        at++;
    }
    if (at < 2 || at - 1 > DIFF_MAX_PARENTS) {
        return false;
    }
    out->parents = (unsigned)at - 1;
    for (unsigned i = 0; i < out->parents; i++) {
        if (!read_range(line, &at, '-', &unused, &out->old_left[i])) {
            return false;
        }
    }
    return read_range(line, &at, '+', &out->line, &out->new_left) &&
           slice_starts(slice_sub(line, at, line.len), " @@");
}

static bool is_done(const struct hunk_head *h) {
    uint32_t left = h->new_left;
    for (unsigned i = 0; i < h->parents; i++) {
        left |= h->old_left[i];
    }
    return left == 0;
}

/* Counts a line of the hunk down; false if it is none. A mark a parent stands before it: a line that the
 * parent has and the new file has not begins with "-", one that it has not with "+". */
static bool count_line(struct hunk_head *h, struct slice line, bool *removed, bool *added) {
    struct slice text = without_end(line);
    *removed = *added = false;
    for (unsigned i = 0; i < h->parents && i < text.len; i++) {
        if (strchr(" +-", text.ptr[i]) == NULL || text.ptr[i] == '\0') {
            return false;
        }
        *removed = *removed || text.ptr[i] == '-';
        *added = *added || text.ptr[i] == '+';
    }
    if (*removed ? *added : h->new_left == 0) {
        return false;
    }
    h->new_left -= !*removed;
    for (unsigned i = 0; i < h->parents; i++) {
        char mark =
            i < text.len ? text.ptr[i] : ' '; /* mail programs take blanks away at the end of a line */
        bool there = *removed ? mark == '-' : mark == ' ';
        h->old_left[i] -= there && h->old_left[i] > 0;
    }
    return true;
}

static void read_body(struct diff_reader *r, struct hunk_head *h) {
    buf_clear(&r->before);
    buf_clear(&r->after);
    for (size_t next = r->at; next < r->text.len; r->at = next) {
        struct slice line = take_line(r->text, &next);
        bool removed, added;
        if (!slice_starts(line, "\\")) { /* "\ No newline at end of file" */
            if (is_done(h) || !count_line(h, line, &removed, &added)) {
                return;
            }
            struct slice text = slice_sub(line, h->parents < line.len ? h->parents : 0, line.len);
            text = h->parents < line.len ? text : SLICE_LIT("\n");
            bool everywhere_new =
                added && memchr(line.ptr, ' ', h->parents < line.len ? h->parents : line.len) == NULL;
            if (removed || !everywhere_new) {
                buf_slice(&r->before, text);
            }
            if (!removed) {
                buf_slice(&r->after, text);
            }
        }
        buf_char(&r->rest, '\n');
    }
}

/* ---- the text ---- */

/* A line between hunks; true if it belongs to a diff. */
static bool read_between(struct diff_reader *r, struct slice line, struct slice following) {
    bool names = slice_starts(line, "--- ") && slice_starts(following, "+++ ");
    if (starts_section(line)) {
        r->in_file = r->in_header = true;
        r->in_binary = false;
        buf_clear(&r->path);
        buf_clear(&r->other);
        return true;
    }
    if (names) {
        r->in_file = r->in_header = true;
        read_name(line, &r->other);
        return true;
    }
    if (r->in_header && slice_starts(line, "+++ ")) {
        read_name(line, &r->path);
        r->opens_file = true;
        return true;
    }
    bool packed = slice_starts(line, "GIT binary patch");
    if (r->in_header && (packed || slice_starts(line, "Binary files "))) {
        r->binary++;
        r->in_binary = packed;
        return true;
    }
    bool ends = r->in_binary ? slice_starts(line, "commit ") || slice_starts(line, "From ")
                             : without_end(line).len == 0;
    if (r->in_header && ends) {
        r->in_file = r->in_header = r->in_binary = false;
    }
    return r->in_header;
}

void diff_open(struct diff_reader *r, struct slice text) {
    *r = (struct diff_reader){
        .text = text, .path = BUF_INIT(KL_MAX_PATH_BYTES), .other = BUF_INIT(KL_MAX_PATH_BYTES)};
    buf_init_secret(&r->before, KL_MAX_FILE_BYTES);
    buf_init_secret(&r->after, KL_MAX_FILE_BYTES);
    buf_init_secret(&r->rest, KL_MAX_FILE_BYTES + 1);
}

bool diff_next(struct diff_reader *r, struct diff_hunk *out) {
    for (size_t next = r->at; r->at < r->text.len; r->at = next) {
        struct hunk_head head;
        struct slice line = take_line(r->text, &next);
        if (r->in_file && r->path.len > 0 && read_head(line, &head)) {
            buf_char(&r->rest, '\n');
            r->at = next;
            r->in_header = false;
            read_body(r, &head);
            struct slice path = buf_as_slice(&r->path);
            *out = (struct diff_hunk){
                .path = is_none(path) ? (struct slice){0} : without_letter(path, buf_as_slice(&r->other)),
                .opens_file = r->opens_file,
                .line = head.line > 0 ? head.line : 1,
                .before = buf_as_slice(&r->before),
                .after = buf_as_slice(&r->after),
            };
            r->opens_file = false;
            return true;
        }
        size_t following = next;
        if (read_between(r, line, take_line(r->text, &following))) {
            buf_char(&r->rest, '\n');
        } else {
            buf_slice(&r->rest, line);
        }
    }
    return false;
}

void diff_close(struct diff_reader *r) {
    buf_release(&r->path);
    buf_release(&r->other);
    buf_release(&r->before);
    buf_release(&r->after);
    buf_release(&r->rest);
}

bool diff_is(struct slice text) {
    struct slice lines[2] = {{0}};
    struct hunk_head head;
    text = slice_sub(text, 0, text.len < DIFF_LOOK_BYTES ? text.len : DIFF_LOOK_BYTES);
    for (size_t at = 0; at < text.len;) {
        struct slice line = take_line(text, &at);
        if (slice_starts(lines[0], "--- ") && slice_starts(lines[1], "+++ ") && read_head(line, &head)) {
            return true;
        }
        lines[0] = lines[1];
        lines[1] = line;
    }
    return false;
}
