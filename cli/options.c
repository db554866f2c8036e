/* options.c: the table of options and the parser that it drives. */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>

#include "backends/vault.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/option_table.h"

size_t option_count(void) {
    return option_table_len;
}

const struct option_spec *option_at(size_t index) {
    return &option_table[index];
}

/* The next word of "a|b|c" in *rest. */
static bool next_word(const char **rest, struct slice *word) {
    if (**rest == '\0') {
        return false;
    }
    *word = slice_of(*rest, strcspn(*rest, "|"));
    *rest += word->len + ((*rest)[word->len] == '|');
    return true;
}

bool option_is_offered(const struct option_spec *spec) {
    const char *rest = spec->vault != NULL ? spec->vault : "";
    struct slice word;
    while (next_word(&rest, &word)) {
        for (size_t i = 0; i < vault_kind_count(); i++) {
            if (slice_eq_cstr(word, vault_kind_at(i)->id)) {
                return true;
            }
        }
    }
    return spec->vault == NULL;
}

static const struct option_spec *find_row(const char *name) {
    for (size_t i = 0; i < option_table_len; i++) {
        if (strcmp(option_table[i].name, name) == 0) {
            return &option_table[i];
        }
    }
    return NULL;
}

const struct option_spec *option_find(const char *name) {
    const struct option_spec *spec = find_row(name);
    return spec != NULL && option_is_offered(spec) ? spec : NULL;
}

static const struct option_spec *find_letter(char letter) {
    for (size_t i = 0; i < option_table_len; i++) {
        if (option_table[i].letter == letter) {
            return &option_table[i];
        }
    }
    return NULL;
}

void options_init(struct options *o) {
    *o = option_defaults;
}

void options_release(struct options *o) {
    for (size_t i = 0; i < option_table_len; i++) {
        enum option_type type = option_table[i].type;
        if (type == OPTION_LIST || type == OPTION_NAMES) {
            free((void *)((struct string_list *)(void *)((char *)o + option_table[i].offset))->items);
        }
    }
    free((void *)o->arguments.items);
    arena_release(&o->arena);
    *o = option_defaults;
}

void string_list_add(struct string_list *l, const char *s, struct arena *a) {
    l->items = mem_grow((void *)l->items, &l->capacity, l->count + 2, sizeof *l->items);
    l->items[l->count++] = arena_cstr(a, slice_cstr(s));
    l->items[l->count] = NULL;
}

bool options_was_given(const struct options *o, const char *name) {
    const struct option_spec *spec = option_find(name);
    return spec != NULL && o->given[spec - option_table];
}

void words_for_person(const char *words, struct buf *out) {
    const char *word = words;
    for (;;) {
        size_t len = strcspn(word, "|");
        buf_bytes(out, word, len);
        if (word[len] == '\0') {
            return;
        }
        word += len + 1;
        buf_str(out, strchr(word, '|') != NULL ? ", " : " or ");
    }
}

const char *option_argument(const struct option_spec *spec, unsigned command) {
    for (const struct option_words *w = spec->words; w != NULL && w->commands != 0; w++) {
        if ((w->commands & command) != 0) {
            return w->words;
        }
    }
    return spec->argument;
}

/* Place of `value` among the words of "a|b|c", or -1. */
static int word_index(const char *words, const char *value) {
    int index = 0;
    size_t value_len = strlen(value);
    for (const char *word = words; word != NULL && value_len > 0; index++) {
        size_t len = strcspn(word, "|");
        if (len == value_len && strncmp(word, value, len) == 0) {
            return index;
        }
        word = word[len] == '|' ? word + len + 1 : NULL;
    }
    return -1;
}

static enum kl_status set_choice(int *field, const struct option_spec *spec, const char *value,
                                 const char *where, struct error *e) {
    int index = word_index(spec->argument, value);
    if (index >= 0) {
        *field = index;
        return KL_OK;
    }
    struct buf words = BUF_INIT(KL_ERROR_MESSAGE_MAX);
    words_for_person(spec->argument, &words);
    enum kl_status s = error_set(e, KL_ERR_USAGE, "%s: \"%s\" is none of its values; use %s", where, value,
                                 buf_cstr(&words));
    buf_release(&words);
    return s;
}

