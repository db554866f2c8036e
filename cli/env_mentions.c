/* env_mentions.c: names of variables in .env files, in examples of them, and in
 * documentation. A .env file is read as python-dotenv reads it, so that a line inside of a
 * value is no name. */
#include "cli/env_mentions.h"

#include "backends/dotenv_file.h"
#include "base/dir.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/hash_map.h"
#include "base/mem.h"
#include "base/system.h"
#include "cli/project.h"

#define MAX_PROSE_BYTES ((size_t)8 << 20)
#define MAX_WORD 255u

/* ---- which files ---- */

static bool has_any(struct slice name, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (slice_find(name, slice_cstr(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static bool kind_of(const char *path, enum env_file_kind *kind) {
    static const char *const examples[] = {"example", "sample", "template", "dist", "schema", "tmpl"};
    static const char *const prose[] = {".md", ".rst", ".adoc"};
    static const char *const history[] = {"changelog", "changes", "history", "news", "release"};
    char low[PATH_LOW_NAME_MAX + 1];
    struct slice name = path_low_name(path, low);
    bool example = has_any(name, examples, KL_ARRAY_LEN(examples));
    if (scan_language_of(path, (struct slice){0}) == SCAN_DOTENV ||
        (example && (slice_starts(name, "env.") || slice_ends(name, ".env")))) {
        *kind = example ? ENV_FILE_EXAMPLE : ENV_FILE_SET;
        return true;
    }
    bool is_prose = slice_starts(name, "readme");
    for (size_t i = 0; i < KL_ARRAY_LEN(prose); i++)
        is_prose = is_prose || slice_ends(name, prose[i]);
    *kind = ENV_FILE_PROSE;
    return is_prose && !has_any(name, history, KL_ARRAY_LEN(history));
}

/* ---- words ---- */

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct words {
    const char *const *names;
    size_t count;
    struct hash_map map;
    bool fold; /* the case of letters does not matter */
};

static uint64_t word_hash(struct slice word, bool fold) {
    char text[MAX_WORD];
    for (size_t i = 0; fold && i < word.len && i < MAX_WORD; i++)
        text[i] = ascii_lower(word.ptr[i]);
    return hash64(fold ? slice_of(text, word.len) : word);
}

static void words_init(struct words *w, const char *const *names, size_t count, bool fold) {
    *w = (struct words){.names = names, .count = count, .fold = fold};
    for (size_t i = 0; i < count; i++) {
        uint32_t index = (uint32_t)i;
        if (strlen(names[i]) <= MAX_WORD)
            (void)hash_map_put(&w->map, word_hash(slice_cstr(names[i]), fold), &index);
    }
}

static bool word_find(const struct words *w, struct slice word, size_t *index) {
    uint32_t found;
    if (!hash_map_get(&w->map, word_hash(word, w->fold), &found))
        return false;
    *index = found;
    return w->fold ? slice_eq_nocase(word, w->names[found]) : slice_eq_cstr(word, w->names[found]);
}

/* Calls fn for each of the names that the text has as a word, as often as it has it. */
static void words_each(const struct words *w, struct slice text,
                       void (*fn)(void *ctx, size_t index, struct slice word, size_t at), void *ctx) {
    for (size_t at = 0; at < text.len;) {
        size_t start = at, index;
        while (at < text.len && is_word(text.ptr[at]))
            at++;
        struct slice word = slice_sub(text, start, at);
        if (word.len > 1 && word.len <= MAX_WORD && word_find(w, word, &index))
            fn(ctx, index, word, start);
        else if (word.len > 2 && word.len <= MAX_WORD && word.ptr[word.len - 1] == '_')
            fn(ctx, SIZE_MAX, word, start);
        at += at == start;
    }
}

/* ---- what a file says ---- */

static void add(struct env_mentions *m, struct slice name, const char *path, uint32_t line,
                enum env_file_kind kind) {
    m->items = mem_grow(m->items, &m->capacity, m->count + 1, sizeof *m->items);
    m->items[m->count++] = (struct env_mention){
        .name = arena_cstr(m->arena, name), .path = path, .line = line, .kind = kind, .outside = m->outside};
}

/* "# NAME=": a variable that may be left out. */
static struct slice commented_name(struct slice line) {
    line = slice_trim(line);
    if (!slice_starts(line, "#"))
        return (struct slice){0};
    line = slice_trim(slice_sub(line, 1, line.len));
    if (slice_starts(line, "export "))
        line = slice_trim(slice_sub(line, strlen("export "), line.len));
    size_t end = 0;
    while (end < line.len && is_word(line.ptr[end]))
        end++;
    bool name =
        end > 0 && end < line.len && line.ptr[end] == '=' && !(line.ptr[0] >= '0' && line.ptr[0] <= '9');
    return name ? slice_sub(line, 0, end) : (struct slice){0};
}

static void add_commented(struct env_mentions *m, struct slice text, const char *path, uint32_t line) {
    for (size_t at = 0; at < text.len; line++) {
        size_t end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        struct slice name = commented_name(slice_sub(text, at, end));
        if (name.len > 0) {
            add(m, name, path, line, ENV_FILE_EXAMPLE);
            m->items[m->count - 1].commented = true;
        }
        at = end + 1;
    }
}

static void read_dotenv(struct env_mentions *m, struct slice bytes, const char *path,
                        enum env_file_kind kind) {
    struct dotenv_file file;
    struct error e = {0};
    struct arena a = ARENA_INIT;
    if (dotenv_parse(bytes, DOTENV_CLASSIC, path, &a, &file, &e) != KL_OK) {
        scan_result_add_error(m->result, path, e.message);
        arena_release(&a);
        return;
    }
    m->has_example = m->has_example || kind == ENV_FILE_EXAMPLE;
    for (size_t i = 0; i < file.count; i++) {
        const struct dotenv_binding *b = &file.bindings[i];
        if (b->key.ptr && b->key.len > 0 && b->key.len <= MAX_WORD)
            add(m, b->key, path, b->line, kind);
        else if (!b->error && kind == ENV_FILE_EXAMPLE)
            add_commented(m, slice_sub(bytes, b->start, b->end), path, b->line);
    }
    arena_release(&a);
}

struct prose {
    struct env_mentions *m;
    const char *path;
    struct slice text;
    size_t at; /* of the word before, and its line */
    uint32_t line;
};

static void on_prose_word(void *ctx, size_t index, struct slice word, size_t at) {
    struct prose *p = ctx;
    if (index == SIZE_MAX)
        return;
    for (; p->at < at; p->at++)
        p->line += p->text.ptr[p->at] == '\n';
    struct env_mentions *m = p->m;
    for (size_t i = m->count; i > 0 && m->items[i - 1].path == p->path; i--)
        if (slice_eq_cstr(word, m->items[i - 1].name))
            return;
    add(m, word, p->path, p->line, ENV_FILE_PROSE);
}

/* What is collected, and the names that documentation is searched for. */
struct collection {
    struct env_mentions *m;
    struct words words;
};

static void take_file(void *ctx, const char *path, bool named) {
    const struct collection *c = ctx;
    struct env_mentions *m = c->m;
    enum env_file_kind kind;
    struct error e = {0};
    if (!kind_of(path, &kind))
        return;
    size_t max = kind == ENV_FILE_PROSE ? MAX_PROSE_BYTES : DOTENV_MAX_FILE_BYTES;
    struct buf text = BUF_INIT_SECRET(max);
    enum kl_status s = file_read(path, max, &text, &e);
    const char *kept = arena_cstr(m->arena, slice_cstr(path));
    if (s != KL_OK) {
        if ((s != KL_ERR_NOT_FOUND || named) && kind != ENV_FILE_PROSE)
            scan_result_add_error(m->result, path, e.message);
    } else if (kind == ENV_FILE_PROSE) {
        struct prose p = {.m = m, .path = kept, .text = buf_as_slice(&text), .line = 1};
        words_each(&c->words, p.text, on_prose_word, &p);
    } else {
        read_dotenv(m, buf_as_slice(&text), kept, kind);
    }
    buf_release(&text);
}

/* ---- where they are ---- */

static bool is_stopped(void *ctx) {
    (void)ctx;
    return system_interrupted();
}

/* The files of one folder, not of those in it. */
static void take_folder(struct collection *c, const char *folder, const char *here) {
    struct error e = {0};
    struct dir *d = NULL;
    struct dir_entry entry;
    if (dir_open(&d, -1, folder, &e) != KL_OK)
        return; /* the scan would have said so */
    while (dir_next(d, &entry, &e) == KL_OK) {
        if (entry.kind != FILE_REGULAR)
            continue;
        struct arena a = ARENA_INIT;
        const char *path = path_join(&a, folder, entry.name);
        take_file(c, here ? path_relative(&a, path, here) : path, false);
        arena_release(&a);
    }
    dir_close(d);
}

static size_t count_paths(const struct walk_options *walk) {
    size_t count = 0;
    while (walk->paths[count])
        count++;
    return count;
}

/* `keylift env src` of a project whose .env.example stands beside src. */
static void take_project(struct collection *c, const struct walk_options *walk) {
    struct env_mentions *m = c->m;
    const char *here = path_real(m->arena, ".");
    const char **done = arena_calloc(m->arena, count_paths(walk), sizeof *done);
    size_t count = 0;
    m->outside = true;
    for (size_t i = 0; walk->paths[i]; i++) {
        struct project p;
        struct error ignored = {0};
        const char *real = path_real(m->arena, walk->paths[i]);
        bool seen = !real || project_find(&p, walk->paths[i], m->arena, &ignored) != KL_OK;
        for (size_t k = 0; walk->paths[k] && !seen; k++) { /* what was walked has been read */
            const char *other = path_real(m->arena, walk->paths[k]);
            struct file_info info;
            seen = other && (strcmp(other, p.root) == 0 || path_is_inside(p.root, other)) &&
                   file_stat(other, &info, &ignored) == KL_OK && info.kind == FILE_FOLDER;
        }
        for (size_t k = 0; k < count && !seen; k++)
            seen = strcmp(done[k], p.root) == 0;
        if (seen)
            continue;
        done[count++] = p.root;
        take_folder(c, p.root, here);
    }
    m->outside = false;
}

void env_mentions_collect(struct env_mentions *m, const struct walk_options *walk) {
    struct walk_options o = *walk;
    struct collection c = {.m = m};
    const struct walk_sink sink = {.ctx = &c, .file = take_file, .stop = is_stopped};
    o.dotenv_anyway = true;
    words_init(&c.words, m->names, m->name_count, false);
    walk_run(&o, &sink);
    take_project(&c, walk);
    hash_map_release(&c.words.map);
}

/* ---- other files ---- */

struct elsewhere {
    struct words words;
    bool *found;
};

static void on_word(void *ctx, size_t index, struct slice word, size_t at) {
    struct elsewhere *x = ctx;
    (void)at;
    if (index != SIZE_MAX) {
        x->found[index] = true;
        return;
    }
    /* "APP_": a family of variables that code goes through */
    for (size_t i = 0; i < x->words.count; i++)
        if (strncmp(x->words.names[i], word.ptr, word.len) == 0)
            x->found[i] = true;
}

static bool is_text(const char *path, struct slice head) {
    return scan_language_of(path, head) != SCAN_BINARY;
}

static void look_into(void *ctx, const char *path, bool named) {
    struct elsewhere *x = ctx;
    enum env_file_kind kind;
    struct error ignored = {0}; /* the scan has reported it */
    bool whole = false;
    (void)named;
    if (kind_of(path, &kind))
        return;
    struct buf text = BUF_INIT_SECRET(KL_MAX_FILE_BYTES);
    if (file_read_wanted(path, KL_MAX_FILE_BYTES, is_text, &text, &whole, &ignored) == KL_OK && whole)
        words_each(&x->words, buf_as_slice(&text), on_word, x);
    buf_release(&text);
}

void env_mentions_elsewhere(const struct walk_options *walk, const char *const *names, size_t count,
                            bool *found) {
    struct elsewhere x = {.found = found};
    const struct walk_sink sink = {.ctx = &x, .file = look_into, .stop = is_stopped};
    words_init(&x.words, names, count, true);
    walk_run(walk, &sink);
    hash_map_release(&x.words.map);
}
