/* language.c: what kind of file a path is, by its name and its first bytes. */
#include "base/file.h"
#include "scanner/scan.h"

/* git's own idea of a binary file: a NUL in the first bytes. */
#define BINARY_LOOK_BYTES 8000u

enum name_part { WHOLE, SUFFIX, PREFIX };

static const struct {
    enum name_part part;
    const char *text; /* small letters */
    enum scan_language language;
} names[] = {
    {SUFFIX, ".py", SCAN_PYTHON},          {SUFFIX, ".pyi", SCAN_PYTHON},
    {SUFFIX, ".pyw", SCAN_PYTHON},         {SUFFIX, ".ipynb", SCAN_NOTEBOOK},
    {SUFFIX, ".env", SCAN_DOTENV},         {PREFIX, ".env.", SCAN_DOTENV},
    {WHOLE, ".flaskenv", SCAN_DOTENV},     {SUFFIX, ".secret", SCAN_DOTENV},
    {PREFIX, ".secret.", SCAN_DOTENV},     {SUFFIX, ".secrets", SCAN_DOTENV},
    {SUFFIX, ".ini", SCAN_CONFIG},         {SUFFIX, ".cfg", SCAN_CONFIG},
    {SUFFIX, ".conf", SCAN_CONFIG},        {SUFFIX, ".toml", SCAN_CONFIG},
    {SUFFIX, ".yaml", SCAN_CONFIG},        {SUFFIX, ".yml", SCAN_CONFIG},
    {SUFFIX, ".json", SCAN_CONFIG},        {SUFFIX, ".properties", SCAN_CONFIG},
    {WHOLE, ".pypirc", SCAN_CONFIG},       {WHOLE, ".netrc", SCAN_CONFIG},
    {WHOLE, "_netrc", SCAN_CONFIG},        {WHOLE, ".npmrc", SCAN_CONFIG},
    {PREFIX, "requirements", SCAN_CONFIG}, {WHOLE, "pip.conf", SCAN_CONFIG},
    {WHOLE, "credentials", SCAN_CONFIG},   {WHOLE, "pipfile", SCAN_CONFIG},
    {SUFFIX, ".sh", SCAN_SHELL},           {SUFFIX, ".bash", SCAN_SHELL},
    {SUFFIX, ".zsh", SCAN_SHELL},          {SUFFIX, ".ksh", SCAN_SHELL},
    {WHOLE, ".bashrc", SCAN_SHELL},        {WHOLE, ".zshrc", SCAN_SHELL},
    {WHOLE, ".profile", SCAN_SHELL},       {WHOLE, ".bash_profile", SCAN_SHELL},
    {WHOLE, ".envrc", SCAN_SHELL},         {PREFIX, "dockerfile", SCAN_SHELL},
    {SUFFIX, ".dockerfile", SCAN_SHELL},   {PREFIX, "containerfile", SCAN_SHELL},
};

static const struct {
    enum name_part part;
    const char *text; /* small letters */
    enum scan_partly partly;
} partly_names[] = {
    {SUFFIX, ".lock", PARTLY_LOCK},
    {WHOLE, "package-lock.json", PARTLY_LOCK},
    {WHOLE, "npm-shrinkwrap.json", PARTLY_LOCK},
    {WHOLE, "packages.lock.json", PARTLY_LOCK},
    {WHOLE, "pnpm-lock.yaml", PARTLY_LOCK},
    {WHOLE, "conda-lock.yml", PARTLY_LOCK},
    {WHOLE, "go.sum", PARTLY_LOCK},
    {SUFFIX, ".lock.hcl", PARTLY_LOCK},
    {SUFFIX, ".min.js", PARTLY_MINIFIED},
    {SUFFIX, ".min.mjs", PARTLY_MINIFIED},
    {SUFFIX, ".min.css", PARTLY_MINIFIED},
    {SUFFIX, ".js.map", PARTLY_MINIFIED},
    {SUFFIX, ".css.map", PARTLY_MINIFIED},
};
/* A script or style sheet of that length without that many line ends was written by a program. */
#define MINIFIED_LOOK_BYTES ((size_t)4096)
#define MINIFIED_MAX_LINES 4u

static bool name_matches(struct slice name, enum name_part part, const char *text) {
    if (part == WHOLE)
        return slice_eq_cstr(name, text);
    return part == SUFFIX ? slice_ends(name, text) : slice_starts(name, text);
}

/* "#!/usr/bin/env python3": what runs the script. */
static bool shebang_language(struct slice head, enum scan_language *out) {
    if (!slice_starts(head, "#!"))
        return false;
    size_t end = slice_find_byte(head, '\n', 0);
    struct slice line = slice_sub(head, 2, end == SIZE_MAX ? head.len : end);
    static const char *const pythons[] = {"python", "pypy", "uv run", "pipx run"};
    for (size_t i = 0; i < KL_ARRAY_LEN(pythons); i++) {
        if (slice_find(line, slice_cstr(pythons[i]), 0) == SIZE_MAX)
            continue;
        *out = SCAN_PYTHON;
        return true;
    }
    *out = SCAN_SHELL;
    line = slice_trim(line);
    return slice_ends(line, "sh") || slice_find(line, SLICE_LIT("sh "), 0) != SIZE_MAX;
}

static bool looks_minified(struct slice name, struct slice head) {
    static const char *const endings[] = {".js", ".mjs", ".cjs", ".css"};
    bool script = false;
    for (size_t i = 0; i < KL_ARRAY_LEN(endings); i++)
        script = script || slice_ends(name, endings[i]);
    if (!script || head.len < MINIFIED_LOOK_BYTES)
        return false;
    size_t lines = 0;
    for (size_t i = 0; i < MINIFIED_LOOK_BYTES; i++)
        lines += head.ptr[i] == '\n';
    return lines < MINIFIED_MAX_LINES;
}

enum scan_partly scan_partly_of(const char *path, struct slice head) {
    char low[PATH_LOW_NAME_MAX + 1];
    struct slice name = path_low_name(path, low);
    for (size_t i = 0; i < KL_ARRAY_LEN(partly_names); i++)
        if (name_matches(name, partly_names[i].part, partly_names[i].text))
            return partly_names[i].partly;
    return looks_minified(name, head) ? PARTLY_MINIFIED : PARTLY_NOT;
}

enum scan_language scan_language_of(const char *path, struct slice head) {
    char low[PATH_LOW_NAME_MAX + 1];
    struct slice name = path_low_name(path, low);
    enum scan_language language = SCAN_TEXT;
    bool known = false;
    for (size_t i = 0; i < KL_ARRAY_LEN(names) && !known; i++) {
        known = name_matches(name, names[i].part, names[i].text);
        if (known)
            language = names[i].language;
    }
    if (!known)
        known = shebang_language(head, &language);
    if (language == SCAN_PYTHON)
        return language; /* every byte sequence is a valid input */
    bool utf16 = slice_starts(head, "\xff\xfe") || slice_starts(head, "\xfe\xff");
    if (!utf16 && slice_find_byte(slice_sub(head, 0, BINARY_LOOK_BYTES), '\0', 0) != SIZE_MAX)
        return SCAN_BINARY;
    return known ? language : SCAN_TEXT;
}
