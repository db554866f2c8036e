/* report_json_env.c: the inventory of environment variables for machines (docs/env.md): `variables`, one
 * entry a variable, and `environment`, one a place, as `keylift scan` has it. */
#include "cli/report.h"

static const char *const mention_kinds[] = {
    [ENV_FILE_SET] = "set", [ENV_FILE_EXAMPLE] = "example", [ENV_FILE_PROSE] = "documentation"};
static const char *const problem_names[] = {
    [ENV_FINE] = NULL, [ENV_UNDOCUMENTED] = "undocumented", [ENV_UNREAD] = "unread"};

static void add_place(struct report_writer *w, cJSON *list, const struct env_read *e) {
    cJSON *j = report_json_read(w, e);
    cJSON_DeleteItemFromObjectCaseSensitive(j, "name");
    cJSON_DeleteItemFromObjectCaseSensitive(j, "secret");
    report_add_filtered(w, j, "default_text", e->default_text);
    cJSON_AddBoolToObject(j, "reads", env_access_reads(e->access));
    cJSON_AddBoolToObject(j, "required", e->required);
    cJSON_AddItemToArray(list, j);
}

static void add_mention(cJSON *list, const struct env_mention *m) {
    cJSON *j = cJSON_CreateObject();
    json_add_slice(j, "path", slice_cstr(m->path));
    json_add_count(j, "line", m->line);
    json_add_string(j, "kind", mention_kinds[m->kind]);
    cJSON_AddItemToArray(list, j);
}

static cJSON *variable(struct report_writer *w, const struct env_variable *v) {
    cJSON *j = cJSON_CreateObject();
    report_add_name(w, j, v->name);
    cJSON_AddBoolToObject(j, "secret", v->secret);
    cJSON_AddBoolToObject(j, "read", v->read);
    cJSON_AddBoolToObject(j, "required", v->required);
    report_add_filtered(w, j, "default_text", v->default_text);
    json_add_string(j, "ambient", v->ambient);
    cJSON_AddBoolToObject(j, "tests_only", v->tests_only);
    cJSON_AddBoolToObject(j, "documented", v->documented);
    cJSON_AddBoolToObject(j, "in_example", v->in_example);
    cJSON_AddBoolToObject(j, "set", v->set);
    json_add_string(j, "problem", problem_names[v->problem]);
    cJSON *places = cJSON_AddArrayToObject(j, "places");
    for (size_t i = 0; i < v->place_count; i++) {
        add_place(w, places, v->places[i]);
    }
    cJSON *mentions = cJSON_AddArrayToObject(j, "mentions");
    for (size_t i = 0; i < v->mention_count; i++) {
        add_mention(mentions, v->mentions[i]);
    }
    return j;
}

static void print_variables(struct report_writer *w, const struct report *r, struct report_printer *p) {
    report_print_open(p, "variables", '[');
    for (size_t i = 0; i < r->inventory->count; i++) {
        report_print_value(p, NULL, variable(w, &r->inventory->variables[i]));
    }
    report_print_close(p);
}

void report_json_env(const struct report *r, struct output *o) {
    struct report_printer p = {.output = o, .indented = true};
    report_print_document(r, &p, print_variables, NULL);
}
