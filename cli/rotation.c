/* rotation.c: see rotation.h. */
#include "cli/rotation.h"

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

/* Where the vault is: what the command line said of it. */
static bool says_where(const struct migration *m, const struct option_spec *spec) {
    bool of_vault = spec->vault || strcmp(spec->name, "prefix") == 0;
    if (strcmp(spec->name, "prefix") == 0 && m->session.kind->names_are_variables)
        return false; /* the names have it already */
    return of_vault && spec->type == OPTION_TEXT && (spec->commands & CMD_PUT) != 0;
}

const char *rotation_put_line(const struct migration *m, const char *name) {
    struct options *o = &m->cli->options;
    struct buf line = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_str(&line, "keylift put");
    add_word(&line, name);
    if (options_was_given(o, "to")) {
        buf_str(&line, " --to");
        add_word(&line, o->to);
    }
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_spec *spec = option_at(i);
        const char *value = says_where(m, spec) && options_was_given(o, spec->name)
                                ? *(const char **)(void *)((char *)o + spec->offset)
                                : NULL;
        if (value) {
            buf_printf(&line, " --%s", spec->name);
            add_word(&line, value);
        }
    }
    const char *text = arena_cstr((struct arena *)&m->arena, buf_as_slice(&line));
    buf_release(&line);
    return text;
}