static enum kl_status set_count(unsigned *field, const char *value, const char *where, struct error *e) {
    char *end = NULL;
    errno = 0;
    unsigned long n = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || n == 0 || n > 1024) {
        return error_set(e, KL_ERR_USAGE, "%s: \"%s\" is not a whole number from 1 to 1024", where, value);
    }
    *field = (unsigned)n;
    return KL_OK;
}

static enum kl_status set_fraction(double *field, const char *value, const char *where, struct error *e) {
    char *end = NULL;
    double n = strtod(value, &end);
    if (value[0] == '\0' || *end != '\0' || !(n >= 0.0 && n <= 1.0)) {
        return error_set(e, KL_ERR_USAGE, "%s: \"%s\" is not a number from 0 to 1", where, value);
    }
    *field = n;
    return KL_OK;
}

static enum kl_status add_names(struct options *o, struct string_list *list, const char *value,
                                const char *where, struct error *e) {
    struct slice rest = slice_cstr(value);
    while (rest.len > 0) {
        size_t comma = slice_find_byte(rest, ',', 0);
        struct slice name = slice_trim(slice_sub(rest, 0, comma));
        if (name.len > 0) {
            string_list_add(list, arena_cstr(&o->arena, name), &o->arena);
        }
        rest = comma < rest.len ? slice_sub(rest, comma + 1, rest.len) : slice_of(NULL, 0);
    }
    if (list->count == 0) {
        return error_set(e, KL_ERR_USAGE, "%s: needs at least one name", where);
    }
    return KL_OK;
}

enum kl_status options_set(struct options *o, const struct option_spec *spec, const char *value,
                           const char *where, struct error *e) {
    void *field = (char *)o + spec->offset;
    struct string_list *list = field;
    switch (spec->type) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return KL_OK;
    case OPTION_REPEATED:
        ++*(unsigned *)field;
        return KL_OK;
    case OPTION_MAYBE:
        *(const char **)field = arena_cstr(&o->arena, slice_cstr(value));
        return KL_OK;
    case OPTION_TEXT:
        if (value[0] == '\0') {
            return error_set(e, KL_ERR_USAGE, "%s: needs a value that is not empty", where);
        }
        *(const char **)field = arena_cstr(&o->arena, slice_cstr(value));
        return KL_OK;
    case OPTION_LIST:
    case OPTION_NAMES:
        if (list->count >= OPTIONS_LIST_MAX) {
            return error_set(e, KL_ERR_LIMIT, "%s: more than %d values", where, OPTIONS_LIST_MAX);
        }
        if (spec->type == OPTION_NAMES) {
            return add_names(o, list, value, where, e);
        }
        if (value[0] == '\0') {
            return error_set(e, KL_ERR_USAGE, "%s: needs a value that is not empty", where);
        }
        string_list_add(list, value, &o->arena);
        return KL_OK;
    case OPTION_COUNT:
        return set_count(field, value, where, e);
    case OPTION_FRACTION:
        return set_fraction(field, value, where, e);
    case OPTION_CHOICE:
        return set_choice(field, spec, value, where, e);
    }
    return error_set(e, KL_ERR_INTERNAL, "%s: an option of no type", where);
}

/* The command line while it is read. */
struct line {
    int argc;
    char **argv;
    int next;
    const struct command *command;
    bool only_arguments; /* "--" was seen */
};

static enum kl_status unknown_option(const struct line *l, const char *shown, const char *name,
                                     struct error *e) {
    const struct option_spec *hidden = find_row(name);
    if (hidden != NULL) {
        struct buf vaults = BUF_INIT(KL_ERROR_MESSAGE_MAX);
        words_for_person(hidden->vault, &vaults);
        enum kl_status s =
            error_set(e, KL_ERR_UNSUPPORTED, "%s belongs to the vault \"%s\", which is not in this version",
                      shown, buf_cstr(&vaults));
        buf_release(&vaults);
        return s;
    }
    for (size_t i = 0; i < options_later_len; i++) {
        if (strcmp(options_later[i], name) == 0) {
            return error_set(e, KL_ERR_UNSUPPORTED, "%s is not in this version", shown);
        }
    }
    struct nearest n;
    nearest_init(&n, name);
    for (size_t i = 0; i < option_table_len; i++) {
        if (option_is_offered(&option_table[i]) &&
            (l->command == NULL || (option_table[i].commands & l->command->bit) != 0)) {
            nearest_offer(&n, option_table[i].name);
        }
    }
    if (n.best != NULL) {
        return error_set(e, KL_ERR_USAGE, "unknown option %s; did you mean --%s?", shown, n.best);
    }
    return error_set(e, KL_ERR_USAGE, "unknown option %s; \"keylift %s%s--help\" lists them all", shown,
                     l->command != NULL ? l->command->name : "", l->command != NULL ? " " : "");
}

