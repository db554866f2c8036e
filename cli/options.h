/* options.h: the command line. Every option stands in one table (options.c)
 * with the commands that know it, its type, its place in `struct options`, its
 * configuration key and its help: the parser, --help, the configuration, the
 * manual page and the completions all come from that table.
 *
 *     struct options o;
 *     options_init(&o);
 *     if (options_parse(&o, argc, argv, &command, &err) != KL_OK) ...
 *     config_load(...);                       // fills what the line left open
 *     options_check_vault(&o, "dotenv", &err) // a flag of another vault
 *     options_release(&o);
 */
#ifndef KEYLIFT_CLI_OPTIONS_H
#define KEYLIFT_CLI_OPTIONS_H

#include "backends/vault.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* One bit a command, so that an option can name those that know it. */
#define CMD_SCAN (1u << 0)
#define CMD_PLAN (1u << 1)
#define CMD_MIGRATE (1u << 2)
#define CMD_APPLY (1u << 3)
#define CMD_UPLOAD (1u << 4)
#define CMD_REWRITE (1u << 5)
#define CMD_RUNS (1u << 6)
#define CMD_RESUME (1u << 7)
#define CMD_UNDO (1u << 8)
#define CMD_ENV (1u << 9)
#define CMD_RULES (1u << 10)
#define CMD_VAULTS (1u << 11)
#define CMD_HELP (1u << 12)
#define CMD_VERSION (1u << 13)
#define CMD_PUT (1u << 14)
#define CMD_BASELINE (1u << 15)
#define CMD_INSTALL_HOOK (1u << 16)
#define CMD_REPORT (1u << 17)
#define CMD_ALL (~0u)
#define CMD_CHANGING (CMD_PLAN | CMD_MIGRATE | CMD_UPLOAD | CMD_REWRITE)
#define CMD_SCANNING (CMD_SCAN | CMD_ENV | CMD_BASELINE | CMD_CHANGING)
#define CMD_FOLLOWING (CMD_APPLY | CMD_RESUME) /* those that do what a plan says */
#define CMD_OPENING                                                                                          \
    (CMD_CHANGING | CMD_FOLLOWING | CMD_VAULTS | CMD_UNDO | CMD_PUT) /* those that talk to a vault */

#define STYLE_UNSAID (-1)
/* Which reads of the environment become reads of the vault. */
enum option_reads { READS_OF_SECRETS, READS_ALL, READS_NONE };
#define READS_UNSAID (-1)
#define HOOK_NONE (-1)
#define OPTIONS_MAX 96          /* rows of the table */
#define OPTIONS_LIST_MAX 100000 /* values of one list */

struct string_list {
    const char **items; /* NULL-terminated once anything is in it; NULL when empty */
    size_t count, capacity;
};

enum option_type {
    OPTION_FLAG,     /* bool */
    OPTION_REPEATED, /* unsigned: a flag that means more when it is given again */
    OPTION_TEXT,     /* const char * */
    OPTION_MAYBE,    /* const char *: --name or --name=TEXT; empty without */
    OPTION_LIST,     /* struct string_list; may be repeated; the configuration adds to it */
    OPTION_NAMES,    /* struct string_list; A,B,C; may be repeated; the line replaces the configuration */
    OPTION_COUNT,    /* unsigned */
    OPTION_FRACTION, /* double, 0 to 1 */
    OPTION_CHOICE    /* int: the place of the word in `argument` */
};

/* Who may set an option besides the command line. */
enum option_config {
    CONFIG_NEVER,
    CONFIG_TREE,    /* also the configuration of the scanned tree, which nobody has vouched for */
    CONFIG_EXPLICIT /* only a file that the user named with --config */
};

/* Which words of a choice some commands take. A table of them ends with {0}. */
struct option_words {
    unsigned commands;
    const char *words; /* "text|json" */
};

struct option_spec {
    const char *name; /* without the dashes */
    char letter;      /* 'o' for -o; 0 if none */
    enum option_type type;
    const char *argument; /* "FILE"; for OPTION_CHOICE its words: "text|json" */
    unsigned commands;
    const struct option_words *words; /* of a choice: what single commands take of it; NULL: all take all */
    const char *vault;                /* the vaults that it belongs to, "aws|gcp"; NULL for all */
    size_t offset;                    /* of its field in struct options */
    enum option_config config;
    const char *config_key; /* NULL: the name */
    const char *help;       /* one line or more: a sentence without a full stop */
};

