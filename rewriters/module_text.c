/* module_text.c: the module that all sites of a package read from: what is the same for
 * every vault is here, what differs is data (struct python_module).
 *
 * The text is a function of its arguments alone, so that a second migration finds
 * the module that the first one made. It is as black and ruff format it, and clean under
 * mypy --strict; tests/vaults/test_styles.py sees to that. */
#include "rewriters/module_text.h"

#include "rewriters/style.h"

#define LINE_MAX_COLUMNS 88 /* black's */
#define INDENT 4

/* Text between the braces of f"...". */
static void add_braced(struct buf *b, struct slice text, struct arena *arena) {
    const char *quoted = style_quote(arena_cstr(arena, text), arena);
    size_t len = strlen(quoted);
    for (size_t i = 1; i + 1 < len; i++)
        buf_printf(b, quoted[i] == '{' || quoted[i] == '}' ? "%c%c" : "%c", quoted[i], quoted[i]);
}

void module_add_environment(struct buf *b, const struct python_environment *e, struct arena *arena) {
    if (e->variable) {
        buf_printf(b, "# Where %s names none.\n", e->variable);
        buf_printf(b, "ENVIRONMENT = os.environ.get(%s, %s)\n", style_quote(e->variable, arena),
                   style_quote(e->name, arena));
    } else {
        buf_printf(b, "ENVIRONMENT = %s\n", style_quote(e->name, arena));
    }
}

/* PREFIX = f"shop/{ENVIRONMENT}/" */
static void add_switched(struct buf *b, const struct python_constant *c, const struct python_environment *e,
                         struct arena *arena) {
    struct slice value = slice_cstr(c->value);
    buf_printf(b, "%s = f\"", c->name);
    add_braced(b, slice_sub(value, 0, e->at), arena);
    buf_str(b, "{ENVIRONMENT}");
    add_braced(b, slice_sub(value, e->at + strlen(e->name), value.len), arena);
    buf_str(b, "\"\n");
}

void module_add_constants(struct buf *b, const struct python_module *m, struct arena *arena) {
    if (m->environment)
        module_add_environment(b, m->environment, arena);
    for (const struct python_constant *c = m->constants; c->name; c++) {
        const char *quoted = style_quote(c->value, arena);
        size_t alone = strlen(quoted) + INDENT, line = strlen(c->name) + strlen(" = ") + strlen(quoted);
        if (c->comment)
            buf_printf(b, "# %s\n", c->comment);
        if (m->environment && c->has_prefix) {
            add_switched(b, c, m->environment, arena);
            continue;
        }
        bool folds = line > LINE_MAX_COLUMNS && alone <= LINE_MAX_COLUMNS;
        buf_printf(b, folds ? "%s = (\n    %s\n)\n" : "%s = %s\n", c->name, quoted);
    }
    buf_str(b, m->constants[0].name ? "\n" : "");
}

const char module_error_class[] =
    "class SecretNotFoundError(KeyError):\n"
    "    \"\"\"Neither the environment nor the vault has a secret of this name.\"\"\"\n"
    "\n"
    "    def __str__(self) -> str:\n"
    "        return f\"{self.args[0]}: neither in the environment nor in the vault\"\n"
    "\n"
    "\n";

static const char find[] = "def _find(name: str) -> str | bytes:\n"
                           "    value = os.environ.get(name)\n"
                           "    if value is not None:\n"
                           "        return value\n"
                           "    with _lock:\n"
                           "        if name not in _known:\n"
                           "            _known[name] = read_from_vault(name)\n"
                           "        return _known[name]\n"
                           "\n"
                           "\n";

static const char getters[] =
    "@overload\n"
    "def get_secret(name: str) -> str: ...\n"
    "@overload\n"
    "def get_secret(name: str, default: _T) -> str | _T: ...\n"
    "def get_secret(name: str, default: Any = _REQUIRED) -> Any:\n"
    "    \"\"\"Return a secret, or the default, if there is one, for a missing secret.\"\"\"\n"
    "    try:\n"
    "        value = _find(name)\n"
    "    except SecretNotFoundError:\n"
    "        if default is _REQUIRED:\n"
    "            raise\n"
    "        return default\n"
    "    return value.decode() if isinstance(value, bytes) else value\n"
    "\n"
    "\n"
    "def get_secret_bytes(name: str) -> bytes:\n"
    "    \"\"\"Return a secret that is bytes; where there is only text, it is their base64.\"\"\"\n"
    "    value = _find(name)\n"
    "    return value if isinstance(value, bytes) else base64.b64decode(value)\n"
    "\n"
    "\n";

