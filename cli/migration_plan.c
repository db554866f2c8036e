/* migration_plan.c: what was prepared, as a plan: see rewriters/plan.h. */
#include "cli/migration.h"

#include "backends/value_tag.h"
#include "base/encode.h"
#include "base/file.h"
#include "cli/plan_options.h"
#include "cli/scanning.h"
#include "rewriters/journal.h"
#include "rewriters/plan.h"
#include "scanner/rule_digest.h"

static const char *from_root(const struct migration *m, const char *path) {
    return path_relative((struct arena *)&m->arena, path, m->project.root);
}

/* Text that came from a message passes the filter. */
static void add_masked(cJSON *object, const char *key, const char *text, const struct redactor *redactor) {
    struct buf masked;
    buf_init_secret(&masked, KL_MAX_CONFIG_BYTES);
    redact_text(redactor, slice_cstr(text), &masked);
    json_add_slice(object, key, buf_as_slice(&masked));
    buf_release(&masked);
}

static cJSON *place_of(const struct finding *f) {
    cJSON *o = cJSON_CreateObject();
    json_add_count(o, "line", f->line);
    json_add_count(o, "column", f->column);
    json_add_string(o, "rule", f->rule);
    return o;
}

static void add_sites(const struct migration *m, const struct migration_file *f, cJSON *list) {
    for (size_t i = 0; i < f->site_count; i++) {
        const struct migration_site *site = &m->sites[f->first_site + i];
        if (site->left)
            continue;
        cJSON *o = place_of(site->finding);
        json_add_count(o, "start", finding_from(site->finding));
        json_add_count(o, "end", finding_to(site->finding));
        json_add_string(o, "name", site->name);
        cJSON_AddItemToArray(list, o);
    }
}

/* It, or the module that it reads from. */
static bool is_in_plan(const struct migration *m, const struct migration_file *f) {
    bool reads = false;
    for (size_t i = 0; i < f->read_count; i++)
        reads |= !m->reads[f->first_read + i].left && !m->reads[f->first_read + i].done;
    return f->changes || reads;
}

static void add_reads(const struct migration *m, const struct migration_file *f, cJSON *file) {
    cJSON *list = NULL;
    for (size_t i = 0; i < f->read_count; i++) {
        const struct migration_read *r = &m->reads[f->first_read + i];
        if (r->left || r->done)
            continue;
        list = list ? list : cJSON_AddArrayToObject(file, "reads");
        cJSON *o = cJSON_CreateObject();
        json_add_count(o, "line", r->read->line);
        json_add_count(o, "column", r->read->column);
        json_add_count(o, "start", r->read->start_byte);
        json_add_count(o, "end", r->read->end_byte);
        json_add_string(o, "name", r->read->name);
        cJSON_AddItemToArray(list, o);
    }
}

static void add_edits(const struct migration_file *f, cJSON *list) {
    for (size_t i = 0; i < f->output.edit_count; i++) {
        const struct rewrite_edit *edit = &f->output.edits[i];
        cJSON *o = cJSON_CreateObject();
        json_add_count(o, "start", edit->start_byte);
        json_add_count(o, "end", edit->end_byte);
        json_add_slice(o, "text", slice_of(edit->text, edit->text_len));
        cJSON_AddItemToArray(list, o);
    }
}

cJSON *migration_plan_file(const struct migration *m, const struct migration_file *f) {
    char hex[65];
    cJSON *o = cJSON_CreateObject();
    journal_add_path(o, "path", from_root(m, f->real));
    json_add_count(o, "bytes", f->bytes.len);
    sha256_hex(f->output.bytes, hex);
    json_add_string(o, "new_sha256", hex);
    add_sites(m, f, cJSON_AddArrayToObject(o, "sites"));
    add_reads(m, f, o);
    add_edits(f, cJSON_AddArrayToObject(o, "edits"));
    return o;
}

/* The version of a value that is not ours to write tells when it changes. */
cJSON *migration_plan_name(const struct migration *m, const struct upload_item *item) {
    char tag[VALUE_TAG_BYTES];
    (void)m;
    cJSON *o = cJSON_CreateObject();
    value_tag(item->name, secret_slice(item->value), tag);
    json_add_string(o, "name", item->name);
    json_add_string(o, "stored_name", item->stored_name);
    json_add_string(o, "state", upload_state_name(item->state));
    json_add_string(o, "tag", tag);
    cJSON_AddBoolToObject(o, "replaces", item->replaces);
    cJSON_AddBoolToObject(o, "reused", item->reused);
    json_add_string(o, "version", item->replaces || item->reused ? item->version : "");
    return o;
}

