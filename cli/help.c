/* help.c: --help, made from the tables of commands and options. */
#include "cli/command.h"

#define HELP_OPTION_COLUMN 28u  /* where the text of an option begins */
#define HELP_EXAMPLE_COLUMN 34u /* width of a command in the examples */
#define HELP_COMMAND_COLUMN 16u /* where the text of a command begins */

static void print_option(struct output *o, const struct option_spec *spec, unsigned bit) {
    struct buf left = BUF_INIT(KL_MAX_PATH_BYTES);
    if (spec->letter != 0) {
        buf_printf(&left, "  -%c, ", spec->letter);
    } else {
        buf_str(&left, "      ");
    }
    const char *argument = option_argument(spec, bit);
    bool maybe = spec->type == OPTION_MAYBE;
    buf_printf(&left, "--%s%s%s%s", spec->name,
               maybe              ? "[="
               : argument != NULL ? " "
                                  : "",
               argument != NULL ? argument : "", maybe ? "]" : "");
    unsigned at = (unsigned)left.len;
    out_text(o, "%s", buf_cstr(&left));
    buf_release(&left);
    if (at + 2 > HELP_OPTION_COLUMN) {
        out_text(o, "\n");
        at = 0;
    }
    out_text(o, "%*s", (int)(HELP_OPTION_COLUMN - at), "");
    out_wrapped(o, MARK_NONE, spec->help, HELP_OPTION_COLUMN, HELP_OPTION_COLUMN);
}

static void print_options(struct output *o, unsigned bit, bool common) {
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_spec *spec = option_at(i);
        if ((spec->commands & bit) != 0 && (spec->commands == CMD_ALL) == common && option_is_offered(spec)) {
            print_option(o, spec, bit);
        }
    }
}

static bool has_own_options(unsigned bit) {
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_spec *spec = option_at(i);
        if ((spec->commands & bit) != 0 && spec->commands != CMD_ALL && option_is_offered(spec)) {
            return true;
        }
    }
    return false;
}

static void print_examples(struct output *o, const char *examples) {
    if (examples[0] == '\0') {
        return;
    }
    out_mark(o, MARK_BOLD, "\nExamples\n");
    for (const char *line = examples; *line != '\0';) {
        size_t command = strcspn(line, "\t"), all = strcspn(line, "\n");
        const char *meaning = line + command + 1;
        int meaning_len = (int)(all - command - 1);
        size_t column = command < HELP_EXAMPLE_COLUMN ? HELP_EXAMPLE_COLUMN : command;
        if (2 + column + 2 + (size_t)meaning_len > OUT_COLUMNS) {
            out_text(o, "  %.*s\n      %.*s\n", (int)command, line, meaning_len, meaning);
        } else {
            out_text(o, "  %-*.*s  %.*s\n", (int)column, (int)command, line, meaning_len, meaning);
        }
        line += all + (line[all] == '\n' ? 1 : 0);
    }
}

static void print_command(struct output *o, const struct command *command) {
    out_mark(o, MARK_BOLD, "keylift %s", command->name);
    out_text(o, "%s%s\n\n", command->arguments[0] != '\0' ? " " : "", command->arguments);
    out_wrapped(o, MARK_NONE, command->summary, 0, 0);
    if (command->details[0] != '\0') {
        out_text(o, "\n");
        out_wrapped(o, MARK_NONE, command->details, 0, 0);
    }
    print_examples(o, command->examples);
    if (has_own_options(command->bit)) {
        out_mark(o, MARK_BOLD, "\nOptions\n");
        print_options(o, command->bit, false);
    }
    out_mark(o, MARK_BOLD, "\nOptions of every command\n");
    print_options(o, command->bit, true);
}

static void print_all(struct output *o) {
    out_mark(o, MARK_BOLD, "keylift");
    out_text(o, " finds hard-coded secrets in Python code, moves them into a vault, and\n"
                "rewrites the code so that it reads them from there.\n");
    out_mark(o, MARK_BOLD, "\nCommands\n");
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *command = command_at(i);
        if (!command->hidden) {
            out_text(o, "  %-*s", (int)HELP_COMMAND_COLUMN - 2, command->name);
            out_wrapped(o, MARK_NONE, command->summary, HELP_COMMAND_COLUMN, HELP_COMMAND_COLUMN);
        }
    }
    out_mark(o, MARK_BOLD, "\nOptions of every command\n");
    print_options(o, CMD_HELP, true);
    out_text(o, "\n\"keylift COMMAND --help\" explains a command and lists its own options.\n"
                "Status: 0 all is well, 1 findings remain, 2 something could not be done.\n");
}

void help_print(struct output *o, const struct command *command) {
    if (command == NULL) {
        print_all(o);
    } else {
        print_command(o, command);
    }
}