void module_add_reading(struct buf *b, const struct python_module *m) {
    buf_str(b, "def read_from_vault(name: str) -> str | bytes:\n"
               "    \"\"\"Return what the vault has now, or raise SecretNotFoundError.\"\"\"\n");
    if (m->bundle) {
        buf_str(b, "    fields = _bundle()\n"
                   "    if name not in fields:\n"
                   "        raise SecretNotFoundError(name)\n"
                   "    return fields[name]\n"
                   "\n"
                   "\n"
                   "@functools.lru_cache\n"
                   "def _bundle() -> dict[str, str]:\n");
        buf_str(b, m->bundle);
        if (m->read)
            buf_str(b, "\n\ndef _read(name: str) -> str | bytes:\n");
    }
    if (m->read)
        buf_str(b, m->read);
    if (m->client) {
        buf_str(b, "\n\n@functools.lru_cache\ndef _client() -> Any:\n");
        buf_str(b, m->client);
    }
}

static bool says(const struct python_module *m, const char *word) {
    return (m->read && strstr(m->read, word)) || (m->bundle && strstr(m->bundle, word)) ||
           (m->client && strstr(m->client, word));
}

static void add_import(struct buf *b, const char *module, bool needed) {
    if (needed)
        buf_printf(b, "import %s\n", module);
}

void module_add_imports(struct buf *b, const struct python_module *m) {
    buf_str(b, "from __future__ import annotations\n"
               "\n"
               "import base64\n");
    add_import(b, "functools", m->client || m->bundle);
    add_import(b, "importlib", says(m, "importlib."));
    add_import(b, "json", says(m, "json."));
    buf_str(b, "import os\n");
}

bool module_uses_any(const struct python_module *m) {
    return m->client || says(m, "Any");
}

/* A process that forks has the parent's connections, and a lock that another thread may hold. */
static const char forking[] = "\n\n"
                              "def _forked() -> None:\n"
                              "    _client.cache_clear()  # its connections are the parent's\n"
                              "    _lock.release()\n"
                              "\n"
                              "\n"
                              "if hasattr(os, \"register_at_fork\"):\n"
                              "    os.register_at_fork(\n"
                              "        before=_lock.acquire,\n"
                              "        after_in_parent=_lock.release,\n"
                              "        after_in_child=_forked,\n"
                              "    )\n";

static const char *finish(struct buf *b, struct arena *arena) {
    const char *text = arena_cstr(arena, buf_as_slice(b));
    buf_release(b);
    return text;
}

const char *rewrite_vault_module(struct arena *arena, const struct python_module *m) {
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_printf(&b, "\"\"\"The secrets of this program, from %s.\n", m->title);
    buf_str(&b, "\n"
                "    api_key = get_secret(\"API_KEY\")\n"
                "    proxy = get_secret(\"PROXY\", default=None)\n"
                "    key = get_secret_bytes(\"SIGNING_KEY\")\n"
                "\n"
                "An environment variable of the same name wins (for bytes it has their base64), so\n"
                "tests and laptops need no vault: monkeypatch.setenv(\"API_KEY\", \"test\"). In place of\n"
                "the vault itself, a test replaces the function read_from_vault. What the vault said\n"
                "is kept until the process ends; a rotated secret is seen by the next one.\n"
                "\"\"\"\n"
                "\n");
    module_add_imports(&b, m);
    buf_str(&b, "import threading\n"
                "from typing import Any, TypeVar, overload\n"
                "\n");
    module_add_constants(&b, m, arena);
    buf_str(&b, "_T = TypeVar(\"_T\")\n"
                "_REQUIRED: Any = object()\n"
                "_known: dict[str, str | bytes] = {}\n"
                "_lock = threading.RLock()\n"
                "\n"
                "\n");
    buf_str(&b, module_error_class);
    buf_str(&b, getters);
    buf_str(&b, find);
    module_add_reading(&b, m);
    if (m->client)
        buf_str(&b, forking);
    return finish(&b, arena);
}
