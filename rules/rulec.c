/* rulec: the compiler of the rules, run by the build.
 *
 *     rulec OUT.c RULES.toml...
 *
 * Checks every rule, its examples included, and every way to ask a provider, and
 * writes them as C tables: those of scanner/rule.h, and the keyword automata of
 * scanner/rule_table.h. Anything wrong is an error with the rule's name, and
 * the build stops. Examples are written in their notation, not expanded. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "rules/emit.h"
#include "rules/probe_file.h"
#include "scanner/keyword.h"
#include "scanner/rule_file.h"
#include "scanner/rule_pattern.h"

#define RULEC_MAX_OUTPUT ((size_t)64 << 20)

static int by_id(const void *a, const void *b) {
    const struct rule *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static void write_rule(struct buf *out, const struct rule *r, const struct probe_list *probes) {
    static const char *const severities[] = {"SEVERITY_LOW", "SEVERITY_MEDIUM", "SEVERITY_HIGH"};
    const struct emit_field texts[] = {
        {"id", r->id},           {"provider", r->provider}, {"description", r->description},
        {"pattern", r->pattern}, {"revoke", r->revoke},     {"source", r->source},
        {"check", r->check},     {"half", r->half}};
    const struct {
        const char *name;
        const char *const *value;
    } lists[] = {{"keywords", r->keywords},
                 {"name_words", r->name_words},
                 {"prefixes", r->prefixes},
                 {"find", r->find},
                 {"skip", r->skip}};
    buf_str(out, "    {\n");
    emit_fields(out, texts, KL_ARRAY_LEN(texts));
    for (size_t i = 0; i < KL_ARRAY_LEN(lists); i++) {
        buf_printf(out, "        .%s = ", lists[i].name);
        emit_list(out, lists[i].value);
        buf_str(out, ",\n");
    }
    if (r->probe != NULL)
        buf_printf(out, "        .probe = &probes[%zu],\n", probe_list_find(probes, r->probe));
    buf_printf(out, "        .entropy = %.17g, .confidence = %.17g, .severity = %s,\n    },\n", r->entropy,
               r->confidence, severities[r->severity]);
}

static void write_numbers(struct buf *out, const char *type, const char *name, const void *items,
                          size_t count, size_t size) {
    buf_printf(out, "static const %s %s[] = {", type, name);
    for (size_t i = 0; i < count; i++) {
        uint32_t value = size == 1   ? ((const uint8_t *)items)[i]
                         : size == 2 ? ((const uint16_t *)items)[i]
                                     : ((const uint32_t *)items)[i];
        buf_printf(out, "%s%u,", i % 24 == 0 ? "\n    " : "", (unsigned)value);
    }
    buf_str(out, count == 0 ? "0};\n" : "};\n");
}

static enum kl_status write_automaton(struct buf *out, const struct rule_list *rules, bool names,
                                      struct error *e) {
    const char *name = names ? "name_words" : "keywords";
    char array[64];
    struct keyword_builder *b = keyword_builder_new();
    for (size_t i = 0; i < rules->count; i++) {
        const char *const *words = names ? rules->items[i].name_words : rules->items[i].keywords;
        for (; words != NULL && *words != NULL; words++) {
            if (!keyword_builder_add(b, *words, (uint16_t)i)) {
                keyword_builder_free(b);
                return error_set(e, KL_ERR_LIMIT,
                                 "too many keywords, or too many different characters in them");
            }
        }
    }
    struct keyword_arrays k = keyword_builder_finish(b);
    (void)snprintf(array, sizeof array, "%s_classes", name);
    write_numbers(out, "uint8_t", array, k.table.classes, 256, 1);
    (void)snprintf(array, sizeof array, "%s_next", name);
    write_numbers(out, "uint16_t", array, k.table.next, (size_t)k.states << KEYWORD_CLASS_BITS, 2);
    (void)snprintf(array, sizeof array, "%s_reports", name);
    write_numbers(out, "uint32_t", array, k.table.reports, k.reporting, 4);
    (void)snprintf(array, sizeof array, "%s_owners", name);
    write_numbers(out, "uint16_t", array, k.table.owners, k.owner_count, 2);
    bool searches = !names && k.table.starts;
    if (searches) {
        (void)snprintf(array, sizeof array, "%s_starts", name);
        write_numbers(out, "uint8_t", array, k.table.starts, KEYWORD_STARTS, 1);
    }
    buf_printf(
        out,
        "const struct keyword_table rule_table_%s = {%s_classes, %s_next, %s_reports, %s_owners, %u, %u, ",
        name, name, name, name, name, (unsigned)k.table.first_report, (unsigned)k.table.first_deep);
    buf_printf(out, "%s%s};\n", searches ? name : "NULL", searches ? "_starts" : "");
    keyword_builder_free(b);
    return KL_OK;
}

/* A rule whose keywords do not tell is found by its name words. */
static enum kl_status write_table(struct buf *out, const struct rule_list *rules,
                                  const struct probe_list *probes, const struct rule_needs *needs,
                                  struct error *e) {
    buf_str(out, "/* Made by rulec. */\n#include \"scanner/rule_table.h\"\n\n");
    probe_list_emit(probes, out);
    buf_str(out, "static const struct rule rules[] = {\n");
    for (size_t i = 0; i < rules->count; i++)
        write_rule(out, &rules->items[i], probes);
    buf_printf(out, "};\n\nsize_t rule_count(void) { return %zu; }\n", rules->count);
    buf_str(out, "const struct rule *rule_at(size_t index) { return &rules[index]; }\n\n");
    buf_str(out, "const struct rule_needs rule_table_needs[] = {");
    for (size_t i = 0; i < rules->count; i++)
        buf_printf(out, "{%u,%u,%d},", needs[i].length, needs[i].byte, needs[i].digit);
    buf_str(out, "};\n");
    enum kl_status status = write_automaton(out, rules, false, e);
    if (status == KL_OK)
        status = write_automaton(out, rules, true, e);
    if (status == KL_OK && !buf_ok(out))
        status = error_set(e, KL_ERR_LIMIT, "the tables are too large");
    return status;
}

