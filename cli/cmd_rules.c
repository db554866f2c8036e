/* cmd_rules.c: `keylift rules list | show ID | test FILE`. */
#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/report.h"
#include "scanner/classify.h"
#include "scanner/gitleaks_file.h"
#include "scanner/text_rule.h"

/* The built-in rules and those of --rules-file, seen as one list. */
struct all_rules {
    struct rule_list own;
};

static size_t count_rules(const struct all_rules *all) {
    return rule_count() + all->own.count;
}

static const struct rule *get_rule(const struct all_rules *all, size_t i) {
    return i < rule_count() ? rule_at(i) : &all->own.items[i - rule_count()];
}

static enum kl_status read_own(struct cli *c, struct all_rules *all, struct error *e) {
    for (size_t i = 0; i < c->options.rules_files.count; i++) {
        if (rule_file_read_any(c->options.rules_files.items[i], &all->own, e) != KL_OK) {
            return e->status;
        }
    }
    return KL_OK;
}

static size_t count_words(const char *const *words) {
    size_t n = 0;
    while (words != NULL && words[n] != NULL) {
        n++;
    }
    return n;
}

static void add_words(cJSON *j, const char *key, const char *const *words) {
    cJSON *list = cJSON_AddArrayToObject(j, key);
    for (size_t i = 0; i < count_words(words); i++) {
        cJSON_AddItemToArray(list, cJSON_CreateString(words[i]));
    }
}

/* The examples stay away: expanded or not, they say nothing to who reads a list. */
static cJSON *rule_json(const struct rule *r) {
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "id", r->id);
    json_add_string(j, "provider", r->provider);
    json_add_string(j, "description", r->description);
    json_add_string(j, "severity", severity_name(r->severity));
    cJSON_AddNumberToObject(j, "confidence", r->confidence);
    json_add_string(j, "pattern", r->pattern);
    add_words(j, "keywords", r->keywords);
    add_words(j, "name_words", r->name_words);
    add_words(j, "prefixes", r->prefixes);
    json_add_string(j, "check", r->check[0] != '\0' ? r->check : NULL);
    cJSON_AddNumberToObject(j, "entropy", r->entropy);
    json_add_string(j, "revoke", r->revoke);
    json_add_string(j, "source", r->source);
    json_add_string(j, "verify", r->probe != NULL ? r->probe->id : NULL);
    return j;
}

static int list_json(struct cli *c, const struct all_rules *all) {
    cJSON *j = json_document(REPORT_VERSION);
    cJSON *rules = cJSON_AddArrayToObject(j, "rules");
    for (size_t i = 0; i < count_rules(all); i++) {
        cJSON_AddItemToArray(rules, rule_json(get_rule(all, i)));
    }
    add_words(j, "generic", classify_ids);
    report_print_json(&c->out, j, true);
    return STATUS_DONE;
}

static int list(struct cli *c, const struct all_rules *all) {
    char number[32];
    for (size_t i = 0; i < count_rules(all); i++) {
        const struct rule *r = get_rule(all, i);
        out_mark(&c->out, MARK_BOLD, "%-32s", r->id);
        out_text(&c->out, "  %-6s  %s\n", severity_name(r->severity), r->description);
    }
    out_text(&c->out, "\n%s rules. Beside them, the generic classifier judges strings by name and value:\n ",
             report_number(count_rules(all), number));
    for (size_t i = 0; classify_ids[i] != NULL; i++) {
        out_text(&c->out, " %s", classify_ids[i]);
    }
    out_text(&c->out, "\n");
    return STATUS_DONE;
}