/* Order of the words in the table; other choices follow the enums of their
 * owners: color_mode, severity, rewrite_style, upload_on_conflict. */
enum option_format {
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_HTML,
    FORMAT_JSONL,
    FORMAT_SARIF,
    FORMAT_CSV,
    FORMAT_JUNIT,
    FORMAT_GITLAB,
    FORMAT_GITHUB,
    FORMAT_MARKDOWN,
    FORMAT_DOTENV
};
enum git_hook { HOOK_PRE_COMMIT, HOOK_PRE_PUSH, HOOK_PRE_RECEIVE };
enum option_env { ENV_ALL, ENV_SECRETS, ENV_NONE };

struct options {
    struct string_list arguments; /* what is no option: paths, subcommands */

    /* what is looked at */
    struct string_list exclude;
    bool no_gitignore;
    bool staged, whole_files;
    const char *history, *since; /* history: "" for all */
    bool all_objects;
    int hook; /* enum git_hook, or HOOK_NONE */
    const char *remote;
    const char *stdin_filename;
    unsigned jobs; /* 0: as many as processors */
    struct string_list rules, skip_rules, rules_files;
    double min_confidence;
    bool exhaustive;
    bool archives;

    /* what is reported */
    int format; /* enum option_format */
    const char *output;
    struct string_list also; /* "FORMAT=FILE" each */
    int fail_on;             /* enum severity */
    bool show_suppressed;
    bool blame;
    int report_env; /* enum option_env */
    const char *fingerprint_key_file;
    struct string_list verify;
    bool only_live;
    bool check;
    const char *baseline;
    bool prune, accept_all, unite;
    bool remove_hook;
    const char *import, *reason, *owner, *expires;

    /* what is changed */
    const char *to;
    int style; /* enum rewrite_style, or STYLE_UNSAID: what is best for the vault */
    const char *module_name;
    int env_reads; /* enum option_reads, or READS_UNSAID: what is best for the vault */
    struct string_list sites;
    const char *findings;
    bool include_tests;
    bool split_urls;
    bool scrub_comments, clear_outputs;
    bool allow_dirty;
    const char *with_values;
    struct string_list env_names;
    int on_conflict; /* enum upload_on_conflict */
    const char *names, *name_template;
    bool interactive;
    const char *policy, *summary; /* files */
    bool no_history;
    bool yes;
    bool dry_run;
    struct vault_options vault; /* those of its fields that have an option */

    /* any command */
    const char *config;
    bool no_config;
    bool quiet;
    unsigned verbose; /* 2: a line a request to a vault */
    int color;        /* enum color_mode */
    bool no_progress;
    bool help;
    bool version;

    bool given[OPTIONS_MAX]; /* by row of the table: the command line had it */
    struct arena arena;      /* split lists, values of the configuration */
};

struct command;

size_t option_count(void);
const struct option_spec *option_at(size_t index);
const struct option_spec *option_find(const char *name); /* NULL if unknown, or not offered */
/* False for an option of a vault that this version does not have: it is in no help,
 * no configuration and no completion, and using it is an error that says so. */
bool option_is_offered(const struct option_spec *spec);
/* What the option takes with the command of this bit: its argument, or those words of its
 * choice that the command knows. */
const char *option_argument(const struct option_spec *spec, unsigned command);

void options_init(struct options *o);
void options_release(struct options *o);
/* Parses the whole line. *command is NULL when none was named (--help, --version,
 * or nothing at all). KL_ERR_USAGE names the nearest option or command. */
enum kl_status options_parse(struct options *o, int argc, char **argv, const struct command **command,
                             struct error *e) KL_MUST_USE;
/* Sets one option from text, e.g. from the configuration. `where` begins the
 * message: "--jobs", "pyproject.toml: jobs". */
enum kl_status options_set(struct options *o, const struct option_spec *spec, const char *value,
                           const char *where, struct error *e) KL_MUST_USE;
/* KL_ERR_USAGE if the line has an option of another vault than `vault_id`. */
enum kl_status options_check_vault(const struct options *o, const char *vault_id,
                                   struct error *e) KL_MUST_USE;
/* Whether the command line had the option. */
bool options_was_given(const struct options *o, const char *name);

void string_list_add(struct string_list *l, const char *s, struct arena *a);
/* "a, b or c" into `out` from "a|b|c". */
void words_for_person(const char *words, struct buf *out);

#endif