static enum kl_status verify_one(const struct rule *r, struct rule_needs *needs, struct error *e) {
    pcre2_code *code = NULL;
    enum kl_status status = rule_verify(r, e);
    if (status == KL_OK)
        status = rule_compile(r, &code, NULL, e);
    if (status != KL_OK)
        return status;
    *needs = rule_needs_of(r->pattern, code);
    pcre2_code_free(code);
    return KL_OK;
}

static enum kl_status verify_half(const struct rule_list *rules, const struct rule *r, struct error *e) {
    bool known = r->half == NULL;
    for (size_t i = 0; i < rules->count && !known; i++)
        known = strcmp(rules->items[i].id, r->half) == 0;
    return known ? KL_OK : error_set(e, KL_ERR_PARSE, "rule %s: half: no rule \"%s\"", r->id, r->half);
}

/* Names everything that is wrong, not only the first. */
static enum kl_status verify_all(const struct rule_list *rules, struct rule_needs *needs, struct error *e) {
    size_t failed = 0;
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *r = &rules->items[i];
        enum kl_status status = verify_one(r, &needs[i], e);
        if (status == KL_OK && i > 0 && strcmp(r->id, rules->items[i - 1].id) == 0)
            status = error_set(e, KL_ERR_PARSE, "rule %s: the id is used twice", r->id);
        if (status == KL_OK)
            status = verify_half(rules, r, e);
        if (status != KL_OK) {
            (void)fprintf(stderr, "rulec: %s\n", e->message);
            failed++;
        }
    }
    return failed == 0 ? KL_OK
                       : error_set(e, KL_ERR_PARSE, "%zu of %zu rules are wrong", failed, rules->count);
}

static enum kl_status read_file(const char *path, struct rule_list *rules, struct probe_list *probes,
                                struct error *e) {
    cJSON *verify = NULL;
    size_t first = rules->count;
    enum kl_status status = rule_file_read_ours(path, rules, &verify, e);
    if (status == KL_OK)
        status = probe_file_read(path, verify, rules, first, probes, e);
    cJSON_Delete(verify);
    return status;
}

int main(int argc, char **argv) {
    struct error e = {0};
    struct rule_list rules = {0};
    struct probe_list probes = {0};
    struct buf out = BUF_INIT(RULEC_MAX_OUTPUT);
    struct rule_needs *needs = NULL;
    enum kl_status status = KL_OK;
    if (argc < 2) {
        status = error_set(&e, KL_ERR_USAGE, "usage: rulec OUT.c RULES.toml...");
        goto done;
    }
    for (int i = 2; i < argc && status == KL_OK; i++)
        status = read_file(argv[i], &rules, &probes, &e);
    if (status == KL_OK && (rules.count == 0 || rules.count >= KEYWORD_NO_OWNER))
        status = error_set(&e, KL_ERR_USAGE, "there are no rules, or too many");
    if (status != KL_OK)
        goto done;
    qsort(rules.items, rules.count, sizeof *rules.items, by_id);
    needs = mem_calloc(rules.count, sizeof *needs);
    status = verify_all(&rules, needs, &e);
    if (status == KL_OK)
        status = write_table(&out, &rules, &probes, needs, &e);
    if (status == KL_OK)
        status = file_write_atomic(argv[1], buf_as_slice(&out), 0644, &e);
done:
    if (status != KL_OK)
        (void)fprintf(stderr, "rulec: %s\n", e.message);
    free(needs);
    buf_release(&out);
    probe_list_release(&probes);
    rule_list_release(&rules);
    return status == KL_OK ? 0 : 2;
}