static enum kl_status foreign_option(const struct line *l, const struct option_spec *spec, struct error *e) {
    struct buf owners = BUF_INIT(KL_ERROR_MESSAGE_MAX);
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *c = command_at(i);
        if ((spec->commands & c->bit) != 0 && !c->hidden) {
            buf_printf(&owners, "%s%s", owners.len > 0 ? "|" : "", c->name);
        }
    }
    struct buf words = BUF_INIT(KL_ERROR_MESSAGE_MAX);
    words_for_person(buf_cstr(&owners), &words);
    enum kl_status s =
        owners.len == 0 ? error_set(e, KL_ERR_UNSUPPORTED,
                                    "--%s belongs to a command that is not in this version", spec->name)
                        : error_set(e, KL_ERR_USAGE, "--%s is no option of \"keylift %s\"; it belongs to %s",
                                    spec->name, l->command->name, buf_cstr(&words));
    buf_release(&owners);
    buf_release(&words);
    return s;
}

/* A word of a choice that another command knows. */
static enum kl_status check_words(struct options *o, const struct line *l, const struct option_spec *spec,
                                  struct error *e) {
    const char *known = option_argument(spec, l->command->bit), *rest = spec->argument;
    if (spec->type != OPTION_CHOICE || known == spec->argument) {
        return KL_OK;
    }
    struct slice word = {0};
    for (int i = *(int *)(void *)((char *)o + spec->offset); i >= 0; i--) {
        (void)next_word(&rest, &word);
    }
    if (word_index(known, arena_cstr(&o->arena, word)) >= 0) {
        return KL_OK;
    }
    struct buf words = BUF_INIT(KL_ERROR_MESSAGE_MAX);
    words_for_person(known, &words);
    enum kl_status s = error_set(e, KL_ERR_USAGE, "--%s of \"keylift %s\" takes %s", spec->name,
                                 l->command->name, buf_cstr(&words));
    buf_release(&words);
    return s;
}

static bool takes_value(const struct option_spec *spec) {
    return spec->type != OPTION_FLAG && spec->type != OPTION_REPEATED && spec->type != OPTION_MAYBE;
}

/* `attached`: what stood behind "=" (or behind the letter), NULL for nothing. */
static enum kl_status take_option(struct options *o, struct line *l, const struct option_spec *spec,
                                  const char *attached, struct error *e) {
    char where[64];
    struct buf b = BUF_INIT(sizeof where);
    buf_printf(&b, "--%s", spec->name);
    const char *value = attached;
    enum kl_status s = KL_OK;
    if (!takes_value(spec) && attached != NULL && spec->type != OPTION_MAYBE) {
        s = error_set(e, KL_ERR_USAGE, "--%s takes no value", spec->name);
    } else if (takes_value(spec) && attached == NULL) {
        if (l->next >= l->argc) {
            s = error_set(e, KL_ERR_USAGE, "--%s needs a value: --%s %s", spec->name, spec->name,
                          spec->argument);
        } else {
            value = l->argv[l->next++];
        }
    }
    if (s == KL_OK) {
        o->given[spec - option_table] = true;
        s = options_set(o, spec, value != NULL ? value : "", buf_cstr(&b), e);
    }
    buf_release(&b);
    return s;
}

static enum kl_status take_long(struct options *o, struct line *l, const char *word, struct error *e) {
    const char *equals = strchr(word, '=');
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const char *name = arena_cstr(&o->arena, slice_of(word + 2, len - 2));
    const struct option_spec *spec = option_find(name);
    if (spec == NULL) {
        return unknown_option(l, arena_printf(&o->arena, "--%s", name), name, e);
    }
    return take_option(o, l, spec, equals != NULL ? equals + 1 : NULL, e);
}

