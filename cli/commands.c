/* commands.c: the table of commands, in the order of --help. */
#include "cli/command.h"

static const struct command commands[] = {
    {.name = "scan",
     .bit = CMD_SCAN,
     .arguments = "[PATH...]",
     .max_arguments = SIZE_MAX,
     .uses_config = true,
     .run = cmd_scan,
     .summary = "report hard-coded secrets; change nothing",
     .details =
         "Looks at files, at whole folders, or at standard input (PATH is \"-\"); without a PATH, at the "
         "current folder. In a git repository all tracked files are scanned, and untracked ones unless git "
         "ignores them. No secret is ever shown.\n\n"
         "Of a diff on standard input, only what it brings is told, by the names and lines of the new "
         "files.\n\n"
         "A finding is silenced by the comment \"# keylift: ignore\" on its line, or "
         "\"# keylift: ignore[rule]\" for one rule.\n\n"
         "With --verify, tokens are sent to their providers, each to its own and nowhere else, to tell which "
         "are "
         "live; providers log such calls.\n\n"
         "Status: 0 if nothing was found at or above --fail-on, 1 if something was, 2 if something could "
         "not be read or understood.",
     .examples = "keylift scan\tthe current folder\n"
                 "keylift scan --staged\twhat the next commit would hold\n"
                 "keylift scan --history\twhat every commit brought\n"
                 "keylift scan --since origin/main\twhat the commits of this branch brought\n"
                 "keylift scan --verify github,aws\twhich tokens of these providers are live\n"
                 "keylift scan --format json -o report.json src\ta report for a machine\n"
                 "cat app.py | keylift scan - --stdin-filename app.py\tone file from a pipe\n"
                 "git diff main | keylift scan -\twhat a diff brings\n"},
    {.name = "plan",
     .bit = CMD_PLAN,
     .arguments = "[PATH...]",
     .max_arguments = SIZE_MAX,
     .run = cmd_plan,
     .uses_config = true,
     .summary = "show what migrate would do, and write nothing",
     .details = "Lists each literal with the name that it would get, those that would stay with "
                "the reason, and the change of every file with the secrets masked.\n\n"
                "-o keeps the plan for \"keylift apply\": places, names, edits, and nothing to tell a "
                "secret from.",
     .examples = "keylift plan .\twhat would move to .env, and how the code would read\n"
                 "keylift plan -o plan.json .\tthe same, to be reviewed and applied\n"},
    {.name = "migrate",
     .bit = CMD_MIGRATE,
     .arguments = "[PATH...]",
     .max_arguments = SIZE_MAX,
     .run = cmd_migrate,
     .uses_config = true,
     .summary = "put secrets into a vault, read them back, rewrite the code",
     .details = "A literal leaves the source only after the vault has given its value back. What "
                "cannot be moved safely is left alone and listed with the reason (status 1).",
     .examples = "keylift migrate .\tmove the secrets of this folder to .env, after a question\n"
                 "keylift migrate --yes app/conf.py\tone file, without a question\n"
                 "keylift migrate --site app/conf.py:12 .\tmove the literal on that line too"},
    {.name = "apply",
     .bit = CMD_APPLY,
     .arguments = "PLAN",
     .max_arguments = 1,
     .run = cmd_apply,
     .summary = "do exactly what a plan of \"keylift plan -o\" says",
     .details =
         "Takes the values from the places that the plan names, and does what \"keylift migrate\" would. "
         "Where a file, the rules, this program or a value in the vault has changed since the plan was "
         "made, it says so and writes nothing.\n\n"
         "A plan chooses no address, helper program, credential or file outside of the project: name "
         "those again. Status: 0 when everything in the plan is done.",
     .examples = "keylift apply plan.json\tafter a question\n"
                 "keylift apply --yes plan.json\twithout one\n"},
    {.name = "upload",
     .bit = CMD_UPLOAD,
     .arguments = "[PATH...]",
     .max_arguments = SIZE_MAX,
     .run = cmd_upload,
     .uses_config = true,
     .summary = "the first half of migrate: put and read back; no code changes",
     .details = "",
     .examples = "keylift upload .\tput what migrate would move into .env"},
    {.name = "rewrite",
     .bit = CMD_REWRITE,
     .arguments = "[PATH...]",
     .max_arguments = SIZE_MAX,
     .run = cmd_rewrite,
     .uses_config = true,
     .summary = "the second half of migrate: only for values that the vault holds",
     .details = "",
     .examples = "keylift rewrite .\tafter keylift upload"},
    {.name = "put",
     .bit = CMD_PUT,
     .arguments = "NAME",
     .max_arguments = 1,
     .run = cmd_put,
     .uses_config = true,
     .summary = "store one value, typed without echo or from standard input",
     .details =
         "For the new value after a leak: a name that is there gets a new version, another one is made. "
         "The value is read back and compared. On a terminal it is asked for twice and not shown; "
         "from a pipe, one line end at its end is left out.\n\n"
         "In a vault that keeps versions, only what keylift made gets one.",
     .examples = "keylift put API_KEY\tinto .env, after a question\n"
                 "openssl rand -hex 32 | keylift put --yes SIGNING_KEY\ta new random value\n"},
    {.name = "runs",
     .bit = CMD_RUNS,
     .arguments = "",
     .max_arguments = 0,
     .run = cmd_runs,
     .summary = "list what was changed here, and when",
     .details = "Each run with its id, time, state, files and names. A run that was interrupted is "
                "finished by `keylift resume`; what it had stored is not written again.",
     .examples = "keylift runs\tthe runs of this project, the newest last\n"},
    {.name = "resume",
     .bit = CMD_RESUME,
     .arguments = "[RUN]",
     .max_arguments = 1,
     .run = cmd_resume,
     .summary = "finish a run that was killed or stopped",
     .details =
         "Without RUN, the newest one that is not finished. What is in the vault and equal is not written "
         "again, and what is left of the files is rewritten as the run would have done it. Where a file "
         "has changed since, it says so and writes nothing.\n\n"
         "An address, a helper program or a credential that the run was given is to be given again.",
     .examples = "keylift resume\tthe newest unfinished run, after a question\n"
                 "keylift resume --dry-run\twhat is left to do\n"},
    {.name = "undo",
     .bit = CMD_UNDO,
     .arguments = "[RUN]",
     .max_arguments = 1,
     .run = cmd_undo,
     .summary = "take a run back: the exact old source, with the values of the vault",
     .details = "Without RUN, the last finished one. A file that was edited since stays, and so does one "
                "whose value has changed in the vault; both are named (status 1). The vault, .gitignore "
                "and what was staged stay as they are.",
     .examples = "keylift undo\tthe last run, after a question\n"
                 "keylift undo --dry-run\twhat would come back\n"},
    {.name = "env",
     .bit = CMD_ENV,
     .arguments = "[PATH...]",
     .max_arguments = SIZE_MAX,
     .uses_config = true,
     .run = cmd_env,
     .summary = "list every environment variable that the code reads",
     .details =
         "For each variable: every place that reads or writes it and how, its default, whether it is "
         "required, and whether it looks like a secret or like a setting; in which .env files it is set, "
         "and whether a .env.example or the documentation has it. Of .env files only the names are read; a "
         "default that looks like a secret is not shown.",
     .examples = "keylift env\tthe current folder\n"
                 "keylift env --check\tstatus 1 unless the documentation fits\n"
                 "keylift env --format dotenv -o .env.example\ta list to fill in, without secrets\n"
                 "keylift env --format json src\tall of it for a machine\n"},
    {.name = "baseline",
     .bit = CMD_BASELINE,
     .arguments = "[PATH...]",
     .max_arguments = SIZE_MAX,
     .uses_config = true,
     .run = cmd_baseline,
     .summary = "accept what is there for now, so that only new findings fail",
     .details =
         "Lists the findings that the baseline does not have, asks whether they may stay and why, and writes "
         ".keylift-baseline.json; \"keylift scan\" then counts them as silenced. An entry knows its finding "
         "by "
         "rule, name and context, and by 16 bits of a keyed hash of the value: moved lines, new formatting "
         "and "
         "renamed files change nothing, a new value does.\n\n"
         "The first time for a large repository: --accept-all --reason \"...\". \"keylift migrate\" takes "
         "accepted findings, too.\n\n"
         "Status: 0 when the baseline has every finding, 1 when some were not accepted, 2 when something "
         "could "
         "not be read.",
     .examples = "keylift baseline\tlist what is new, and ask\n"
                 "keylift baseline --accept-all --reason \"before keylift\"\tthe first time\n"
                 "keylift baseline --prune\tdrop what has been mended\n"
                 "keylift baseline --import .secrets.baseline\tfrom detect-secrets\n"},
    {.name = "report",
     .bit = CMD_REPORT,
     .arguments = "merge REPORT... | diff OLD NEW",
     .max_arguments = SIZE_MAX,
     .run = cmd_report,
     .summary = "unite reports, or tell what is new between two",
     .details =
         "Reports are those of \"keylift scan --format json\". merge writes one of all of them, each finding "
         "once, with the counts added up, and ends as a scan of all of it would have ended.\n\n"
         "diff says what is new, fixed, and in another file; a finding whose line has moved is as before. "
         "OLD may be another scanner's: a report of gitleaks, a .gitleaksignore or a baseline of "
         "detect-secrets; then it says what both have found, and what one alone. Status 1: something new at "
         "or above --fail-on.\n\n"
         "Where reports were made with the same --fingerprint-key-file, merge names with each finding the "
         "reports that have its value, and diff says which places have another value now and which new "
         "findings have one that OLD has: in how many repositories one key stands.",
     .examples = "keylift report merge -o all.json shard-*.json\tone report of many\n"
                 "keylift report diff main.json branch.json\twhat a branch brings\n"
                 "keylift report diff gitleaks.json keylift.json\tbeside another scanner\n"},
    {.name = "install-hook",
     .bit = CMD_INSTALL_HOOK,
     .arguments = "[pre-commit|pre-push|pre-receive]",
     .max_arguments = 1,
     .run = cmd_install_hook,
     .summary = "look for secrets in every commit or push of this repository",
     .details =
         "Puts a few lines into git's hook (default: pre-commit), before what is there already, and leaves "
         "that as it is. core.hooksPath is honoured; a folder that other repositories share, and hooks that "
         "another program makes, are not touched: then it says what to write where.\n\n"
         "pre-push looks at the commits that the remote does not have; pre-receive, in a repository on a "
         "server, at those that somebody pushes to it.",
     .examples = "keylift install-hook\tbefore every commit\n"
                 "keylift install-hook pre-push\tbefore every push\n"
                 "keylift install-hook --remove\tno longer before every commit\n"},
    {.name = "rules",
     .bit = CMD_RULES,
     .arguments = "list | show ID | test FILE",
     .max_arguments = 2,
     .run = cmd_rules,
     .summary = "list the rules, show one, or test a rule file of your own",
     .details =
         "A rule describes what the secrets of one provider look like, and carries examples that it must "
         "find and must not find. \"test\" runs the examples of a TOML file of rules.",
     .examples = "keylift rules list\tids, severities, what they find\n"
                 "keylift rules list --format json\tall of each rule but its examples\n"
                 "keylift rules test my-rules.toml\tstatus 0 when every example behaves\n"},
    {.name = "vaults",
     .bit = CMD_VAULTS,
     .arguments = "list | check [VAULT]",
     .max_arguments = 2,
     .uses_config = true,
     .run = cmd_vaults,
     .summary = "list the vaults, or check that one can be used",
     .details =
         "\"check\" says which credential was found, whose it is and what it may do. It writes nothing.",
     .examples = "keylift vaults list\twhich vaults this version has\n"
                 "keylift vaults check dotenv\tcan the .env of this project be written?\n"},
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
