/* exec_module.c: the module that all sites read from, made of a helper's own words: see
 * python_access.h. A helper's expressions are one line each and not as a formatter or a
 * type checker would have them: hence "fmt: skip", and modules of type Any. */
#include "backends/exec.h"

static const char *body(struct buf *b, struct arena *a) {
    const char *text = arena_cstr(a, buf_as_slice(b));
    buf_release(b);
    return text;
}

static const char *head_of(const char *dotted, struct arena *a) {
    return arena_cstr(a, slice_of(dotted, strcspn(dotted, ".")));
}

static bool says(const char *expression, const char *name) {
    return expression && strstr(expression, name) != NULL;
}

/* keyring: Any = importlib.import_module("keyring") */
static void add_module(struct buf *b, const char *module, struct arena *a) {
    const char *head = head_of(module, a);
    if (strcmp(head, module) != 0)
        buf_printf(b, "    importlib.import_module(\"%s\")\n", module);
    buf_printf(b, "    %s: Any = importlib.import_module(\"%s\")\n", head, head);
}

/* What the expressions need, once. */
static void add_imports(struct buf *b, const struct python_access *access, const char *expression,
                        const char *error, struct arena *a) {
    size_t before = b->len;
    bool has_error = !error || !strchr(error, '.');
    for (const struct python_import *i = access->imports; i->module; i++) {
        const char *bound = i->symbol ? i->symbol : head_of(i->module, a);
        if (!says(expression, bound) && !says(error, bound))
            continue;
        has_error = has_error || strcmp(bound, head_of(error, a)) == 0;
        if (i->symbol)
            buf_printf(b, "    %s: Any = importlib.import_module(\"%s\").%s\n", i->symbol, i->module,
                       i->symbol);
        else
            add_module(b, i->module, a);
    }
    if (!has_error)
        add_module(b, arena_cstr(a, slice_of(error, (size_t)(strrchr(error, '.') - error))), a);
    if (b->len > before)
        buf_str(b, "\n");
}

static const char *replaced(const char *text, const char *hole, const char *by, struct arena *a) {
    struct buf b = BUF_INIT(EXEC_MAX_EXPRESSION * 2);
    for (const char *at; (at = strstr(text, hole)) != NULL; text = at + strlen(hole)) {
        buf_bytes(&b, text, (size_t)(at - text));
        buf_str(&b, by);
    }
    buf_str(&b, text);
    return body(&b, a);
}

const struct python_module *exec_module(const struct python_access *access, const char *prefix,
                                        struct arena *a) {
    struct python_module *m = arena_calloc(a, 1, sizeof *m);
    struct buf read = BUF_INIT(EXEC_MAX_EXPRESSION * 4), client = BUF_INIT(EXEC_MAX_EXPRESSION * 4);
    const char *expression = replaced(access->read_text, "{name}", prefix[0] ? "(PREFIX + name)" : "name", a);
    add_imports(&read, access, expression, access->missing_error, a);
    buf_printf(&read,
               "    try:\n"
               "        value: Any = %s  # fmt: skip\n"
               "    except %s:\n"
               "        raise SecretNotFoundError(name) from None\n"
               "    if value is None:\n"
               "        raise SecretNotFoundError(name)\n"
               "    text: str = value\n"
               "    return text\n",
               replaced(expression, "{client}", "_client()", a), access->missing_error);
    m->title = "its helper's store";
    m->read = body(&read, a);
    if (access->client) {
        add_imports(&client, access, access->client, NULL, a);
        buf_printf(&client, "    return %s  # fmt: skip\n", access->client);
        m->client = body(&client, a);
    }
    if (prefix[0])
        m->constants[0] = (struct python_constant){"PREFIX", prefix, NULL, false};
    return m;
}