static void show_words(struct cli *c, const char *title, const char *const *words) {
    if (count_words(words) == 0) {
        return;
    }
    out_text(&c->out, "%-12s", title);
    for (size_t i = 0; words[i] != NULL; i++) {
        out_text(&c->out, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    out_text(&c->out, "\n");
}

static void show_text(struct cli *c, const char *title, const char *text) {
    if (text != NULL && text[0] != '\0') {
        out_text(&c->out, "%-12s%s\n", title, text);
    }
}

static void show_probe(struct cli *c, const struct probe *p) {
    if (p != NULL) {
        out_text(&c->out, "%-12s--verify %s: %s https://%s%s\n", "live?", p->id, p->method, p->host, p->path);
    }
}

static int show(struct cli *c, const struct all_rules *all, const char *id) {
    struct nearest n;
    nearest_init(&n, id);
    for (size_t i = 0; i < count_rules(all); i++) {
        const struct rule *r = get_rule(all, i);
        nearest_offer(&n, r->id);
        if (strcmp(r->id, id) != 0) {
            continue;
        }
        out_mark(&c->out, MARK_BOLD, "%s\n", r->id);
        show_text(c, "finds", r->description);
        show_text(c, "provider", r->provider);
        out_text(&c->out, "%-12s%s, confidence %.2f\n", "severity", severity_name(r->severity),
                 r->confidence);
        show_text(c, "pattern", r->pattern);
        show_words(c, "keywords", r->keywords);
        show_words(c, "name holds", r->name_words);
        show_text(c, "check", r->check);
        if (r->entropy > 0.0) {
            out_text(&c->out, "%-12sat least %.1f bits a character\n", "entropy", r->entropy);
        }
        show_text(c, "revoke", r->revoke);
        show_text(c, "source", r->source);
        show_probe(c, r->probe);
        out_text(&c->out, "%-12s%zu that it finds, %zu that it leaves alone\n", "examples",
                 count_words(r->find), count_words(r->skip));
        return STATUS_DONE;
    }
    return n.best != NULL
               ? cli_usage(c, "there is no rule \"%s\"; did you mean \"%s\"?", id, n.best)
               : cli_usage(c, "there is no rule \"%s\"; \"keylift rules list\" names them all", id);
}

/* Runs the examples of a file of the user's own; and says what of gitleaks' is not used. */
static int test(struct cli *c, const char *path) {
    struct rule_list rules = {0};
    struct error e = {0};
    char number[32];
    size_t failed = 0;
    if (rule_file_read_any(path, &rules, &e) != KL_OK) {
        rule_list_release(&rules);
        return cli_fail(c, &e);
    }
    for (size_t i = 0; i < rules.warnings.count; i++) {
        out_mark(&c->out, MARK_YELLOW, "warning ");
        out_path(&c->out, MARK_NONE, rules.warnings.items[i]);
        out_text(&c->out, "\n");
    }
    for (size_t i = 0; i < rules.count; i++) {
        const struct rule *r = &rules.items[i];
        if ((r->text != NULL ? text_rule_verify(r, &e) : rule_verify(r, &e)) != KL_OK) {
            failed++;
            out_mark(&c->out, MARK_RED, "failed  ");
            out_path(&c->out, MARK_NONE, e.message);
            out_text(&c->out, "\n");
        } else if (!c->options.quiet && r->text != NULL) { /* gitleaks' have no examples */
            out_mark(&c->out, MARK_GREEN, "ok      ");
            out_text(&c->out, "%s: can be run\n", r->id);
        } else if (!c->options.quiet) {
            out_mark(&c->out, MARK_GREEN, "ok      ");
            out_text(&c->out, "%s: %zu examples\n", r->id, count_words(r->find) + count_words(r->skip));
        }
    }
    out_text(&c->out, "%s %s", report_number(rules.count, number),
             report_plural(rules.count, "rule", "rules"));
    out_text(&c->out, ", %s failed\n", report_number(failed, number));
    rule_list_release(&rules);
    return failed > 0 ? STATUS_FINDINGS : STATUS_DONE;
}

int cmd_rules(struct cli *c) {
    const struct string_list *words = &c->options.arguments;
    const char *verb = words->count > 0 ? words->items[0] : "";
    struct all_rules all = {0};
    struct error e = {0};
    int status;
    if (strcmp(verb, "test") == 0 && words->count == 2) {
        return test(c, words->items[1]);
    }
    if (read_own(c, &all, &e) != KL_OK) {
        status = cli_fail(c, &e);
    } else if (strcmp(verb, "list") == 0 && words->count == 1) {
        status = c->options.format == FORMAT_JSON ? list_json(c, &all) : list(c, &all);
    } else if (strcmp(verb, "show") == 0 && words->count == 2) {
        status = show(c, &all, words->items[1]);
    } else {
        status =
            cli_usage(c, "say what: keylift rules list, keylift rules show ID, or keylift rules test FILE");
    }
    rule_list_release(&all.own);
    return status;
}
