/* rewritetool.c: rewrites one file, for the tests of the rewriter, without a
 * scan or a vault in the way.
 *
 *     rewritetool [--vault ID] [--dotenv RELATIVE] [--module NAME] [--style inline|module|environ]
 *                 [--path SHOWN] [--minor N] [--reads all|secrets]
 *                 [--environment NAME [--variable NAME]] FILE SITE...
 *     rewritetool [--environment NAME [--variable NAME]] --dotenv-module RELATIVE
 *     rewritetool --module-of-style module|environ
 *
 * --reads adds the reads of environment variables as sites, each with its own name.
 * SITE is LINE[:COLUMN]=NAME, a literal that begins there; LINE[:COLUMN]/PART=NAME,
 * that part of its value (the whole text of an f-string, if none is named);
 * @START-END=NAME, the bytes from START to END; or *[/PART]=NAME, every literal of the file (with
 * that part), as NAME_1, NAME_2... Writes JSON: what became of each site (its value in hexadecimal: a
 * test needs it to run the new program), the edits, the new file and the diff. */
#include "backends/vault.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/redact.h"
#include "rewriters/rewrite.h"
#include "scanner/envread.h"
#include "scanner/fragment.h"
#include "scanner/notebook.h"

#include <stdio.h>
#include <stdlib.h>

struct tool {
    struct arena arena;
    struct buf bytes;
    struct pyfile file;
    struct py_tokens tokens;
    struct pylines lines;
    struct candidates candidates;
    struct env_reads reads;
    struct rewrite_site *sites;
    size_t count, capacity;
};

static void add_site(struct tool *t, struct rewrite_site site) {
    t->sites = mem_grow(t->sites, &t->capacity, t->count + 1, sizeof *t->sites);
    t->sites[t->count++] = site;
}

/* The secret's place in a literal that holds more. */
static void add_part(struct tool *t, struct rewrite_site *site, const struct candidate *c,
                     struct slice part) {
    size_t at = slice_find(c->value, part, 0);
    struct scan_hit hit = {.candidate = c, .start = at, .end = at + part.len};
    struct candidate partial = *c;
    struct fragment f;
    partial.is_partial = true;
    hit.candidate = &partial;
    if (at == SIZE_MAX || part.len == 0 || !fragment_of(&hit, t->file.text, &t->tokens, false, &t->arena, &f))
        return;
    site->secret_start_byte = pyfile_byte_offset(&t->file, f.start);
    site->secret_end_byte = pyfile_byte_offset(&t->file, f.end);
}

static void add_candidate(struct tool *t, const struct candidate *c, struct slice part, const char *name) {
    struct secret *value = arena_calloc(&t->arena, 1, sizeof *value);
    struct rewrite_site site = {.start_byte = pyfile_byte_offset(&t->file, c->start),
                                .end_byte = pyfile_byte_offset(&t->file, c->end),
                                .name = name,
                                .value = value,
                                .is_bytes = c->is_bytes,
                                .context = c->context};
    if (!part.ptr && c->context == CONTEXT_FSTRING)
        part = c->value;
    if (part.ptr)
        add_part(t, &site, c, part);
    secret_set(value, part.ptr ? part : c->value);
    add_site(t, site);
}

static bool add_by_place(struct tool *t, const char *spec, const char *name) {
    char *end = NULL;
    bool every = *spec == '*', found = false;
    unsigned long line = strtoul(spec + every, &end, 10),
                  column = *end == ':' ? strtoul(end + 1, &end, 10) : 0;
    struct slice part = {0};
    if (*end == '/')
        part = slice_of(end + 1, (size_t)(name - 1 - (end + 1)));
    for (size_t i = 0; i < t->candidates.count; i++) {
        const struct candidate *c = &t->candidates.items[i];
        uint32_t at_line = 0, at_column = 0;
        pylines_position(&t->lines, t->file.text, c->start, &at_line, &at_column);
        if (!every && (at_line != line || (column && at_column != column)))
            continue;
        if (every && part.ptr && slice_find(c->value, part, 0) == SIZE_MAX)
            continue;
        found = true;
        add_candidate(t, c, part, every ? arena_printf(&t->arena, "%s_%zu", name, i + 1) : name);
        if (!every)
            break;
    }
    return found || every;
}

