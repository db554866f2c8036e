/* suppress.c: the markers that silence a finding, ours and those of the tools
 * that a team may come from. */
#include "scanner/suppress.h"

#include "scanner/gitignore.h"

/* Offset behind `word` (small letters) in `text`, compared without case, or SIZE_MAX. */
static size_t find_word(struct slice text, const char *word, size_t from) {
    size_t len = strlen(word);
    for (size_t i = from; i + len <= text.len; i++) {
        size_t k = 0;
        while (k < len && ascii_lower(text.ptr[i + k]) == word[k])
            k++;
        if (k == len)
            return i + len;
    }
    return SIZE_MAX;
}

static size_t skip_blanks(struct slice s, size_t at) {
    while (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '\t'))
        at++;
    return at;
}

static bool ends_word(struct slice s, size_t at) {
    if (at >= s.len)
        return true;
    char c = ascii_lower(s.ptr[at]);
    return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
}

/* A '#' (and blanks) stands right before the word that ends at `end`. */
static bool after_hash(struct slice s, size_t end, const char *word) {
    size_t at = end - strlen(word);
    while (at > 0 && (s.ptr[at - 1] == ' ' || s.ptr[at - 1] == '\t'))
        at--;
    return at > 0 && s.ptr[at - 1] == '#';
}

/* The next item of a list separated by commas or blanks; empty at its end. */
static struct slice next_item(struct slice s, size_t *at) {
    while (*at < s.len && (s.ptr[*at] == ' ' || s.ptr[*at] == '\t' || s.ptr[*at] == ','))
        ++*at;
    size_t start = *at;
    while (*at < s.len && s.ptr[*at] != ' ' && s.ptr[*at] != '\t' && s.ptr[*at] != ',' && s.ptr[*at] != '#')
        ++*at;
    return slice_sub(s, start, *at);
}

/* A letter or more, then digits: B105, S106, E501. */
static bool is_code(struct slice s) {
    size_t i = 0;
    while (i < s.len && ascii_lower(s.ptr[i]) >= 'a' && ascii_lower(s.ptr[i]) <= 'z')
        i++;
    size_t letters = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
        i++;
    return letters > 0 && i > letters && i == s.len;
}

static bool listed(struct slice item, const char *const *codes) {
    for (; *codes; codes++)
        if (slice_eq_nocase(item, *codes))
            return true;
    return false;
}

static const char *by_keylift(struct slice c, const char *rule) {
    for (size_t at = 0; (at = find_word(c, "keylift:", at)) != SIZE_MAX;) {
        size_t word = skip_blanks(c, at);
        if (find_word(slice_sub(c, word, word + 6), "ignore", 0) != 6)
            continue;
        word += 6;
        if (word >= c.len || c.ptr[word] != '[') {
            if (ends_word(c, word))
                return "keylift: ignore";
            continue;
        }
        size_t close = slice_find_byte(c, ']', word);
        struct slice list = slice_sub(c, word + 1, close == SIZE_MAX ? word + 1 : close);
        for (size_t i = 0; i < list.len;) {
            struct slice item = next_item(list, &i);
            if (item.len == 0)
                break;
            if (slice_eq_cstr(item, rule))
                return "keylift: ignore[rule]";
        }
    }
    return NULL;
}

static const char *by_gitleaks(struct slice c, const char *rule) {
    (void)rule;
    return find_word(c, "gitleaks:allow", 0) != SIZE_MAX ? "gitleaks:allow" : NULL;
}

static const char *by_pragma(struct slice c, const char *rule) {
    (void)rule;
    for (size_t at = 0; (at = find_word(c, "pragma:", at)) != SIZE_MAX;) {
        size_t word = skip_blanks(c, at);
        static const char *const forms[] = {"allowlist secret", "whitelist secret"};
        for (size_t i = 0; i < KL_ARRAY_LEN(forms); i++) {
            size_t len = strlen(forms[i]);
            if (find_word(slice_sub(c, word, word + len), forms[i], 0) == len && ends_word(c, word + len))
                return "pragma: allowlist secret";
        }
    }
    return NULL;
}

/* Bare, or naming a check for hard-coded passwords. Words that are no code
 * ("# nosec: made up") leave it bare. */
static const char *by_nosec(struct slice c, const char *rule) {
    static const char *const codes[] = {"b105", "b106", "b107", NULL};
    (void)rule;
    for (size_t at = 0; (at = find_word(c, "nosec", at)) != SIZE_MAX;) {
        if (!after_hash(c, at, "nosec") || !ends_word(c, at))
            continue;
        size_t i = skip_blanks(c, at);
        if (i < c.len && c.ptr[i] == ':')
            i++;
        bool others = false;
        for (;;) {
            struct slice item = next_item(c, &i);
            if (!is_code(item))
                break;
            if (listed(item, codes))
                return "nosec";
            others = true;
        }
        if (!others)
            return "nosec";
    }
    return NULL;
}

static const char *by_noqa(struct slice c, const char *rule) {
    static const char *const codes[] = {"s105", "s106", "s107", NULL};
    (void)rule;
    for (size_t at = 0; (at = find_word(c, "noqa", at)) != SIZE_MAX;) {
        if (!after_hash(c, at, "noqa"))
            continue;
        size_t i = skip_blanks(c, at);
        if (i >= c.len || c.ptr[i] != ':')
            continue; /* bare: about style, not about secrets */
        for (i++;;) {
            struct slice item = next_item(c, &i);
            if (!is_code(item))
                break;
            if (listed(item, codes))
                return "noqa";
        }
    }
    return NULL;
}

const char *suppress_by_comment(struct slice comment, const char *rule) {
    static const char *(*const markers[])(struct slice, const char *) = {by_keylift, by_gitleaks, by_pragma,
                                                                         by_nosec, by_noqa};
    for (size_t i = 0; i < KL_ARRAY_LEN(markers); i++) {
        const char *by = markers[i](comment, rule);
        if (by)
            return by;
    }
    return NULL;
}

struct pair {
    const struct ignore_list *glob; /* NULL: any path */
    const char *rule;               /* NULL: any */
    const char *text;
};

struct suppress_rules {
    struct pair *pairs;
    size_t count;
};

struct suppress_rules *suppress_rules_new(const struct scan_ignore *items, size_t count,
                                          struct arena *arena) {
    struct suppress_rules *r = arena_calloc(arena, 1, sizeof *r);
    r->pairs = arena_calloc(arena, count, sizeof *r->pairs);
    for (size_t i = 0; i < count; i++) {
        struct pair *p = &r->pairs[r->count];
        const char *glob = items[i].path_glob;
        if (glob)
            p->glob = gitignore_parse(slice_cstr(glob), (struct slice){0}, false, NULL, arena);
        if (glob && !p->glob)
            continue; /* a comment or a blank: no path */
        p->rule = items[i].rule ? arena_cstr(arena, slice_cstr(items[i].rule)) : NULL;
        p->text = arena_printf(arena, "configuration: %s, %s", glob ? glob : "any path",
                               p->rule ? p->rule : "any rule");
        r->count++;
    }
    return r;
}

const char *suppress_by_config(const struct suppress_rules *r, const char *path, const char *rule) {
    for (size_t i = 0; i < r->count; i++) {
        const struct pair *p = &r->pairs[i];
        if (p->rule && strcmp(p->rule, rule) != 0)
            continue;
        if (!p->glob || gitignore_covers(p->glob, slice_cstr(path), false))
            return p->text;
    }
    return NULL;
}
