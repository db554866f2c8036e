/* plan_options.c: see plan_options.h. */
#include "cli/plan_options.h"

/* One that this version does not have is passed over. */
static const char *const kept[] = {
    "rules",       "skip-rules",     "min-confidence",       "style",
    "module-name", "environment",    "environment-variable", "env-reads",
    "split-urls",  "scrub-comments", "clear-outputs",
};

static size_t row_of(const struct option_spec *spec) {
    return (size_t)(spec - option_at(0));
}

static void add_words(const char *words, int index, struct buf *out) {
    for (; index > 0; index--)
        words += strcspn(words, "|") + 1;
    buf_bytes(out, words, strcspn(words, "|"));
}

/* The text that options_set takes. */
static void add_value(const struct options *o, const struct option_spec *spec, struct buf *out) {
    const void *field = (const char *)o + spec->offset;
    const struct string_list *list = field;
    switch (spec->type) {
    case OPTION_TEXT:
    case OPTION_MAYBE:
        buf_str(out, *(const char *const *)field);
        break;
    case OPTION_LIST:
    case OPTION_NAMES:
        for (size_t i = 0; i < list->count; i++)
            buf_printf(out, "%s%s", i > 0 ? "," : "", list->items[i]);
        break;
    case OPTION_COUNT:
        buf_printf(out, "%u", *(const unsigned *)field);
        break;
    case OPTION_FRACTION:
        buf_printf(out, "%.17g", *(const double *)field);
        break;
    case OPTION_CHOICE:
        add_words(spec->argument, *(const int *)field, out);
        break;
    case OPTION_FLAG:
    case OPTION_REPEATED:
        buf_str(out, "true");
        break;
    }
}

cJSON *plan_options_record(const struct cli *c) {
    cJSON *record = cJSON_CreateObject();
    struct buf value = BUF_INIT(KL_MAX_CONFIG_BYTES);
    for (size_t i = 0; i < KL_ARRAY_LEN(kept); i++) {
        const struct option_spec *spec = option_find(kept[i]);
        if (!spec || !(c->options.given[row_of(spec)] || c->config.set[row_of(spec)]))
            continue;
        buf_clear(&value);
        add_value(&c->options, spec, &value);
        json_add_string(record, spec->name, buf_cstr(&value));
    }
    buf_release(&value);
    return record;
}

static const struct option_spec *find_kept(const char *name) {
    for (size_t i = 0; i < KL_ARRAY_LEN(kept); i++)
        if (strcmp(kept[i], name) == 0)
            return option_find(name);
    return NULL;
}

enum kl_status plan_options_recall(struct cli *c, const cJSON *options, const char *what, struct error *e) {
    const cJSON *item;
    cJSON_ArrayForEach(item, options) {
        const struct option_spec *spec = find_kept(item->string);
        if (!spec || !cJSON_IsString(item))
            return error_set(e, KL_ERR_PARSE, "%s: \"%s\" is no option that a plan may set", what,
                             item->string);
        struct arena *a = &c->arena;
        enum kl_status s = options_set(&c->options, spec, item->valuestring,
                                       arena_printf(a, "%s: --%s", what, spec->name), e);
        if (s != KL_OK)
            return s;
        c->options.given[row_of(spec)] = true;
    }
    return KL_OK;
}