/* The value of a span: of all literals in it. */
static void add_value(struct tool *t, struct rewrite_site *site) {
    struct buf value = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES);
    for (size_t i = 0; i < t->tokens.count; i++) {
        const struct py_token *token = &t->tokens.items[i];
        struct slice part;
        size_t start = pyfile_byte_offset(&t->file, token->start);
        bool middle = token->kind == PY_FSTRING_MIDDLE && start == site->start_byte &&
                      pyfile_byte_offset(&t->file, token->end) == site->end_byte;
        if (middle) {
            site->secret_start_byte = site->start_byte;
            site->secret_end_byte = site->end_byte;
        }
        if ((token->kind != PY_STRING && !middle) || start < site->start_byte || start >= site->end_byte ||
            py_string_value(t->file.text, token, &t->arena, &part) != PY_VALUE_OK)
            continue;
        buf_slice(&value, part);
        site->is_bytes = token->flags & PY_STR_BYTES;
    }
    struct secret *kept = arena_calloc(&t->arena, 1, sizeof *kept);
    secret_set(kept, buf_as_slice(&value));
    buf_release(&value);
    site->value = kept;
}

static bool add_argument(struct tool *t, const char *argument) {
    const char *equal = strrchr(argument, '=');
    if (!equal)
        return false;
    const char *name = equal + 1;
    if (*argument != '@')
        return add_by_place(t, argument, name);
    char *end = NULL;
    struct rewrite_site site = {.name = name};
    site.start_byte = strtoul(argument + 1, &end, 10);
    site.end_byte = strtoul(end + 1, NULL, 10);
    add_value(t, &site);
    add_site(t, site);
    return true;
}

/* What the commands take for reads of this file: not what writes. */
static void add_reads(struct tool *t, const char *which) {
    env_reads_collect(&t->file, &t->tokens, &t->lines, &t->arena, &t->reads);
    for (size_t i = 0; i < t->reads.count; i++) {
        const struct env_read *read = &t->reads.items[i];
        if (read->name[0] && (read->secret || strcmp(which, "all") == 0))
            add_site(t, (struct rewrite_site){.start_byte = read->start_byte,
                                              .end_byte = read->end_byte,
                                              .name = read->name,
                                              .read = read});
    }
}

static int by_start(const void *a, const void *b) {
    const struct rewrite_site *x = a, *y = b;
    uint64_t left = rewrite_site_from(x), right = rewrite_site_from(y);
    if (x->start_byte != y->start_byte)
        return x->start_byte < y->start_byte ? -1 : 1;
    return left < right ? -1 : left > right;
}

static void add_hex(cJSON *object, const char *key, struct slice value) {
    struct buf hex = BUF_INIT(2 * KL_MAX_REWRITE_BYTES + 1);
    encode_hex(value, &hex);
    json_add_slice(object, key, buf_as_slice(&hex));
    buf_release(&hex);
}

static void report(const struct tool *t, const struct rewrite_request *r, const struct rewrite_output *out) {
    cJSON *root = cJSON_CreateObject(), *sites = cJSON_AddArrayToObject(root, "sites");
    struct redactor *redactor = redact_new();
    for (size_t i = 0; i < t->count; i++) {
        cJSON *site = cJSON_CreateObject();
        json_add_string(site, "name", t->sites[i].name);
        json_add_count(site, "line", t->sites[i].line);
        json_add_count(site, "start", t->sites[i].start_byte);
        json_add_count(site, "end", t->sites[i].end_byte);
        json_add_count(site, "from", rewrite_site_from(&t->sites[i]));
        json_add_count(site, "to", rewrite_site_to(&t->sites[i]));
        cJSON_AddBoolToObject(site, "bytes", t->sites[i].is_bytes);
        cJSON_AddBoolToObject(site, "rewritten", t->sites[i].rewritten);
        json_add_string(site, "reason", t->sites[i].reason);
        cJSON_AddBoolToObject(site, "read", t->sites[i].read != NULL);
        cJSON_AddBoolToObject(site, "done", t->sites[i].done);
        if (t->sites[i].value) {
            add_hex(site, "value", secret_slice(t->sites[i].value));
            redact_add(redactor, secret_slice(t->sites[i].value));
        }
        cJSON_AddItemToArray(sites, site);
    }
    cJSON *edits = cJSON_AddArrayToObject(root, "edits");
    for (size_t i = 0; i < out->edit_count; i++) {
        cJSON *edit = cJSON_CreateObject();
        json_add_count(edit, "start", out->edits[i].start_byte);
        json_add_count(edit, "end", out->edits[i].end_byte);
        json_add_slice(edit, "text", slice_of(out->edits[i].text, out->edits[i].text_len));
        cJSON_AddItemToArray(edits, edit);
    }
    add_hex(root, "new", out->bytes);
    struct buf text = BUF_INIT_SECRET(KL_MAX_FILE_BYTES);
    rewrite_diff(r->path, r->bytes, out, redactor, &text);
    json_add_slice(root, "diff", buf_as_slice(&text));
    buf_clear(&text);
    json_print(root, false, &text);
    fputs(buf_cstr(&text), stdout);
    buf_release(&text);
    redact_free(redactor);
    cJSON_Delete(root);
}

