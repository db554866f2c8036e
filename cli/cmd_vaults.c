/* cmd_vaults.c: `keylift vaults list` and `keylift vaults check [VAULT]`. */
#include "backends/vault.h"
#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/project.h"

/* Vaults of the design that this version does not have. */
static const char *const later[] = {"aws", "azure", "gcp", "vault", "hashicorp", "openbao", "exec"};

static enum kl_status find_vault(const char *id, const struct vault_kind **out, struct error *e) {
    *out = vault_kind_find(id);
    if (*out != NULL) {
        return KL_OK;
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(later); i++) {
        if (strcmp(later[i], id) == 0 || strncmp(id, "exec:", 5) == 0) {
            return error_set(
                e, KL_ERR_UNSUPPORTED,
                "the vault \"%s\" is not in this version; \"keylift vaults list\" names those that are", id);
        }
    }
    struct nearest n;
    nearest_init(&n, id);
    for (size_t i = 0; i < vault_kind_count(); i++) {
        nearest_offer(&n, vault_kind_at(i)->id);
    }
    return n.best != NULL
               ? error_set(e, KL_ERR_USAGE, "unknown vault \"%s\"; did you mean \"%s\"?", id, n.best)
               : error_set(e, KL_ERR_USAGE, "unknown vault \"%s\"; \"keylift vaults list\" names them all",
                           id);
}

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

static int check(struct cli *c, const char *id, const char *origin) {
    const struct vault_kind *kind = NULL;
    struct vault *vault = NULL;
    struct vault_identity identity = {0};
    struct error e = {0};
    int status = STATUS_TROUBLE;
    if (find_vault(id, &kind, &e) != KL_OK || options_check_vault(&c->options, kind->id, &e) != KL_OK) {
        return cli_fail(c, &e);
    }
    struct project project = {0};
    if (project_find(&project, ".", &c->arena, &e) != KL_OK) {
        return cli_fail(c, &e);
    }
    const struct vault_options o = {
        .root = project.root,
        .dotenv_file = c->options.dotenv_file,
        .prefix = c->options.prefix,
    };
    if (kind->open(&o, &vault, &e) != KL_OK || kind->check(vault, &c->arena, &identity, &e) != KL_OK) {
        status = cli_fail(c, &e);
        goto done;
    }
    out_mark(&c->out, MARK_BOLD, "%s", kind->id);
    out_text(&c->out, "  %s (from: %s)\n", kind->title, origin);
    for (size_t i = 0; i < KL_ARRAY_LEN(identity.lines) && identity.lines[i] != NULL; i++) {
        out_text(&c->out, "  ");
        out_wrapped(&c->out, MARK_NONE, identity.lines[i], 2, 4);
    }
    status = STATUS_DONE;
done:
    if (vault != NULL) {
        kind->close(vault);
    }
    return status;
}

int cmd_vaults(struct cli *c) {
    const struct string_list *words = &c->options.arguments;
    const char *verb = words->count > 0 ? words->items[0] : "";
    if (strcmp(verb, "list") == 0 && words->count == 1) {
        return list(c);
    }
    if (strcmp(verb, "check") == 0) {
        if (words->count > 1) {
            return check(c, words->items[1], "command line");
        }
        const char *to = c->options.to != NULL ? c->options.to : "dotenv";
        return check(c, to, config_origin(&c->config, &c->options, "to"));
    }
    return cli_usage(c, "say what: keylift vaults list, or keylift vaults check [VAULT]");
}
