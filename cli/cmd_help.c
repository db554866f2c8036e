/* cmd_help.c: `keylift help`, `keylift version`, and the tables as JSON, from
 * which scripts/cli-docs makes the manual page, the completions and the list of
 * configuration keys. */
#include "backends/vault.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/nearest.h"

int cmd_version(struct cli *c) {
    out_text(&c->out, "keylift %s\n", KEYLIFT_VERSION);
    return STATUS_DONE;
}

int cmd_help(struct cli *c) {
    const char *topic = c->options.arguments.count > 0 ? c->options.arguments.items[0] : NULL;
    const struct command *command = topic != NULL ? command_find(topic) : NULL;
    if (topic == NULL || (command != NULL && !command->hidden)) {
        help_print(&c->out, command);
        return STATUS_DONE;
    }
    struct nearest n;
    nearest_init(&n, topic);
    for (size_t i = 0; i < command_count(); i++) {
        if (!command_at(i)->hidden) {
            nearest_offer(&n, command_at(i)->name);
        }
    }
    return n.best != NULL
               ? cli_usage(c, "there is no command \"%s\"; did you mean \"%s\"?", topic, n.best)
               : cli_usage(c, "there is no command \"%s\"; \"keylift help\" lists them all", topic);
}

static const char *const type_names[] = {
    [OPTION_FLAG] = "flag",     [OPTION_TEXT] = "text",     [OPTION_LIST] = "list",
    [OPTION_NAMES] = "names",   [OPTION_COUNT] = "count",   [OPTION_FRACTION] = "fraction",
    [OPTION_CHOICE] = "choice", [OPTION_REPEATED] = "flag", [OPTION_MAYBE] = "maybe",
};
static const char *const config_names[] = {
    [CONFIG_NEVER] = "never", [CONFIG_TREE] = "tree", [CONFIG_EXPLICIT] = "explicit"};

static cJSON *command_json(const struct command *command) {
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "name", command->name);
    json_add_string(j, "arguments", command->arguments);
    json_add_string(j, "summary", command->summary);
    json_add_string(j, "details", command->details);
    json_add_string(j, "examples", command->examples);
    return j;
}

static cJSON *option_json(const struct option_spec *spec) {
    char letter[2] = {spec->letter, '\0'};
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "name", spec->name);
    json_add_string(j, "letter", spec->letter != 0 ? letter : NULL);
    json_add_string(j, "type", type_names[spec->type]);
    json_add_string(j, "argument", spec->argument);
    json_add_string(j, "vault", spec->vault);
    json_add_string(j, "config", config_names[spec->config]);
    json_add_string(j, "config_key", spec->config_key != NULL ? spec->config_key : spec->name);
    json_add_string(j, "help", spec->help);
    cJSON *names = cJSON_AddArrayToObject(j, "commands");
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *command = command_at(i);
        if (!command->hidden && (spec->commands & command->bit) != 0) {
            cJSON_AddItemToArray(names, cJSON_CreateString(command->name));
        }
    }
    cJSON_AddBoolToObject(j, "common", spec->commands == CMD_ALL);
    return j;
}

int cmd_table(struct cli *c) {
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "version", KEYLIFT_VERSION);
    cJSON *commands = cJSON_AddArrayToObject(j, "commands");
    for (size_t i = 0; i < command_count(); i++) {
        if (!command_at(i)->hidden) {
            cJSON_AddItemToArray(commands, command_json(command_at(i)));
        }
    }
    cJSON *options = cJSON_AddArrayToObject(j, "options");
    for (size_t i = 0; i < option_count(); i++) {
        if (option_is_offered(option_at(i))) {
            cJSON_AddItemToArray(options, option_json(option_at(i)));
        }
    }
    cJSON *vaults = cJSON_AddArrayToObject(j, "vaults");
    for (size_t i = 0; i < vault_kind_count(); i++) {
        cJSON_AddItemToArray(vaults, cJSON_CreateString(vault_kind_at(i)->id));
    }
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    json_print(j, true, &text);
    out_raw(&c->out, buf_as_slice(&text));
    buf_release(&text);
    cJSON_Delete(j);
    return STATUS_DONE;
}
