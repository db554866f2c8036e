/* migration.h: the transaction that migrate, plan, upload and rewrite share.
 *
 *     migration_prepare   scan, select, name, rewrite in memory, ask the vault:
 *                         nothing is written anywhere
 *     migration_show      what was prepared, for a person (or _json)
 *     migration_run       put, read back, compare; then write the files
 *     migration_release
 *
 * Order of migration_run, which promise 1 rests on: journal, .gitignore, vault
 * (put, read back, compare), files beside their targets, synced, renamed. A site
 * whose secret the vault did not give back keeps its literal. */
#ifndef KEYLIFT_CLI_MIGRATION_H
#define KEYLIFT_CLI_MIGRATION_H

#include "backends/upload.h"
#include "base/json.h"
#include "cli/aftercare.h"
#include "cli/command.h"
#include "cli/dependencies.h"
#include "cli/name_map.h"
#include "cli/project.h"
#include "cli/staging.h"
#include "cli/vault_session.h"
#include "rewriters/names.h"
#include "rewriters/rewrite.h"
#include "scanner/scan.h"

#define MIGRATION_NO_ITEM SIZE_MAX
#define MIGRATION_REPORTED "reported" /* the rule of a place of --findings where no literal is */

/* One literal that could move. */
struct migration_site {
    const struct finding *finding;
    bool forced;             /* named by --site */
    bool mention;            /* no code: its name goes there (migration_mentions.c) */
    const char *left;        /* why it stays; NULL when it moves */
    const char *name;        /* API_KEY */
    const char *note;        /* why not the plain name; NULL */
    const char *stored_name; /* as the vault has it, and as the code names it */
    size_t item;             /* of migration.items */
    const char *own;         /* the name that keylift chose, whatever --names calls it */
    const char *fixed;       /* the name that the user or a plan has chosen; NULL */
};

struct migration_file {
    const char *path; /* as reported */
    const char *real; /* absolute, links resolved */
    struct buf bytes;
    size_t first_site, site_count;
    size_t first_read, read_count;
    size_t module_index;
    const char *module; /* that this file reads from: "shop.vault_secrets"; NULL: it reads by itself */
    const char *inline_because;    /* it reads by itself although the style is another; NULL */
    const char *no_module_because; /* the same, without what follows from it */
    const char *git_path;          /* --staged: `bytes` are the index's; this is where */
    struct buf working;            /* --staged, where the working tree differs from the index: its bytes, */
    struct rewrite_output working_output; /* and the same values moved out of them, */
    bool working_keeps_value;             /* as far as they could be */
    struct rewrite_output output;
    cJSON *undo; /* how the file's old bytes come back; NULL where it does not change */
    bool changes;
    bool uses_module; /* it changes, or reads from the module already */
};

/* An environment variable that the code reads already, and whose value goes along. */
struct migration_value {
    const char *name;
    const struct env_read *read; /* the first one; NULL for a name of --env-names that no code reads */
    const char *left;            /* why it stays; NULL when it moves */
    size_t item;
};

/* A read of an environment variable that could become a read of the vault. */
struct migration_read {
    const struct env_read *read;
    const char *left; /* why it stays; NULL when it becomes one */
    bool done;        /* it is one already */
    const char *stored_name;
    size_t item;
};

/* A file that the migration adds. */
struct migration_module {
    const char *path; /* absolute */
    const char *text;
    const char *what; /* it is for: "is made; it ..." */
    bool exists;      /* with this very text */
    struct slice old; /* what it says now, when it is there and grows */
    cJSON *undo;      /* how that comes back */
};

struct plan;
struct run;

/* Set where a migration does what a plan says, and nothing else. */
struct migration_follow {
    const struct plan *plan;
    const char *what;      /* "plan.json", "the run 2026..." */
    const char *resume;    /* the run that goes on; NULL: a reviewed plan */
    const struct run *run; /* the same, as its journal has it */
    const char *root;      /* absolute */
    const char **real;     /* of each file of the plan */
    bool *done;            /* of each file of the plan: it is what it is to become */
};

