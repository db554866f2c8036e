/* python_version.c: see python_version.h. Whoever asks writes code that the oldest
 * one reads: where nothing is sure, that is PYTHON_OLDEST_MINOR. */
#include "cli/python_version.h"

#include "base/file.h"
#include "base/toml.h"

#define MAX_MINOR 99u

/* "3.N" at the start; 0 for anything else. */
static unsigned minor_at(struct slice s) {
    unsigned minor = 0;
    if (!slice_starts(s, "3.") || s.len < 3 || !ascii_is_digit(s.ptr[2]))
        return 0;
    for (size_t i = 2; i < s.len && ascii_is_digit(s.ptr[i]) && minor <= MAX_MINOR; i++)
        minor = minor * 10 + (unsigned)(s.ptr[i] - '0');
    return minor <= MAX_MINOR ? minor : 0;
}

/* A clause that lets in nothing below its version. */
static unsigned lower_bound(struct slice clause) {
    static const char *const operators[] = {"===", ">=", "~=", "==", "^", "~", ">", "="};
    clause = slice_trim(clause);
    for (size_t i = 0; i < KL_ARRAY_LEN(operators); i++)
        if (slice_starts(clause, operators[i]))
            return minor_at(slice_trim(slice_sub(clause, strlen(operators[i]), clause.len)));
    return minor_at(clause); /* Poetry: "3.9", "3.9.*" */
}

unsigned python_minor_of(struct slice specification) {
    unsigned oldest = PYTHON_OLDEST_MINOR;
    if (slice_find_byte(specification, '|', 0) != SIZE_MAX) /* Poetry's "or" */
        return oldest;
    for (size_t start = 0; start <= specification.len;) {
        size_t comma = slice_find_byte(specification, ',', start);
        size_t end = comma == SIZE_MAX ? specification.len : comma;
        unsigned minor = lower_bound(slice_sub(specification, start, end));
        oldest = minor > oldest ? minor : oldest;
        start = end + 1;
    }
    return oldest;
}

static const char *in_pyproject(const cJSON *toml) {
    const char *found = json_string(json_get(toml, "project"), "requires-python");
    if (found)
        return found;
    const cJSON *poetry = json_get(json_get(toml, "tool"), "poetry");
    return json_string(json_get(poetry, "dependencies"), "python");
}

/* python_requires = >=3.9 */
static struct slice in_setup_cfg(struct slice text) {
    struct slice key = SLICE_LIT("python_requires");
    size_t at = slice_find(text, key, 0);
    if (at == SIZE_MAX || (at > 0 && text.ptr[at - 1] != '\n'))
        return slice_of(NULL, 0);
    size_t end = slice_find_byte(text, '\n', at);
    struct slice rest = slice_trim(slice_sub(text, at + key.len, end == SIZE_MAX ? text.len : end));
    return slice_starts(rest, "=") ? slice_sub(rest, 1, rest.len) : slice_of(NULL, 0);
}

unsigned python_oldest_minor(const char *root, struct arena *arena) {
    cJSON *toml = NULL;
    struct error ignored = {0}; /* the configuration's error to report */
    unsigned minor = PYTHON_OLDEST_MINOR;
    if (toml_read_file(path_join(arena, root, "pyproject.toml"), &toml, &ignored) == KL_OK) {
        const char *found = in_pyproject(toml);
        minor = found ? python_minor_of(slice_cstr(found)) : minor;
        cJSON_Delete(toml);
        if (found)
            return minor;
    }
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    if (file_read(path_join(arena, root, "setup.cfg"), KL_MAX_CONFIG_BYTES, &text, &ignored) == KL_OK)
        minor = python_minor_of(in_setup_cfg(buf_as_slice(&text)));
    buf_release(&text);
    return minor;
}
