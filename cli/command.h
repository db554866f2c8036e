/* command.h: the table of commands, and what every command gets.
 *
 * A new command is one file cmd_<name>.c with `int cmd_<name>(struct cli *)`, a
 * declaration here and a row in commands.c. Its options are rows in options.c
 * that carry its CMD_ bit. A command that is not in the table is not in --help. */
#ifndef KEYLIFT_CLI_COMMAND_H
#define KEYLIFT_CLI_COMMAND_H

#include "cli/config.h"
#include "cli/options.h"
#include "cli/output.h"

/* Exit statuses of the design. EXIT_TROUBLE outranks EXIT_FINDINGS. */
enum { STATUS_DONE = 0, STATUS_FINDINGS = 1, STATUS_TROUBLE = 2 };

struct cli {
    const struct command *command;
    struct options options;
    struct config config;
    struct redactor *redactor; /* gains every value that is found */
    struct output out;         /* standard output */
    struct output err;         /* standard error: messages for a person, progress */
    struct arena arena;        /* of the run */
    bool told_of_rules;        /* what of the rule files is not used was said */
};

struct command {
    const char *name;
    unsigned bit;          /* CMD_ */
    const char *arguments; /* "[PATH...]" */
    size_t max_arguments;  /* more are an error; SIZE_MAX for any number */
    const char *summary;   /* one line of --help */
    const char *details;   /* paragraphs of `keylift NAME --help`; "" for none */
    const char *examples;  /* lines "command\tmeaning\n"; "" for none */
    int (*run)(struct cli *c);
    bool uses_config; /* the configuration is looked for and read */
    bool hidden;      /* for the build and the tests: in no help */
};

size_t command_count(void);
const struct command *command_at(size_t index);
const struct command *command_find(const char *name); /* NULL if unknown */

/* "keylift: <message>" on standard error; returns STATUS_TROUBLE. */
int cli_fail(struct cli *c, const struct error *e);
/* The next step, for errors of a vault that is far away: there it is often not in the
 * message. NULL for others. */
const char *cli_advice(enum kl_status s);
/* The user's answer to a yes-or-no question, or --yes; false without a terminal. */
bool cli_ask(struct cli *c, const char *question);
int cli_usage(struct cli *c, const char *fmt, ...) KL_PRINTF(2, 3);

/* help.c: for all commands (NULL), or for one. */
void help_print(struct output *o, const struct command *command);

int cmd_scan(struct cli *c);
int cmd_plan(struct cli *c);
int cmd_migrate(struct cli *c);
int cmd_apply(struct cli *c);
int cmd_resume(struct cli *c);
int cmd_upload(struct cli *c);
int cmd_rewrite(struct cli *c);
int cmd_put(struct cli *c);
int cmd_runs(struct cli *c);
int cmd_undo(struct cli *c);
int cmd_env(struct cli *c);
int cmd_install_hook(struct cli *c);
int cmd_report(struct cli *c);
int cmd_baseline(struct cli *c);
int cmd_rules(struct cli *c);
int cmd_vaults(struct cli *c);
int cmd_help(struct cli *c);
int cmd_version(struct cli *c);
int cmd_table(struct cli *c);

#endif