struct migration {
    struct cli *cli;
    struct migration_follow follow; /* plan NULL: everything that is found */
    struct project project;
    const char *repository; /* the top of what the project is a part of; NULL: of nothing, or ignored there */
    unsigned python_minor;  /* of the oldest Python 3 that the new code must run on */
    struct vault_session session;
    struct vault_identity identity;
    struct python_access access;           /* what the code says to read from this very vault */
    const char *dotenv_file;               /* as named or chosen, seen from the root; NULL for other vaults */
    const char *dotenv_path;               /* the same, absolute */
    const char *dotenv_base;               /* the same without its environment; NULL: it is of none */
    struct python_environment environment; /* --environment; name NULL: none */
    struct scan_result found;              /* of the paths */
    struct scan_result project_reads;      /* environment reads of the whole project */
    struct scan_result forced;             /* literals of --site */
    struct migration_site *sites;
    size_t site_count, silenced;
    struct migration_file *files;
    size_t file_count;
    struct migration_module *modules;
    size_t module_count;
    struct name_map names; /* --names */
    struct upload_item *items;
    struct secret *stored; /* of each item: as the vault holds it */
    size_t item_count;
    struct migration_read *reads; /* --env-reads, in the order of path and place */
    size_t read_count;
    struct migration_value *values; /* --with-values */
    struct secret *value_secrets;
    size_t value_count;
    size_t moving; /* sites that move */
    size_t values_moving, values_left;
    size_t reads_moving, reads_left;
    size_t left;         /* sites that stay, with a reason */
    size_t failed;       /* of these: the vault did not give the value back */
    size_t written;      /* files */
    const char *example; /* .env.example that gained names; NULL */
    cJSON *example_undo;
    const char *ignored_pattern;
    const char *ignored_in;     /* .gitignore that gained the dotenv file; NULL */
    const char *will_ignore_in; /* .gitignore that will gain it; NULL */
    struct dependencies dependencies;
    struct aftercare after;
    struct staging staging; /* --staged */
    size_t policy_names;    /* in the file of --policy, once it is written */
    bool renamed;           /* a name changed after the files were rewritten */
    bool uploads, rewrites; /* which halves this command runs */
    struct arena arena;
};

struct migration_parts {
    bool uploads, rewrites; /* which halves */
    bool runs;              /* or only shows */
};

/* A whole command: prepare, show, ask, run, show. The exit status. cmd_migrate.c */
int migration_do(struct migration *m, const struct migration_parts *parts);

/* *m is zero but for `cli` and `follow`. */
enum kl_status migration_prepare(struct migration *m, bool uploads, bool rewrites,
                                 struct error *e) KL_MUST_USE;
/* KL_OK also when single sites failed: they are `left`, with the reason. */
enum kl_status migration_run(struct migration *m, struct error *e) KL_MUST_USE;
void migration_release(struct migration *m);
/* Whether the journal of such a run says enough for `resume`; and whether a run that ended has
 * stored less than all of its values and rewritten nothing, so that it is unfinished. */
bool migration_can_resume(const struct migration *m);
bool migration_all_is_left(const struct migration *m);
/* The exit status that the state stands for. */
int migration_status(const struct migration *m);

/* Shows what is about to be written and where; true if the user (or --yes) says so. */
bool migration_confirm(const struct migration *m);
void migration_show_plan(const struct migration *m);
/* Appends the masked diff of a file that changes. */
void migration_diff(const struct migration *m, const struct migration_file *f, struct buf *out);
void migration_show_result(const struct migration *m);
/* What had been done when an error ended the run; nothing if nothing was. */
void migration_show_stopped(const struct migration *m);
/* Text that came from a message passes the filter; paths and names do not. NULL adds null. */
void migration_add_message(cJSON *object, const char *key, const char *text, const struct redactor *redactor);
void migration_print_json(const struct migration *m, bool done, struct buf *out);
void migration_print_sarif(const struct migration *m, struct output *o);

/* As a user in the current folder would write it. */
const char *migration_from_here(const struct migration *m, const char *path);

/* The files that list the project's packages: migration_packages.c. */
void migration_find_packages(struct migration *m);
struct apply_file;
/* Appends those that gain packages; returns how many. */
size_t migration_package_files(struct migration *m, struct apply_file *files);
void migration_packages_written(struct migration *m, const struct apply_file *files, size_t count);
enum kl_status migration_stage_packages(struct migration *m, struct error *e) KL_MUST_USE;
void migration_show_packages(const struct migration *m); /* in a plan */
void migration_show_packages_written(const struct migration *m);
void migration_show_packages_due(const struct migration *m); /* after it: what is left to do */
cJSON *migration_packages_json(const struct migration *m);

/* --policy and what is said of it: migration_policy.c. */
enum kl_status migration_write_policy(struct migration *m, struct error *e) KL_MUST_USE;
/* --summary: migration_summary.c. `done`: after migration_run. */
enum kl_status migration_write_summary(const struct migration *m, bool done, struct error *e) KL_MUST_USE;
void migration_show_policy(const struct migration *m);

