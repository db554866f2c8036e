/* plan.h: a migration that was prepared and not done, as a file: for people to
 * review, for `apply` to do exactly that, and in a run's journal for `resume`.
 *
 * It holds no secret and nothing to guess one from: of a value, 16 bits under its
 * name (backends/value_tag.h), which say that it has changed; of a file, its length
 * and the hash of what it is to become, which has every byte but the literals. In a
 * journal, which has 16 bits of the old files already, the tags of the values are empty.
 *
 *     {"keylift_plan": 1, "tool": "keylift x.y.z", "rules": "...",
 *      "root": "services/shop", "uploads": true, "rewrites": true, "staged": false,
 *      "vault": {"id": "dotenv", "options": {}, "dotenv_file": ".env", "on_conflict": "fail"},
 *      "options": {"style": "inline"},
 *      "names": [{"name": "API_KEY", "stored_name": "API_KEY", "state": "pending", "tag": "1f0c",
 *                 "replaces": false, "reused": false, "version": ""}],
 *      "files": [{"path": "shop/pay.py", "bytes": 120, "new_sha256": "...",
 *                 "sites": [{"line": 3, "column": 11, "start": 40, "end": 62,
 *                            "rule": "stripe-key", "name": "API_KEY"}],
 *                 "reads": [{"line": 9, "column": 5, "start": 90, "end": 111, "name": "DB_PASSWORD"}],
 *                 "edits": [{"start": 40, "end": 62, "text": "os.environ[\"API_KEY\"]"}]}],
 *      "new_files": [{"path": "shop/env_secrets.py", "text": "..."}],
 *      "packages": [{"path": "requirements.txt", "adds": ["python-dotenv>=1.0.1"]}],
 *      "left": [{"path": "...", "line": 9, "column": 5, "rule": "...", "reason": "..."}]}
 *
 * "reads", those of environment variables, are there where a file has some.
 *
 * Paths are seen from the project's root, and that from the top of its repository
 * ("." outside of one). One that is not UTF-8 stands percent-encoded, as in journals.
 *
 * A plan comes from anywhere. plan_read takes nothing that is not of this form and
 * within these bounds, and no path that leaves the project; whoever uses one makes
 * the same plan anew and compares, so that nothing in it is taken on trust. */
#ifndef KEYLIFT_REWRITERS_PLAN_H
#define KEYLIFT_REWRITERS_PLAN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"

#define PLAN_FORMAT 1u
#define PLAN_MAX_BYTES (KL_MAX_CONFIG_BYTES * 4)
#define PLAN_MAX_ENTRIES 100000u /* names, files, sites of all files, new files, what is left: of each */
#define PLAN_MAX_NAME_BYTES 512u

struct plan_site {
    uint64_t start, end; /* bytes of the file: of the literal, or of the part of it that moves */
    uint32_t line, column;
    const char *rule, *name; /* rule "": a read of an environment variable */
    size_t file;
};

struct plan_file {
    const char *path; /* from the root */
    uint64_t bytes;   /* before */
    const char *new_sha256;
    const cJSON *json;
    bool has_edits; /* else only another file changes for it */
};

struct plan_name {
    const char *name, *state;
    const cJSON *json;
};

struct plan {
    cJSON *json;
    const char *tool, *rules, *root;
    bool uploads, rewrites, staged;
    const char *vault, *dotenv_file, *on_conflict; /* dotenv_file NULL for other vaults */
    const cJSON *vault_options, *options;
    struct plan_name *names;
    struct plan_file *files;
    struct plan_site *sites; /* in the order of their files */
    struct plan_site *reads; /* the same */
    size_t name_count, file_count, site_count, read_count;
    struct arena arena;
};

/* `what` names the plan in messages. KL_ERR_PARSE says what is wrong, KL_ERR_LIMIT
 * what is too large, KL_ERR_REFUSED which path leaves the project. Released in every case. */
enum kl_status plan_parse(struct slice text, const char *what, struct plan *out, struct error *e) KL_MUST_USE;
/* Takes ownership of `json`. */
enum kl_status plan_from(cJSON *json, const char *what, struct plan *out, struct error *e) KL_MUST_USE;
enum kl_status plan_read(const char *path, struct plan *out, struct error *e) KL_MUST_USE;
void plan_release(struct plan *p);

/* The record of a name; NULL. */
const struct plan_name *plan_find_name(const struct plan *p, const char *name);

#endif