static void release(struct tool *t) {
    for (size_t i = 0; i < t->count; i++)
        if (t->sites[i].value)
            secret_release((struct secret *)(uintptr_t)t->sites[i].value);
    free(t->sites);
    candidates_release(&t->candidates);
    env_reads_release(&t->reads);
    py_tokens_release(&t->tokens);
    buf_release(&t->bytes);
    arena_release(&t->arena);
}

static int usage(const char *problem) {
    fprintf(stderr, "rewritetool: %s\n", problem);
    return 2;
}

static int print_module(const char *relative, const struct python_environment *e) {
    struct arena arena = ARENA_INIT;
    int failed = fputs(e->name ? rewrite_environment_module(&arena, e, relative)
                               : rewrite_dotenv_module(&arena, relative),
                       stdout) < 0;
    arena_release(&arena);
    return failed;
}

/* The module of a style, over a vault that is empty. */
static int print_style(const char *style) {
    static const struct python_module nothing = {.title = "nowhere",
                                                 .read = "    raise SecretNotFoundError(name)\n"};
    const struct environ_names none = {NULL, 0};
    struct arena arena = ARENA_INIT;
    bool environ = strcmp(style, "environ") == 0;
    const char *text =
        environ ? rewrite_environ_module(&arena, &nothing, &none) : rewrite_vault_module(&arena, &nothing);
    int failed = fputs(text, stdout) < 0;
    arena_release(&arena);
    return failed;
}

int main(int argc, char **argv) {
    struct tool t = {.bytes = BUF_INIT_SECRET(KL_MAX_FILE_BYTES), .tokens = PY_TOKENS_INIT};
    struct rewrite_request r = {.target_minor = 8};
    const char *vault = "dotenv", *reads = NULL;
    struct python_environment environment = {0};
    struct python_access access;
    struct error err = {0};
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--vault") == 0)
            vault = argv[i + 1];
        else if (strcmp(argv[i], "--dotenv") == 0)
            r.dotenv_relative = argv[i + 1];
        else if (strcmp(argv[i], "--module") == 0)
            r.module_name = argv[i + 1];
        else if (strcmp(argv[i], "--style") == 0)
            r.style = strcmp(argv[i + 1], "module") == 0    ? STYLE_MODULE
                      : strcmp(argv[i + 1], "environ") == 0 ? STYLE_ENVIRON
                                                            : STYLE_INLINE;
        else if (strcmp(argv[i], "--path") == 0)
            r.path = argv[i + 1];
        else if (strcmp(argv[i], "--minor") == 0)
            r.target_minor = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--reads") == 0)
            reads = argv[i + 1];
        else if (strcmp(argv[i], "--dotenv-module") == 0)
            return print_module(argv[i + 1], &environment);
        else if (strcmp(argv[i], "--environment") == 0)
            environment.name = argv[i + 1];
        else if (strcmp(argv[i], "--variable") == 0)
            environment.variable = argv[i + 1];
        else if (strcmp(argv[i], "--module-of-style") == 0)
            return print_style(argv[i + 1]);
        else
            return usage(argv[i]);
    }
    const struct vault_kind *kind = vault_kind_find(vault);
    if (i >= argc || !kind)
        return usage("no file, or no such vault");
    const char *path = argv[i++];
    if (file_read(path, KL_MAX_FILE_BYTES, &t.bytes, &err) != KL_OK)
        return usage(err.message);
    access = *kind->access;
    if (environment.name)
        access.environment = &environment;
    r.access = &access;
    r.path = r.path ? r.path : path;
    r.bytes = buf_as_slice(&t.bytes);
    if (rewrite_is_notebook(r.path))
        notebook_code(&t.file, r.bytes, &t.arena, NULL);
    else
        pyfile_decode(&t.file, r.bytes, &t.arena);
    py_lex(t.file.text, &t.tokens);
    pylines_build(&t.lines, t.file.text, &t.arena);
    candidates_collect(&t.file, &t.tokens, r.path, &t.arena, &t.candidates);
    for (; i < argc; i++)
        if (!add_argument(&t, argv[i]))
            return usage(argv[i]);
    if (reads)
        add_reads(&t, reads);
    if (t.count)
        qsort(t.sites, t.count, sizeof *t.sites, by_start);
    r.sites = t.sites;
    r.site_count = t.count;
    struct rewrite_output out;
    int status = 0;
    if (rewrite_file(&r, &t.arena, &out, &err) == KL_OK)
        report(&t, &r, &out);
    else
        status = usage(err.message);
    release(&t);
    return status;
}
