/* cmd_vaults.c: `keylift vaults list` and `keylift vaults check [VAULT]`. */
#include "cli/project.h"
#include "cli/vault_session.h"

static int list(struct cli *c) {
    for (size_t i = 0; i < vault_kind_count(); i++) {
        const struct vault_kind *kind = vault_kind_at(i);
        out_mark(&c->out, MARK_BOLD, "%-10s", kind->id);
        out_text(&c->out, "  %s\n", kind->title);
        out_text(&c->out, "            the code reads %s\n", kind->access->read_text);
        for (const struct python_package *p = kind->access->packages; p != NULL && p->name != NULL; p++) {
            out_text(&c->out, "            needs the package %s\n", p->requirement);
        }
    }
    return STATUS_DONE;
}

static int check(struct cli *c, const char *id) {
    struct vault_session s = {0};
    struct vault_identity identity = {{NULL}};
    struct project project = {0};
    struct error e = {0};
    int status = STATUS_DONE;
    if (vault_session_choose(&s, c, id, &e) != KL_OK || project_find(&project, ".", &c->arena, &e) != KL_OK ||
        vault_session_open(&s, project.root, &e) != KL_OK) {
        status = cli_fail(c, &e);
        goto done;
    }
    out_mark(&c->out, MARK_BOLD, "%s", s.kind->id);
    out_text(&c->out, "  %s (from: %s)\n", s.kind->title, s.origin);
    /* The lines also say how far it came before an error. */
    if (s.kind->check(s.vault, &c->arena, &identity, &e) != KL_OK) {
        status = cli_fail(c, &e);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(identity.lines) && identity.lines[i] != NULL; i++) {
        out_text(&c->out, "  ");
        out_wrapped(&c->out, MARK_NONE, identity.lines[i], 2, 4);
    }
done:
    vault_session_close(&s);
    return status;
}

int cmd_vaults(struct cli *c) {
    const struct string_list *words = &c->options.arguments;
    const char *verb = words->count > 0 ? words->items[0] : "";
    if (strcmp(verb, "list") == 0 && words->count == 1) {
        return list(c);
    }
    if (strcmp(verb, "check") == 0) {
        return check(c, words->count > 1 ? words->items[1] : NULL);
    }
    return cli_usage(c, "say what: keylift vaults list, or keylift vaults check [VAULT]");
}