static void add_names(const struct migration *m, cJSON *list) {
    for (size_t i = 0; i < m->item_count; i++)
        if (m->items[i].state == UPLOAD_PENDING || m->items[i].state == UPLOAD_PRESENT)
            cJSON_AddItemToArray(list, migration_plan_name(m, &m->items[i]));
}

static void add_left(const struct migration *m, cJSON *list) {
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        const char *real = site->left ? path_real((struct arena *)&m->arena, site->finding->path) : NULL;
        if (!real || !path_is_inside(real, m->project.root))
            continue;
        cJSON *o = place_of(site->finding);
        journal_add_path(o, "path", from_root(m, real));
        add_masked(o, "reason", site->left, m->cli->redactor);
        cJSON_AddItemToArray(list, o);
    }
}

static void add_new_files(const struct migration *m, cJSON *list) {
    for (size_t i = 0; i < m->module_count; i++) {
        if (m->modules[i].exists)
            continue;
        cJSON *o = cJSON_CreateObject();
        journal_add_path(o, "path", from_root(m, m->modules[i].path));
        json_add_string(o, "text", m->modules[i].text);
        cJSON_AddItemToArray(list, o);
    }
}

/* Not the whole text of such a file: it may hold the password of a package index. */
cJSON *migration_plan_packages(const struct migration *m, const struct dependency_file *f) {
    cJSON *o = cJSON_CreateObject(), *adds;
    journal_add_path(o, "path", from_root(m, f->path));
    adds = cJSON_AddArrayToObject(o, "adds");
    for (size_t i = 0; i < f->missing_count; i++)
        cJSON_AddItemToArray(adds, cJSON_CreateString(f->missing[i]));
    return o;
}

static void add_packages(const struct migration *m, cJSON *list) {
    for (size_t i = 0; i < m->dependencies.file_count; i++)
        if (!m->dependencies.files[i].left)
            cJSON_AddItemToArray(list, migration_plan_packages(m, &m->dependencies.files[i]));
}

static void add_vault(const struct migration *m, cJSON *plan) {
    cJSON *vault = cJSON_AddObjectToObject(plan, "vault");
    json_add_string(vault, "id", m->session.kind->id);
    cJSON_AddItemToObject(vault, "options", vault_session_record(&m->session));
    json_add_string(vault, "dotenv_file", m->dotenv_file);
    json_add_string(vault, "on_conflict", upload_on_conflict_name(migration_on_conflict(m)));
}

static enum kl_status add_head(const struct migration *m, cJSON *plan, struct error *e) {
    const char *const paths[] = {".", NULL};
    const struct scan_options scan = cli_scan_options(m->cli, paths);
    char digest[RULE_DIGEST_BYTES];
    enum kl_status s = rule_digest(&scan.rules, digest, e);
    if (s != KL_OK)
        return s;
    json_add_count(plan, "keylift_plan", PLAN_FORMAT);
    json_add_string(plan, "tool", "keylift " KEYLIFT_VERSION);
    json_add_string(plan, "rules", digest);
    journal_add_path(plan, "root",
                     m->project.git_top
                         ? path_relative((struct arena *)&m->arena, m->project.root, m->project.git_top)
                         : ".");
    cJSON_AddBoolToObject(plan, "uploads", m->uploads);
    cJSON_AddBoolToObject(plan, "rewrites", m->rewrites);
    cJSON_AddBoolToObject(plan, "staged", m->cli->options.staged);
    return KL_OK;
}

cJSON *migration_plan(const struct migration *m, struct error *e) {
    cJSON *plan = cJSON_CreateObject();
    if (add_head(m, plan, e) != KL_OK)
        goto failed;
    add_vault(m, plan);
    cJSON_AddItemToObject(plan, "options", plan_options_record(m->cli));
    add_names(m, cJSON_AddArrayToObject(plan, "names"));
    cJSON *files = cJSON_AddArrayToObject(plan, "files");
    for (size_t i = 0; i < m->file_count; i++) {
        if (!is_in_plan(m, &m->files[i]))
            continue;
        if (!path_is_inside(m->files[i].real, m->project.root)) {
            error_set(e, KL_ERR_UNSUPPORTED, "%s lies outside of the project, %s, and cannot stand in a plan",
                      m->files[i].path, m->project.root);
            goto failed;
        }
        cJSON_AddItemToArray(files, migration_plan_file(m, &m->files[i]));
    }
    add_new_files(m, cJSON_AddArrayToObject(plan, "new_files"));
    add_packages(m, cJSON_AddArrayToObject(plan, "packages"));
    add_left(m, cJSON_AddArrayToObject(plan, "left"));
    return plan;
failed:
    cJSON_Delete(plan);
    return NULL;
}
