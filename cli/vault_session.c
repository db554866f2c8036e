/* vault_session.c: see vault_session.h. */
#include "cli/vault_session.h"

#include "backends/dotenv_project.h"
#include "base/file.h"
#include "base/system.h"
#include "cli/environment.h"
#include "cli/nearest.h"

/* Vaults of the design that this version may not have. */
static const char *const later[] = {"aws", "azure", "gcp", "vault", "hashicorp", "openbao", "exec"};

static enum kl_status unknown_vault(const char *id, struct error *e) {
    bool is_exec = slice_starts(slice_cstr(id), VAULT_EXEC_PREFIX);
    for (size_t i = 0; i < KL_ARRAY_LEN(later); i++) {
        if ((strcmp(later[i], id) == 0 || is_exec) && vault_kind_find(later[i]) == NULL) {
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

/* "exec" alone names no program, and a program without a path would be looked for
 * in PATH: both are the user's to say. */
static enum kl_status find_kind(struct vault_session *s, const char *id, struct error *e) {
    s->kind = vault_kind_find(id);
    if (s->kind == NULL) {
        return unknown_vault(id, e);
    }
    if (strcmp(s->kind->id, "exec") != 0) {
        return KL_OK;
    }
    if (!slice_starts(slice_cstr(id), VAULT_EXEC_PREFIX)) {
        return error_set(e, KL_ERR_USAGE, "say which helper program: --to exec:PROGRAM");
    }
    s->options.helper = id + strlen(VAULT_EXEC_PREFIX);
    return KL_OK;
}

/* A vault that would keep the values of all environments in one place is no place for them. */
static enum kl_status place_environment(struct vault_session *s, struct error *e) {
    const char *name = s->options.environment, *file = s->options.dotenv_file;
    enum kl_status status = name ? environment_check(name, "--environment", e) : KL_OK;
    if (name == NULL || status != KL_OK)
        return status;
    if (s->kind->access->needs_loading)
        s->options.dotenv_file = environment_dotenv(file ? file : DOTENV_FILE, name, &s->cli->arena);
    else if (!s->kind->environment_mark && !environment_is_in(s->cli->options.name_template))
        return error_set(e, KL_ERR_USAGE,
                         "--environment: the vault \"%s\" does not keep environments apart; --name-template "
                         "\"{environment}_{name}\" puts it into the names",
                         s->kind->id);
    return KL_OK;
}

enum kl_status vault_session_choose(struct vault_session *s, struct cli *c, const char *id, struct error *e) {
    const struct options *o = &c->options;
    s->cli = c;
    s->options = o->vault;
    s->origin = "command line";
    if (id == NULL) {
        id = o->to != NULL ? o->to : VAULT_SESSION_DEFAULT;
        s->origin = o->to != NULL ? config_origin(&c->config, o, "to") : "the default";
    }
    enum kl_status status = find_kind(s, id, e);
    if (status == KL_OK)
        status = options_check_vault(o, s->kind->id, e);
    return status == KL_OK ? place_environment(s, e) : status;
}

static void learn(void *ctx, struct slice value) {
    struct vault_session *s = ctx;
    mutex_lock(s->lock);
    redact_add(s->cli->redactor, value);
    mutex_unlock(s->lock);
}

static void trace(void *ctx, const char *line) {
    struct vault_session *s = ctx;
    mutex_lock(s->lock);
    out_now(&s->cli->err, line);
    mutex_unlock(s->lock);
}

void vault_session_progress(struct vault_session *s, size_t done, size_t count) {
    const struct options *o = &s->cli->options;
    if (o->no_progress || o->quiet || o->verbose >= 2 || !system_is_terminal(2))
        return;
    struct error ignored = {0};
    struct buf line = BUF_INIT(128);
    buf_str(&line, "\r");
    if (done < count)
        buf_printf(&line, "%zu of %zu", done, count);
    buf_str(&line, "\x1b[K");
    mutex_lock(s->lock);
    (void)(file_write_fd(2, "the terminal", buf_as_slice(&line), &ignored) == KL_OK);
    mutex_unlock(s->lock);
    buf_release(&line);
}

static const struct {
    const char *key;
    size_t offset;
} remembered[] = {
#define REMEMBER(field)                                                                                      \
    { #field, offsetof(struct vault_options, field) }
    REMEMBER(prefix),      REMEMBER(bundle),      REMEMBER(aws_region),      REMEMBER(azure_vault),
    REMEMBER(gcp_project), REMEMBER(vault_mount), REMEMBER(vault_namespace), REMEMBER(vault_field),
#undef REMEMBER
};

static const char **option_field(struct vault_options *o, size_t i) {
    return (const char **)(void *)((char *)o + remembered[i].offset);
}

/* A vault's URL is an endpoint; its name alone can only mean one at the provider's. */
static bool may_remember(size_t i, const char *value) {
    return value != NULL && (remembered[i].offset != offsetof(struct vault_options, azure_vault) ||
                             value[strcspn(value, ".:/")] == '\0');
}

cJSON *vault_session_record(const struct vault_session *s) {
    struct vault_options options = s->options;
    cJSON *record = cJSON_CreateObject();
    for (size_t i = 0; i < KL_ARRAY_LEN(remembered); i++) {
        const char *value = *option_field(&options, i);
        if (may_remember(i, value)) {
            json_add_string(record, remembered[i].key, value);
        }
    }
    return record;
}

static void recall(struct vault_session *s) {
    for (size_t i = 0; i < KL_ARRAY_LEN(remembered); i++) {
        const char *value = json_string(s->recalled, remembered[i].key);
        const char **field = option_field(&s->options, i);
        if (*field == NULL && may_remember(i, value)) {
            *field = value;
        }
    }
}

enum kl_status vault_session_open(struct vault_session *s, const char *root, struct error *e) {
    s->lock = mutex_new();
    s->options.root = root;
    if (s->kind->names_are_variables)
        s->options.prefix = NULL; /* the project's own names have it already */
    s->options.learn = learn;
    s->options.trace = s->cli->options.verbose >= 2 ? trace : NULL;
    s->options.observer = s;
    recall(s); /* a prefix that a journal or a plan has is whole */
    const char *given = s->cli->options.vault.prefix;
    if (s->options.environment && s->kind->environment_mark && (given || !s->options.prefix))
        s->options.prefix =
            environment_prefix(given, s->options.environment, s->kind->environment_mark, &s->cli->arena);
    enum kl_status status = vault_open(s->kind, &s->options, &s->vault, e);
    if (status == KL_OK) {
        s->kind = s->vault->kind;
    }
    return status;
}

void vault_session_close(struct vault_session *s) {
    if (s->vault != NULL) {
        s->kind->close(s->vault);
    }
    if (s->lock != NULL) {
        mutex_free(s->lock);
    }
    *s = (struct vault_session){0};
}
