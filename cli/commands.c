/* commands.c: the table of commands, in the order of --help. */
#include "cli/command.h"

static const struct command commands[] = {
    {.name = "help",
     .bit = CMD_HELP,
     .arguments = "[COMMAND]",
     .max_arguments = 1,
     .run = cmd_help,
     .summary = "explain keylift, or one command",
     .details = "",
     .examples = ""},
    {.name = "version",
     .bit = CMD_VERSION,
     .arguments = "",
     .max_arguments = 0,
     .run = cmd_version,
     .summary = "print the version",
     .details = "",
     .examples = ""},
    {.name = "command-table",
     .bit = CMD_HELP,
     .arguments = "",
     .max_arguments = 0,
     .run = cmd_table,
     .hidden = true,
     .summary = "this table and that of the options as JSON",
     .details = "",
     .examples = ""},
};

static const char *const later[] = {"scan",    "env",   "rules",    "vaults", "put",          "runs",
                                    "resume",  "undo",  "baseline", "report", "install-hook", "plan",
                                    "migrate", "apply", "upload",   "rewrite"};

size_t command_count(void) {
    return KL_ARRAY_LEN(commands);
}

const struct command *command_at(size_t index) {
    return &commands[index];
}

const struct command *command_find(const char *name) {
    for (size_t i = 0; i < KL_ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

bool command_is_later(const char *name) {
    for (size_t i = 0; i < KL_ARRAY_LEN(later); i++) {
        if (strcmp(later[i], name) == 0) {
            return true;
        }
    }
    return false;
}
