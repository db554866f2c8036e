/* cmd_put.c: `keylift put NAME`: one value, from the terminal without echo or from
 * standard input, into a vault: after a leak, the new value of what the old one was.
 * It never stands on the command line, where other users of the machine could read it. */
#include "backends/dotenv_project.h"
#include "backends/upload.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/system.h"
#include "cli/environment.h"
#include "cli/project.h"
#include "cli/vault_session.h"

#define READ_BACK_DEADLINE_MS 30000u

struct put {
    struct cli *c;
    struct project project;
    struct vault_session session;
    struct vault_identity identity;
    struct secret value;
    struct upload_item item;
    const char *dotenv_path; /* NULL for other vaults */
};

/* The file that a migration would choose. */
static enum kl_status choose_dotenv_file(const struct put *p, const char **file, struct error *e) {
    struct cli *c = p->c;
    struct file_info info;
    const char *name = c->options.vault.environment, *secret = DOTENV_SECRET_FILE;
    if (name)
        secret = environment_dotenv(secret, name, &c->arena);
    enum kl_status s = file_stat(path_join(&c->arena, p->project.root, secret), &info, e);
    const char *named = c->options.vault.dotenv_file;
    *file = named ? named : DOTENV_FILE;
    if (name)
        *file = environment_dotenv(*file, name, &c->arena);
    if (s == KL_OK && !named && info.kind == FILE_REGULAR)
        *file = secret;
    return s;
}

static enum kl_status open_vault(struct put *p, struct error *e) {
    struct cli *c = p->c;
    struct vault_session *v = &p->session;
    enum kl_status s = vault_session_choose(v, c, NULL, e);
    if (s == KL_OK)
        s = project_find(&p->project, ".", &c->arena, e);
    if (s != KL_OK)
        return s;
    if (v->kind->ephemeral && !c->options.vault.allow_ephemeral)
        return error_set(e, KL_ERR_REFUSED,
                         "%s may forget what it holds; say --allow-ephemeral if that is meant",
                         v->kind->title);
    if (c->options.vault.prefix && v->kind->names_are_variables)
        return error_set(e, KL_ERR_USAGE, "--prefix: names of the vault \"%s\" are given whole here",
                         v->kind->id);
    if (v->kind->access->needs_loading) {
        const char *file = NULL;
        s = choose_dotenv_file(p, &file, e);
        if (s != KL_OK)
            return s;
        v->options.dotenv_file = file;
        p->dotenv_path = dotenv_path(&c->arena, p->project.root, file);
    }
    s = vault_session_open(v, p->project.root, e);
    return s == KL_OK ? v->kind->identity(v->vault, &c->arena, &p->identity, e) : s;
}

static enum kl_status ask_twice(const char *name, struct buf *out, struct error *e) {
    struct arena a = ARENA_INIT;
    struct buf again = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES);
    enum kl_status s = system_read_hidden(arena_printf(&a, "Value of %s (not shown): ", name), out, e);
    if (s == KL_OK)
        s = system_read_hidden("The same again: ", &again, e);
    if (s == KL_OK && !slice_eq(buf_as_slice(out), buf_as_slice(&again)))
        s = error_set(e, KL_ERR_USAGE, "the two values differ; nothing was written");
    buf_release(&again);
    arena_release(&a);
    return s;
}

/* Without the line end that `echo` and editors add; bytes are taken as they are. */
static struct slice without_line_end(struct slice text) {
    if (slice_ends(text, "\n"))
        text.len--;
    if (slice_ends(text, "\r"))
        text.len--;
    return text;
}

static enum kl_status read_value(struct put *p, struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES);
    bool terminal = system_is_terminal(0);
    enum kl_status s = terminal ? ask_twice(p->item.name, &bytes, e)
                                : file_read_fd(0, "standard input", KL_MAX_SECRET_BYTES, &bytes, e);
    struct slice value = buf_as_slice(&bytes);
    bool is_text = utf8_valid(value) && slice_find_byte(value, '\0', 0) == SIZE_MAX;
    if (s == KL_OK && is_text)
        value = without_line_end(value);
    if (s == KL_OK && value.len == 0)
        s = error_set(e, KL_ERR_USAGE, "%s: an empty value is no secret; nothing was written", p->item.name);
    if (s == KL_OK && !is_text && p->session.kind->access->text_only)
        s = error_set(e, KL_ERR_UNSUPPORTED,
                      "%s: the value is bytes, and this vault holds text; give its base64 text",
                      p->item.name);
    if (s == KL_OK) {
        redact_add(p->c->redactor, value);
        secret_set(&p->value, value);
        p->value.binary = !is_text;
    }
    buf_release(&bytes);
    return s;
}