/* Calls fn for every file that will be written beside the sources and the vault,
 * as a user in this folder would write its path. */
void migration_each_other_file(const struct migration *m,
                               void (*fn)(void *ctx, const char *path, const char *what), void *ctx);

/* --environment. begin: what the options say. select: leaves what the table of the configuration
 * gives to others. access: what the code says. The module of an environment that the code cannot
 * leave has a name of its own. migration_environment.c */
enum kl_status migration_environment_begin(struct migration *m, struct error *e) KL_MUST_USE;
enum kl_status migration_environment_select(struct migration *m, struct error *e) KL_MUST_USE;
/* What files of other environments read from dictionaries of their own is nobody's variable. */
enum kl_status migration_environment_reads(struct migration *m, struct error *e) KL_MUST_USE;
enum kl_status migration_environment_access(struct migration *m, struct error *e) KL_MUST_USE;
const char *migration_environment_module(const struct migration *m, const char *usual);
/* The file with the names and without values: one for all environments. Absolute. */
const char *migration_example_path(const struct migration *m);

/* Parts, one file each. */
enum kl_status migration_select(struct migration *m, struct error *e) KL_MUST_USE; /* migration_select.c */
/* --findings: the places of the report, into `forced`. migration_findings.c */
enum kl_status migration_collect_reported(struct migration *m, struct error *e) KL_MUST_USE;
enum kl_status migration_open_vault(struct migration *m, struct error *e) KL_MUST_USE; /* migration_vault.c */
enum kl_status migration_name(struct migration *m, struct error *e) KL_MUST_USE;       /* migration_names.c */
/* Gives the secret of a site, wherever else it stands, a name that the user chose;
 * `why` says why it cannot have it. */
enum kl_status migration_rename(struct migration *m, const struct migration_site *site, const char *name,
                                struct error *why) KL_MUST_USE;
/* --interactive: asks about each site that would move. migration_ask.c */
enum kl_status migration_check_terminal(const struct migration *m, struct error *e) KL_MUST_USE;
enum kl_status migration_ask(struct migration *m, struct error *e) KL_MUST_USE;
/* --names, where the file is not there yet: keylift's names, to be changed. */
enum kl_status migration_write_names(const struct migration *m, struct error *e) KL_MUST_USE;
/* What --on-conflict says, or what is right for the vault when it says nothing. */
enum upload_on_conflict migration_on_conflict(const struct migration *m);
/* What the vault holds for a finding. Released by the caller. */
void migration_stored_value(const struct migration *m, const struct finding *f, struct secret *out);
/* --with-values. find reads them; add makes their items, behind those of the sites; judge
 * is for after upload_prepare and after upload_run. migration_values.c */
enum kl_status migration_find_values(struct migration *m, struct error *e) KL_MUST_USE;
void migration_add_value_items(struct migration *m);
void migration_judge_values(struct migration *m);
void migration_release_values(struct migration *m);
/* --env-reads, migration_reads.c. find says which reads are meant, and why single ones stay;
 * items asks the vault about the names of the others, behind all other items; judge is for
 * after upload_prepare and after upload_run. */
enum kl_status migration_find_reads(struct migration *m, struct error *e) KL_MUST_USE;
enum kl_status migration_read_items(struct migration *m, struct error *e) KL_MUST_USE;
/* The items from `first` on are those of reads alone, which are never written. */
enum kl_status migration_check_read_items(const struct migration *m, size_t first,
                                          struct error *e) KL_MUST_USE;
void migration_add_read(struct migration *m, const struct env_read *r);
void migration_sort_reads(struct migration *m);
/* What a plan says of reads. migration_follow_reads.c */
enum kl_status migration_follow_reads(struct migration *m, struct error *e) KL_MUST_USE;
enum kl_status migration_follow_check_reads(const struct migration *m, struct error *e) KL_MUST_USE;
/* A plan, or a run, that cannot be done any more: with the next step. migration_follow.c */
enum kl_status migration_follow_stale(const struct migration *m, struct error *e, const char *what,
                                      const char *why) KL_MUST_USE;
enum kl_status migration_leave_unstaged_reads(struct migration *m,
                                              struct error *e) KL_MUST_USE; /* migration_select.c */
/* By its name: what all other files read the vault through. */
bool migration_is_module_file(const struct migration *m, const char *path); /* migration_module.c */
void migration_judge_reads(struct migration *m);
void migration_show_reads(const struct migration *m);
cJSON *migration_reads_json(const struct migration *m);
/* Something is to be done. */
bool migration_moves(const struct migration *m);
/* The plan of what was prepared (rewriters/plan.h); NULL where it cannot be one, with the
 * reason. migration_plan.c */
