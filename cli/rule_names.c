/* rule_names.c: a mistyped id must not switch off a rule in silence, or all. */
#include "cli/rule_names.h"

#include "cli/nearest.h"
#include "scanner/classify.h"
#include "scanner/gitleaks_file.h"

static void offer_all(struct nearest *n, const struct rule_list *own) {
    for (size_t i = 0; i < rule_count(); i++) {
        nearest_offer(n, rule_at(i)->id);
    }
    for (size_t i = 0; i < own->count; i++) {
        nearest_offer(n, own->items[i].id);
    }
    for (size_t i = 0; classify_ids[i] != NULL; i++) {
        nearest_offer(n, classify_ids[i]);
    }
}

static enum kl_status check_list(const struct string_list *ids, const char *option,
                                 const struct rule_list *own, struct error *e) {
    for (size_t i = 0; i < ids->count; i++) {
        struct nearest n;
        nearest_init(&n, ids->items[i]);
        offer_all(&n, own);
        if (n.best == NULL) {
            return error_set(e, KL_ERR_USAGE,
                             "%s: there is no rule \"%s\"; \"keylift rules list\" names them all", option,
                             ids->items[i]);
        }
        if (n.distance > 0 || strcmp(n.best, ids->items[i]) != 0) {
            return error_set(e, KL_ERR_USAGE, "%s: there is no rule \"%s\"; did you mean \"%s\"?", option,
                             ids->items[i], n.best);
        }
    }
    return KL_OK;
}

static void tell(struct cli *c, const struct rule_list *own) {
    for (size_t i = 0; i < own->warnings.count && !c->told_of_rules && !c->options.quiet; i++) {
        out_mark(&c->err, MARK_YELLOW, "keylift:");
        out_text(&c->err, " ");
        out_path(&c->err, MARK_NONE, own->warnings.items[i]);
        out_text(&c->err, "\n");
    }
    c->told_of_rules = true;
}

enum kl_status rule_names_check(struct cli *c, struct error *e) {
    const struct options *o = &c->options;
    if (o->rules.count == 0 && o->skip_rules.count == 0 && o->rules_files.count == 0) {
        return KL_OK;
    }
    struct rule_list own = {0};
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < o->rules_files.count && s == KL_OK; i++) {
        s = rule_file_read_any(o->rules_files.items[i], &own, e);
    }
    if (s == KL_OK) {
        tell(c, &own);
        s = check_list(&o->rules, "--rules", &own, e);
    }
    if (s == KL_OK) {
        s = check_list(&o->skip_rules, "--skip-rules", &own, e);
    }
    rule_list_release(&own);
    return s;
}