/* What will happen to the name, or why nothing can. */
static enum kl_status prepare(struct put *p, struct error *e) {
    struct upload_item *it = &p->item;
    it->value = &p->value;
    enum kl_status s = upload_prepare(p->session.vault, it, 1, ON_CONFLICT_VERSION, &p->c->arena, e);
    if (s == KL_OK && it->state == UPLOAD_CONFLICT && !p->session.kind->keeps_versions) {
        it->state = UPLOAD_PENDING; /* a new value for the name is what the user asks for */
        it->replaces = true;
    }
    if (s == KL_OK && it->state != UPLOAD_PENDING && it->state != UPLOAD_PRESENT) {
        *e = it->error;
        s = e->status;
    }
    return s;
}

static void show(const struct put *p) {
    struct output *o = &p->c->out;
    const struct upload_item *it = &p->item;
    out_mark(o, MARK_BOLD, "This will be written\n");
    for (size_t i = 0; i < KL_ARRAY_LEN(p->identity.lines) && p->identity.lines[i]; i++)
        out_text(o, "  %s\n", p->identity.lines[i]);
    out_text(o, "  %s", it->name);
    if (strcmp(it->name, it->stored_name) != 0)
        out_text(o, " (stored as %s)", it->stored_name);
    out_text(o, ": %s\n",
             !it->replaces                     ? "new"
             : p->session.kind->keeps_versions ? "a new version of what is there"
                                               : "in place of the value that is there, which is lost");
}

/* Before the value is in the file, git must not pick it up. */
static enum kl_status keep_out_of_git(const struct put *p, struct error *e) {
    struct dotenv_ignore ignore = {0};
    struct buf old = BUF_INIT(KL_MAX_REWRITE_BYTES), text = BUF_INIT(KL_MAX_REWRITE_BYTES);
    if (!p->dotenv_path)
        return KL_OK;
    enum kl_status s = dotenv_ignore_plan(p->project.root, p->dotenv_path, &p->c->arena, &ignore, e);
    if (s == KL_OK && ignore.needed) {
        s = file_read(ignore.gitignore, KL_MAX_REWRITE_BYTES, &old, e);
        if (s == KL_OK || s == KL_ERR_NOT_FOUND) {
            dotenv_ignore_text(buf_as_slice(&old), ignore.pattern, &text);
            s = file_write_atomic(ignore.gitignore, buf_as_slice(&text), 0, e);
        }
    }
    buf_release(&old);
    buf_release(&text);
    return s;
}

static int put(struct put *p, struct error *e) {
    struct cli *c = p->c;
    struct upload_item *it = &p->item;
    if (open_vault(p, e) != KL_OK || read_value(p, e) != KL_OK || prepare(p, e) != KL_OK)
        return cli_fail(c, e);
    if (it->state == UPLOAD_PRESENT) {
        out_text(&c->out, "%s has this value already; nothing was written\n", it->name);
        return STATUS_DONE;
    }
    show(p);
    if (!cli_ask(c, "Go on? [y/N] ")) {
        out_text(&c->err, "keylift: nothing was written\n");
        return STATUS_TROUBLE;
    }
    bool replaces = it->replaces;
    if (keep_out_of_git(p, e) != KL_OK ||
        upload_run(p->session.vault, it, 1, NULL, READ_BACK_DEADLINE_MS, e) != KL_OK)
        return cli_fail(c, e);
    out_mark(&c->out, MARK_GREEN, "%s", it->name);
    out_text(&c->out, " stored");
    if (it->version[0] && p->session.kind->keeps_versions)
        out_text(&c->out, " as version %s", it->version);
    out_text(&c->out, ", read back and equal\n");
    if (replaces)
        out_text(&c->out,
                 "Programs that read it at their start go on with the old value until they start again.\n");
    return STATUS_DONE;
}

int cmd_put(struct cli *c) {
    struct put p = {.c = c};
    struct error e = {0};
    if (c->options.arguments.count != 1)
        return cli_usage(c, "say which name: keylift put NAME");
    p.item.name = c->options.arguments.items[0];
    int status = put(&p, &e);
    secret_release(&p.value);
    vault_session_close(&p.session);
    return status;
}
