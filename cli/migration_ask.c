/* migration_ask.c: --interactive: each literal that would move is the user's to keep,
 * to move, or to move under another name; and each read of the environment to keep or to
 * change. Answers come from the terminal alone. */
#include "cli/migration.h"

#include "base/system.h"

#define ANSWER_MAX_BYTES 1024
#define TRIES 10 /* at one question */

enum answer { ANSWER_YES, ANSWER_NO, ANSWER_ALL, ANSWER_QUIT, ANSWER_NAME };

static const struct {
    const char *word, *letter;
    enum answer answer;
} answers[] = {
    {"yes", "y", ANSWER_YES}, {"no", "n", ANSWER_NO}, {"all", "a", ANSWER_ALL}, {"quit", "q", ANSWER_QUIT}};

static enum answer answer_of(struct slice text) {
    for (size_t i = 0; i < KL_ARRAY_LEN(answers); i++)
        if (slice_eq_nocase(text, answers[i].word) || slice_eq_nocase(text, answers[i].letter))
            return answers[i].answer;
    return text.len == 0 ? ANSWER_NO : ANSWER_NAME;
}

enum kl_status migration_check_terminal(const struct migration *m, struct error *e) {
    if (!m->cli->options.interactive)
        return KL_OK;
    if (m->cli->options.format != FORMAT_TEXT)
        return error_set(e, KL_ERR_USAGE, "--interactive asks, which --format json and sarif do not");
    return system_has_terminal()
               ? KL_OK
               : error_set(e, KL_ERR_USAGE,
                           "--interactive needs a terminal to ask on; --names FILE lets you "
                           "choose without one");
}

/* Of all that is asked about. */
static void show_number(const struct migration *m, size_t number) {
    out_text(&m->cli->out, "\n%zu of %zu  ", number, m->moving + m->reads_moving);
}

static void show_read(const struct migration *m, const struct env_read *read, size_t number) {
    struct output *o = &m->cli->out;
    show_number(m, number);
    out_path(o, MARK_BOLD, read->path);
    out_text(o, ":%u:%u  read of the environment, from the vault: ", read->line, read->column);
    out_mark(o, MARK_GREEN, "%s", read->name);
    out_text(o, "\n");
}

static void show(const struct migration *m, const struct migration_site *site, size_t number) {
    struct output *o = &m->cli->out;
    show_number(m, number);
    out_path(o, MARK_BOLD, site->finding->path);
    out_text(o, ":%u:%u  %s -> ", site->finding->line, site->finding->column, site->finding->message);
    out_mark(o, MARK_GREEN, "%s", site->name);
    out_text(o, "\n");
    if (site->note)
        out_text(o, "    (%s)\n", site->note);
}

/* Asks until the answer can be meant; of a read when `site` is NULL. KL_ERR_INTERRUPTED,
 * KL_ERR_IO: nobody is there. */
static enum kl_status ask(struct migration *m, const struct migration_site *site, enum answer *out,
                          struct error *e) {
    struct buf line = BUF_INIT(ANSWER_MAX_BYTES);
    enum kl_status s = KL_OK;
    *out = ANSWER_NO;
    for (unsigned i = 0; i < TRIES && s == KL_OK; i++) {
        struct error why = {0};
        buf_clear(&line);
        if ((s = out_flush(&m->cli->out, e)) != KL_OK ||
            (s = system_read_line(
                 site ? "Move it? [y]es, [n]o, [a]ll from here on, [q]uit, or another name: "
                      : "Read it there? [y]es, [n]o, [a]ll from here on, [q]uit, no other name: ",
                 &line, e)) != KL_OK)
            break;
        *out = answer_of(slice_trim(buf_as_slice(&line)));
        if (*out != ANSWER_NAME)
            break;
        if (!site) {
            out_text(&m->cli->out, "The name of a read stays as it is.\n");
            *out = ANSWER_NO;
            continue;
        }
        const char *name = arena_cstr(&m->arena, slice_trim(buf_as_slice(&line)));
        if (migration_rename(m, site, name, &why) == KL_OK)
            break;
        out_text(&m->cli->out, "Not that name: %s.\n", why.message);
        *out = ANSWER_NO;
    }
    buf_release(&line);
    return s;
}

struct asking {
    struct migration *m;
    size_t number;
    bool all, quit, changed; /* from here on; anything but what was proposed */
};

/* What becomes of one place: NULL, or why it stays. */
static enum kl_status decide(struct asking *a, const struct migration_site *site, const struct env_read *read,
                             const char **left, struct error *e) {
    enum answer answer = ANSWER_NO;
    if (a->all)
        return KL_OK;
    if (!a->quit) {
        if (site)
            show(a->m, site, ++a->number);
        else
            show_read(a->m, read, ++a->number);
        enum kl_status s = ask(a->m, site, &answer, e);
        if (s != KL_OK)
            return s;
    }
    a->all = answer == ANSWER_ALL;
    a->quit = a->quit || answer == ANSWER_QUIT;
    if (answer == ANSWER_NO || answer == ANSWER_QUIT)
        *left = "you said no";
    a->changed = a->changed || (answer != ANSWER_YES && answer != ANSWER_ALL);
    return KL_OK;
}

enum kl_status migration_ask(struct migration *m, struct error *e) {
    struct asking a = {.m = m};
    enum kl_status s = KL_OK;
    if (!m->cli->options.interactive)
        return KL_OK;
    migration_count(m);
    for (size_t i = 0; i < m->site_count && s == KL_OK; i++)
        if (!m->sites[i].left)
            s = decide(&a, &m->sites[i], NULL, &m->sites[i].left, e);
    for (size_t i = 0; i < m->read_count && s == KL_OK; i++)
        if (!m->reads[i].left && !m->reads[i].done)
            s = decide(&a, NULL, m->reads[i].read, &m->reads[i].left, e);
    if (s != KL_OK)
        return s;
    out_text(&m->cli->out, "\n");
    return a.changed ? migration_rewrite(m, e) : KL_OK;
}