cJSON *migration_plan(const struct migration *m, struct error *e) KL_MUST_USE;
cJSON *migration_plan_file(const struct migration *m, const struct migration_file *f);
cJSON *migration_plan_packages(const struct migration *m, const struct dependency_file *f);
cJSON *migration_plan_name(const struct migration *m, const struct upload_item *item);
/* Doing a plan. begin: before migration_prepare, finds the files, and sets what the plan
 * says of the options. select: the sites of the plan, in its order. check: that what was
 * prepared is what the plan says. migration_follow.c */
enum kl_status migration_follow_begin(struct migration *m, struct error *e) KL_MUST_USE;
/* After begin: no file is left to do; and saying so. cmd_apply.c */
bool migration_follow_is_done(const struct migration *m);
int migration_follow_say_done(const struct migration *m, const char *what);
enum kl_status migration_follow_select(struct migration *m, struct error *e) KL_MUST_USE;
enum kl_status migration_follow_check(const struct migration *m, struct error *e) KL_MUST_USE;
struct journal;
enum kl_status migration_upload(struct migration *m, struct journal *j,
                                struct error *e) KL_MUST_USE;                     /* migration_upload.c */
enum kl_status migration_items(struct migration *m, struct error *e) KL_MUST_USE; /* migration_vault.c */
/* The dotenv file as code in `folder` names it: relative, or absolute. */
const char *migration_dotenv_from(struct migration *m, const char *folder);
/* --scrub-comments, --clear-outputs: which comments and outputs have a value that moves; they are
 * called as it is; and those whose code stays after all stay too (true if there were any).
 * migration_mentions.c */
void migration_find_mentions(struct migration *m);
void migration_name_mentions(struct migration *m);
bool migration_leave_mentions(struct migration *m);
/* Rewrites every file in memory for the sites that still move. */
enum kl_status migration_rewrite(struct migration *m, struct error *e) KL_MUST_USE; /* migration_rewrite.c */
/* Appends, in order, what of the file is still to be rewritten. */
size_t migration_sites_of(const struct migration *m, const struct migration_file *f,
                          struct rewrite_site *sites);
/* Says of the reads what the style would make of them; before the modules are chosen. */
enum kl_status migration_try_reads(struct migration *m, struct error *e) KL_MUST_USE;
/* Those of files that no module serves stay. */
void migration_leave_inline_reads(struct migration *m);
bool migration_has_done_read(const struct migration *m, const struct migration_file *f);
/* Tells the sites and reads what became of them. */
void migration_take_outcome(struct migration *m, const struct migration_file *f,
                            const struct rewrite_site *sites, size_t count);
/* Which module each file that changes reads from, and their texts. migration_module.c */
enum kl_status migration_modules(struct migration *m, struct error *e) KL_MUST_USE;
/* After the files were rewritten for them: drops those that nobody needs after all. */
void migration_finish_modules(struct migration *m);
void migration_release_modules(struct migration *m);
/* STYLE_ENVIRON, migration_environ.c: is the text that is there one of ours; and the text
 * with the names that the files need. */
bool migration_environ_is_ours(struct migration *m, struct slice text);
void migration_environ_text(struct migration *m, size_t index);
cJSON *migration_undo_of_change(struct slice old, struct slice text);
enum kl_status migration_check_style(const struct migration *m, struct error *e) KL_MUST_USE;
enum rewrite_style migration_style(const struct migration *m);
void migration_count(struct migration *m);
struct rewrite_request migration_request(struct migration *m, const struct migration_file *f,
                                         struct slice bytes, struct rewrite_site *sites, size_t count);
/* --staged: the working tree's own version of a file, and what is staged in the end. */
enum kl_status migration_rewrite_working(struct migration *m, struct migration_file *f,
                                         struct error *e) KL_MUST_USE; /* migration_stage.c */
/* Refuses --staged inside a commit whose index is not the repository's. */
enum kl_status migration_check_index(struct migration *m,
                                     struct error *e) KL_MUST_USE; /* migration_stage.c */
/* The names whose values the vault holds now. In the arena. */
const char *const *migration_held_names(struct migration *m, size_t *count);
/* Before the files are written: what is to be staged behind them. migration_stage.c */
enum kl_status migration_stage_prepare(struct migration *m, struct journal *j, struct error *e) KL_MUST_USE;

#endif
