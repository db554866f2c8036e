/* rotation.c: see rotation.h. */
#include "cli/rotation.h"

#include "backends/dotenv_project.h"

static struct rotation_group *find_group(struct rotation_group *groups, size_t *count,
                                         const struct finding *f) {
    for (size_t i = 0; i < *count; i++)
        if (strcmp(groups[i].message, f->message) == 0 && strcmp(groups[i].revoke, f->revoke) == 0)
            return &groups[i];
    groups[*count] = (struct rotation_group){.message = f->message, .revoke = f->revoke};
    return &groups[(*count)++];
}

const struct rotation_group *rotation_groups(const struct migration *m, size_t *count) {
    struct arena *a = (struct arena *)&m->arena;
    struct rotation_group *groups = arena_calloc(a, m->site_count + 1, sizeof *groups);
    bool *seen = arena_calloc(a, m->item_count + 1, sizeof *seen);
    *count = 0;
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        if (site->left || seen[site->item])
            continue;
        seen[site->item] = true;
        struct rotation_group *g = find_group(groups, count, site->finding);
        if (!g->items)
            g->items = arena_calloc(a, m->item_count + 1, sizeof *g->items);
        g->items[g->count++] = site->item;
    }
    return groups;
}

static bool is_plain(const char *word) {
    for (const char *p = word; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr("_./:=@%+,-", *p)))
            return false;
    return word[0] != '\0';
}

static void add_word(struct buf *line, const char *word) {
    buf_char(line, ' ');
    if (is_plain(word)) {
        buf_str(line, word);
        return;
    }
    buf_char(line, '\'');
    for (const char *p = word; *p; p++)
        if (*p == '\'')
            buf_str(line, "'\\''");
        else
            buf_char(line, *p);
    buf_char(line, '\'');
}

/* Where the vault is: what may be said of it on the command line of put. */
static bool says_where(const struct migration *m, const struct option_spec *spec) {
    if (spec->type != OPTION_TEXT || (spec->commands & CMD_PUT) == 0)
        return false;
    if (strcmp(spec->name, "environment") == 0)
        return !m->follow.plan; /* whose prefix or file has it already */
    if (strcmp(spec->name, "prefix") == 0)
        return !m->session.kind->names_are_variables; /* whose names have it already */
    return spec->vault != NULL;
}

/* What the command line said, or the plan that is followed: the configuration says the
 * same to put. */
static const char *value_of(const struct migration *m, const struct option_spec *spec) {
    const struct options *o = &m->cli->options;
    if (options_was_given(o, spec->name))
        return *(const char *const *)(const void *)((const char *)o + spec->offset);
    if (!m->follow.plan)
        return NULL;
    size_t offset = spec->offset - offsetof(struct options, vault);
    const char *value = *(const char *const *)(const void *)((const char *)&m->session.options + offset);
    bool found_by_put = value && (strcmp(value, DOTENV_FILE) == 0 || strcmp(value, DOTENV_SECRET_FILE) == 0);
    return found_by_put ? NULL : value;
}

static const char *vault_of(const struct migration *m) {
    const struct options *o = &m->cli->options;
    return options_was_given(o, "to") ? o->to : m->follow.plan ? m->session.kind->id : NULL;
}

const char *rotation_put_line(const struct migration *m, const char *name) {
    struct buf line = BUF_INIT(KL_MAX_CONFIG_BYTES);
    const char *vault = vault_of(m);
    buf_str(&line, "keylift put");
    add_word(&line, name);
    if (vault) {
        buf_str(&line, " --to");
        add_word(&line, vault);
    }
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_spec *spec = option_at(i);
        const char *value = says_where(m, spec) ? value_of(m, spec) : NULL;
        if (value) {
            buf_printf(&line, " --%s", spec->name);
            add_word(&line, value);
        }
    }
    const char *text = arena_cstr((struct arena *)&m->arena, buf_as_slice(&line));
    buf_release(&line);
    return text;
}
