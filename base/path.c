/* path.c: path arithmetic; everything but path_real is lexical. */
#include "base/file.h"

char *path_join(struct arena *a, const char *dir, const char *name) {
    size_t len = strlen(dir);
    if (name[0] == '/' || len == 0)
        return arena_cstr(a, slice_cstr(name));
    return arena_printf(a, dir[len - 1] == '/' ? "%s%s" : "%s/%s", dir, name);
}

char *path_dirname(struct arena *a, const char *path) {
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    if (len == 0)
        return arena_cstr(a, SLICE_LIT("."));
    while (len > 1 && path[len - 1] == '/')
        len--;
    return arena_cstr(a, slice_of(path, len));
}

const char *path_basename(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

struct slice path_low_name(const char *path, char low[PATH_LOW_NAME_MAX + 1]) {
    struct slice name = slice_cstr(path_basename(path));
    name = slice_sub(name, name.len > PATH_LOW_NAME_MAX ? name.len - PATH_LOW_NAME_MAX : 0, name.len);
    for (size_t i = 0; i < name.len; i++)
        low[i] = ascii_lower(name.ptr[i]);
    low[name.len] = '\0';
    return slice_of(low, name.len);
}

char *path_real(struct arena *a, const char *path) {
    char *resolved = realpath(path, NULL);
    if (!resolved)
        return NULL;
    char *copy = arena_cstr(a, slice_cstr(resolved));
    free(resolved);
    return copy;
}

/* The length of the part at `s`, up to the next slash or the end. */
static size_t part_len(const char *s) {
    return strcspn(s, "/");
}

static bool is_dots(const char *part, size_t len, size_t dots) {
    return len == dots && memcmp(part, "..", dots) == 0;
}

char *path_normalize(struct arena *a, const char *path) {
    bool rooted = path[0] == '/';
    size_t len = strlen(path), out = 0;
    char *text = arena_alloc(a, len + 2);
    size_t floor = 0; /* bytes at the front that ".." cannot take back */
    if (rooted)
        text[out++] = '/', floor = 1;
    for (const char *p = path; *p; p += part_len(p)) {
        while (*p == '/')
            p++;
        size_t part = part_len(p);
        if (part == 0 || is_dots(p, part, 1))
            continue;
        if (is_dots(p, part, 2)) {
            if (out > floor) { /* drop the last part and its slash */
                while (out > floor && text[out - 1] != '/')
                    out--;
                if (out > floor)
                    out--;
                continue;
            }
            if (rooted)
                continue;
        }
        if (out > 0 && text[out - 1] != '/')
            text[out++] = '/';
        memcpy(text + out, p, part);
        out += part;
        if (is_dots(p, part, 2))
            floor = out;
    }
    if (out == 0)
        text[out++] = '.';
    text[out] = '\0';
    return text;
}

bool path_is_inside(const char *path, const char *folder) {
    size_t len = strlen(folder);
    while (len > 0 && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

char *path_relative(struct arena *a, const char *path, const char *base) {
    const char *to = path_normalize(a, path), *from = path_normalize(a, base);
    struct buf text = BUF_INIT(KL_MAX_PATH_BYTES);
    for (;;) { /* leave out the leading parts that both have */
        while (*to == '/')
            to++;
        while (*from == '/')
            from++;
        size_t len = part_len(to);
        if (len == 0 || len != part_len(from) || memcmp(to, from, len) != 0)
            break;
        to += len;
        from += len;
    }
    for (; *from; from += part_len(from)) {
        while (*from == '/')
            from++;
        if (*from)
            buf_str(&text, text.len ? "/.." : "..");
    }
    if (*to) {
        if (text.len)
            buf_char(&text, '/');
        buf_str(&text, to);
    }
    char *result = arena_cstr(a, text.len ? buf_as_slice(&text) : SLICE_LIT("."));
    buf_release(&text);
    return result;
}