/* "-qv" is -q -v; "-oFILE" is -o FILE. */
static enum kl_status take_letters(struct options *o, struct line *l, const char *word, struct error *e) {
    enum kl_status s = KL_OK;
    for (const char *p = word + 1; *p != '\0' && s == KL_OK; p++) {
        const struct option_spec *spec = find_letter(*p);
        if (spec == NULL) {
            char shown[3] = {'-', *p, '\0'};
            return unknown_option(l, shown, word + 1, e);
        }
        if (takes_value(spec)) {
            return take_option(o, l, spec, p[1] != '\0' ? p + 1 : NULL, e);
        }
        s = take_option(o, l, spec, NULL, e);
    }
    return s;
}

static enum kl_status unknown_command(const char *word, struct error *e) {
    struct nearest n;
    nearest_init(&n, word);
    for (size_t i = 0; i < command_count(); i++) {
        if (!command_at(i)->hidden) {
            nearest_offer(&n, command_at(i)->name);
        }
    }
    if (n.best != NULL) {
        return error_set(e, KL_ERR_USAGE, "unknown command \"%s\"; did you mean \"%s\"?", word, n.best);
    }
    return error_set(e, KL_ERR_USAGE, "unknown command \"%s\"; to scan a folder: keylift scan %s", word,
                     word);
}

static enum kl_status take_word(struct options *o, struct line *l, const char *word, struct error *e) {
    if (!l->only_arguments && strcmp(word, "--") == 0) {
        l->only_arguments = true;
        return KL_OK;
    }
    if (!l->only_arguments && word[0] == '-' && word[1] == '-') {
        return take_long(o, l, word, e);
    }
    if (!l->only_arguments && word[0] == '-' && word[1] != '\0') {
        return take_letters(o, l, word, e);
    }
    if (l->command == NULL) {
        l->command = command_find(word);
        return l->command == NULL ? unknown_command(word, e) : KL_OK;
    }
    if (word[0] == '\0') {
        return error_set(e, KL_ERR_USAGE, "an empty argument: name a file or a folder");
    }
    if (o->arguments.count >= l->command->max_arguments) {
        return error_set(e, KL_ERR_USAGE, "\"%s\" is one argument too many: keylift %s %s", word,
                         l->command->name, l->command->arguments);
    }
    if (o->arguments.count >= OPTIONS_LIST_MAX) {
        return error_set(e, KL_ERR_LIMIT, "more than %d arguments", OPTIONS_LIST_MAX);
    }
    string_list_add(&o->arguments, word, &o->arena);
    return KL_OK;
}

enum kl_status options_parse(struct options *o, int argc, char **argv, const struct command **command,
                             struct error *e) {
    struct line l = {.argc = argc, .argv = argv, .next = 1};
    enum kl_status s = KL_OK;
    while (l.next < l.argc && s == KL_OK) {
        const char *word = argv[l.next++];
        s = take_word(o, &l, word, e);
    }
    *command = l.command;
    /* Only now: options may stand before their command. */
    for (size_t i = 0; i < option_table_len && s == KL_OK && l.command != NULL; i++) {
        if (o->given[i] && (option_table[i].commands & l.command->bit) == 0) {
            s = foreign_option(&l, &option_table[i], e);
        } else if (o->given[i]) {
            s = check_words(o, &l, &option_table[i], e);
        }
    }
    return s;
}

enum kl_status options_check_vault(const struct options *o, const char *vault_id, struct error *e) {
    for (size_t i = 0; i < option_table_len; i++) {
        const struct option_spec *spec = &option_table[i];
        if (!o->given[i] || spec->vault == NULL || word_index(spec->vault, vault_id) >= 0) {
            continue;
        }
        struct buf vaults = BUF_INIT(KL_ERROR_MESSAGE_MAX);
        words_for_person(spec->vault, &vaults);
        const char *rest = spec->vault;
        struct slice first = slice_of(NULL, 0);
        (void)next_word(&rest, &first);
        enum kl_status s =
            error_set(e, KL_ERR_USAGE,
                      "--%s belongs to the %s %s, and this run's vault is %s; leave it out, or add --to %.*s",
                      spec->name, strchr(spec->vault, '|') != NULL ? "vaults" : "vault", buf_cstr(&vaults),
                      vault_id, SLICE_ARG(first));
        buf_release(&vaults);
        return s;
    }
    return KL_OK;
}
