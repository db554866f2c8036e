/* environ_text.c: the module that puts secrets into the environment when it is imported.
 * Its list of names grows with later runs; nothing else of it changes. */
#include "rewriters/module_text.h"

#include "rewriters/style.h"

#define NAMES_LINE "NAMES: list[str] = ["
#define BYTES_LINE "BYTES: list[str] = ["

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_names(struct buf *b, const char *line, const struct environ_names *all, bool bytes,
                      struct arena *arena) {
    const char **names = arena_calloc(arena, all->count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].is_bytes == bytes)
            names[count++] = all->items[i].name;
    if (count)
        qsort(names, count, sizeof *names, by_text);
    buf_str(b, line);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
            buf_printf(b, "%s    %s,\n", i == 0 ? "\n" : "", style_quote(names[i], arena));
    buf_str(b, "]\n");
}

static const char load[] =
    "def load() -> None:\n"
    "    \"\"\"Set the variables that are not set. A name that the vault lacks stays unset.\"\"\"\n"
    "    for name in NAMES + BYTES:\n"
    "        if name in os.environ:\n"
    "            continue\n"
    "        try:\n"
    "            value = read_from_vault(name)\n"
    "        except SecretNotFoundError:\n"
    "            continue\n"
    "        if isinstance(value, bytes) and name in BYTES:\n"
    "            value = base64.b64encode(value).decode()\n"
    "        os.environ[name] = value.decode() if isinstance(value, bytes) else value\n"
    "\n"
    "\n";

const char *rewrite_environ_module(struct arena *arena, const struct python_module *m,
                                   const struct environ_names *names) {
    struct buf b = BUF_INIT(KL_MAX_REWRITE_BYTES);
    buf_printf(&b, "\"\"\"Put the secrets of this program into its environment, from %s.\n", m->title);
    buf_str(&b, "\n"
                "After the import of this module, os.environ has the names below. A variable that is\n"
                "set already wins, so tests and laptops need no vault: they set the variables before\n"
                "the import. For bytes the variable has their base64.\n"
                "\"\"\"\n"
                "\n");
    module_add_imports(&b, m);
    buf_str(&b, module_uses_any(m) ? "from typing import Any\n\n" : "\n");
    module_add_constants(&b, m, arena);
    add_names(&b, NAMES_LINE, names, false, arena);
    add_names(&b, BYTES_LINE, names, true, arena);
    buf_str(&b, "\n\n");
    buf_str(&b, module_error_class);
    buf_str(&b, load);
    module_add_reading(&b, m);
    buf_str(&b, "\n\nload()\n");
    const char *text = arena_cstr(arena, buf_as_slice(&b));
    buf_release(&b);
    return text;
}

/* The lines between `line` and the next "]". */
static size_t read_names(struct slice text, const char *line, bool bytes, struct environ_name *out,
                         size_t max, struct arena *arena) {
    size_t at = slice_find(text, slice_cstr(line), 0), count = 0;
    at = at == SIZE_MAX ? text.len : at + strlen(line) + 1;
    while (count < max && slice_starts(slice_sub(text, at, text.len), "    \"")) {
        size_t end = slice_find(text, SLICE_LIT("\",\n"), at);
        if (end == SIZE_MAX)
            break;
        out[count].name = arena_cstr(arena, slice_sub(text, at + strlen("    \""), end));
        out[count++].is_bytes = bytes;
        at = end + strlen("\",\n");
    }
    return count;
}

bool rewrite_environ_names(struct slice text, const struct python_module *m, struct arena *arena,
                           struct environ_names *out) {
    size_t max = text.len / 8 + 1; /* a name takes more than that of a line */
    out->items = arena_calloc(arena, max, sizeof *out->items);
    out->count = read_names(text, NAMES_LINE, false, out->items, max, arena);
    out->count += read_names(text, BYTES_LINE, true, out->items + out->count, max - out->count, arena);
    return slice_eq_cstr(text, rewrite_environ_module(arena, m, out));
}
