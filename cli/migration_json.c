/* migration_json.c: a plan or a result for programs. No value, no old text: the
 * diff is the redacted one. */
#include "cli/migration.h"
#include "rewriters/plan.h"

void migration_add_message(cJSON *object, const char *key, const char *text,
                           const struct redactor *redactor) {
    struct buf masked;
    buf_init_secret(&masked, KL_MAX_CONFIG_BYTES);
    if (text)
        redact_text(redactor, slice_cstr(text), &masked);
    json_add_string(object, key, text ? buf_cstr(&masked) : NULL);
    buf_release(&masked);
}

static cJSON *site_object(const struct migration_site *site, const struct redactor *redactor) {
    const struct finding *f = site->finding;
    cJSON *j = cJSON_CreateObject();
    json_add_slice(j, "path", slice_cstr(f->path));
    json_add_count(j, "line", f->line);
    json_add_count(j, "column", f->column);
    json_add_string(j, "rule", f->rule);
    json_add_string(j, "severity", severity_name(f->severity));
    json_add_string(j, "context", context_name(f->context));
    json_add_string(j, "name", site->left ? NULL : site->name);
    json_add_string(j, "note", site->note);
    migration_add_message(j, "reason", site->left, redactor);
    return j;
}

static void add_sites(cJSON *root, const char *key, const struct migration *m, bool left) {
    cJSON *list = cJSON_AddArrayToObject(root, key);
    for (size_t i = 0; i < m->site_count; i++)
        if ((m->sites[i].left != NULL) == left)
            cJSON_AddItemToArray(list, site_object(&m->sites[i], m->cli->redactor));
}

static void add_names(cJSON *root, const struct migration *m) {
    cJSON *list = cJSON_AddArrayToObject(root, "names");
    for (size_t i = 0; i < m->item_count; i++) {
        cJSON *j = cJSON_CreateObject();
        json_add_string(j, "name", m->items[i].name);
        json_add_string(j, "stored_name", m->items[i].stored_name);
        json_add_string(j, "renamed_from", m->items[i].renamed_from);
        json_add_string(j, "state", upload_state_name(m->items[i].state));
        migration_add_message(j, "error", m->items[i].error.message[0] ? m->items[i].error.message : NULL,
                              m->cli->redactor);
        cJSON_AddItemToArray(list, j);
    }
}

static void add_values(cJSON *root, const struct migration *m) {
    cJSON *list = cJSON_AddArrayToObject(root, "values");
    for (size_t i = 0; i < m->value_count; i++) {
        const struct migration_value *v = &m->values[i];
        cJSON *j = cJSON_CreateObject();
        json_add_string(j, "name", v->name);
        json_add_string(j, "path", v->read ? v->read->path : NULL);
        if (v->read)
            json_add_count(j, "line", v->read->line);
        migration_add_message(j, "reason", v->left, m->cli->redactor);
        cJSON_AddItemToArray(list, j);
    }
}

static void add_other_file(void *ctx, const char *path, const char *what) {
    cJSON *list = ctx, *j = cJSON_CreateObject();
    (void)what;
    json_add_slice(j, "path", slice_cstr(path));
    cJSON_AddItemToArray(list, j);
}

static void add_files(cJSON *root, const struct migration *m) {
    cJSON *list = cJSON_AddArrayToObject(root, "files");
    struct buf diff;
    buf_init_secret(&diff, KL_MAX_REWRITE_BYTES * 2);
    for (size_t i = 0; i < m->file_count; i++) {
        const struct migration_file *f = &m->files[i];
        if (!f->changes)
            continue;
        cJSON *j = cJSON_CreateObject();
        buf_clear(&diff);
        migration_diff(m, f, &diff);
        json_add_slice(j, "path", slice_cstr(f->path));
        json_add_slice(j, "diff", buf_as_slice(&diff));
        if (f->inline_because)
            json_add_string(j, "inline", f->inline_because);
        cJSON_AddItemToArray(list, j);
    }
    for (size_t i = 0; i < m->module_count; i++) {
        cJSON *j = cJSON_CreateObject();
        json_add_slice(j, "path", slice_cstr(m->modules[i].path));
        json_add_string(j, "text", m->modules[i].text);
        cJSON_AddItemToArray(list, j);
    }
    buf_release(&diff);
}

void migration_print_json(const struct migration *m, bool done, struct buf *out) {
    cJSON *root = json_document(1);
    cJSON_AddBoolToObject(root, "done", done);
    cJSON *vault = cJSON_AddObjectToObject(root, "vault");
    /* Where nothing was left to do, no vault was opened. */
    json_add_string(vault, "id", m->session.kind ? m->session.kind->id : m->follow.plan->vault);
    json_add_string(vault, "chosen_by", m->session.origin);
    json_add_string(vault, "file", m->dotenv_file);
    if (m->environment.name)
        json_add_string(vault, "environment", m->environment.name);
    add_names(root, m);
    add_sites(root, "sites", m, false);
    add_sites(root, "left", m, true);
    if (m->cli->options.with_values)
        add_values(root, m);
    if (m->read_count > 0)
        cJSON_AddItemToObject(root, "reads", migration_reads_json(m));
    add_files(root, m);
    migration_each_other_file(m, add_other_file, cJSON_AddArrayToObject(root, "other_files"));
    cJSON_AddItemToObject(root, "packages", migration_packages_json(m));
    migration_add_after(m, root);
    json_add_count(root, "silenced", m->silenced);
    cJSON *errors = cJSON_AddArrayToObject(root, "errors");
    for (size_t i = 0; i < m->found.error_count; i++) {
        cJSON *j = cJSON_CreateObject();
        json_add_slice(j, "path", slice_cstr(m->found.errors[i].path));
        migration_add_message(j, "message", m->found.errors[i].message, m->cli->redactor);
        cJSON_AddItemToArray(errors, j);
    }
    json_print(root, true, out);
    cJSON_Delete(root);
}
