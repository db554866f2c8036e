/* migration_values.c: --with-values: the values of environment variables that the
 * code reads already, from a .env file or from the environment, go to the vault too.
 * Their names stay as they are: the code knows them. */
#include "cli/migration.h"

#include <stdlib.h>

#include "backends/dotenv_file.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define FROM_ENVIRONMENT "environ"

static bool is_read(const struct env_read *r) {
    return r->name[0] && r->access != ENV_WRITE && r->access != ENV_DELETE && r->access != ENV_LOAD_DOTENV &&
           r->access != ENV_DOTENV_VALUES;
}

static struct migration_value *find_value(const struct migration *m, const char *name) {
    for (size_t i = 0; i < m->value_count; i++)
        if (strcmp(m->values[i].name, name) == 0)
            return &m->values[i];
    return NULL;
}

static void want(struct migration *m, size_t *cap, const char *name, const struct env_read *read) {
    struct migration_value *known = find_value(m, name);
    if (known) {
        known->read = known->read ? known->read : read;
        return;
    }
    m->values = mem_grow(m->values, cap, m->value_count + 1, sizeof *m->values);
    m->values[m->value_count++] =
        (struct migration_value){.name = name, .read = read, .item = MIGRATION_NO_ITEM};
}

/* What is read once, and asked for each name. */
struct value_source {
    bool is_environment;
    struct buf bytes;
    struct dotenv_reading reading;
    enum kl_status status; /* of the reading: what stops load_dotenv() leaves every name without a value */
    struct error error;
};

static const char *from_environment(void *ctx, const char *name) {
    (void)ctx;
    return system_getenv(name);
}

/* Text as it is; bytes as the vault wants them. */
static void store_value(struct migration *m, struct slice value, struct secret *out) {
    struct buf text = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES * 2);
    bool is_text = utf8_valid(value);
    redact_add(m->cli->redactor, value);
    out->binary = !is_text && !m->session.kind->access->text_only;
    if (!is_text && !out->binary) {
        encode_base64(value, &text);
        value = buf_as_slice(&text);
        redact_add(m->cli->redactor, value);
    }
    secret_set(out, value);
    buf_release(&text);
}

/* The value, or v->left with the reason why there is none. */
static void find_one(struct migration *m, const struct value_source *source, struct migration_value *v,
                     struct secret *out) {
    const char *from = m->cli->options.with_values;
    struct slice value = slice_of(NULL, 0);
    struct error e = source->error;
    if (source->is_environment) {
        const char *set = system_getenv(v->name);
        value = slice_cstr(set);
        v->left = set ? NULL : "value unknown: it is not set in the environment";
    } else {
        enum kl_status s = source->status;
        if (s == KL_OK)
            s = dotenv_reading_value(&source->reading, v->name, from, &value, &e);
        if (s == KL_ERR_NOT_FOUND)
            v->left = arena_printf(&m->arena, "value unknown: %s does not have it", from);
        else if (s != KL_OK)
            v->left = arena_cstr(&m->arena, slice_cstr(e.message));
    }
    if (!v->left && value.len == 0)
        v->left = "its value is empty";
    if (!v->left)
        store_value(m, value, out);
}

static enum kl_status read_source(struct migration *m, struct value_source *out, struct error *e) {
    const char *from = m->cli->options.with_values;
    struct dotenv_file parsed;
    struct arena scratch = ARENA_INIT;
    out->is_environment = strcmp(from, FROM_ENVIRONMENT) == 0;
    if (out->is_environment)
        return KL_OK;
    enum kl_status s = file_read(from, DOTENV_MAX_FILE_BYTES, &out->bytes, e);
    struct slice bytes = buf_as_slice(&out->bytes);
    /* A file that no python-dotenv reads has no value for any name. */
    if (s == KL_OK)
        s = dotenv_parse(bytes, DOTENV_STRICT, from, &scratch, &parsed, e);
    arena_release(&scratch);
    if (s == KL_OK)
        out->status = dotenv_read(bytes, from_environment, NULL, from, &m->arena, &out->reading, &out->error);
    return s;
}

enum kl_status migration_find_values(struct migration *m, struct error *e) {
    const struct options *o = &m->cli->options;
    struct value_source source = {.bytes = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES)};
    size_t cap = 0;
    if (!o->with_values)
        return o->env_names.count == 0
                   ? KL_OK
                   : error_set(e, KL_ERR_USAGE, "--env-names needs --with-values FILE or environ");
    if (o->staged || (o->output && m->cli->command->bit == CMD_PLAN))
        return error_set(
            e, KL_ERR_USAGE,
            "--with-values and %s exclude each other: `keylift upload --with-values` first, and then "
            "the vault has the values",
            o->staged ? "--staged" : "-o (a plan keeps no value of a variable)");
    enum kl_status s = read_source(m, &source, e);
    for (size_t i = 0; i < o->env_names.count; i++)
        want(m, &cap, o->env_names.items[i], NULL);
    for (size_t i = 0; i < m->found.read_count; i++) {
        const struct env_read *r = &m->found.reads[i];
        bool wanted = find_value(m, r->name) || (r->secret && !m->follow.plan);
        if (is_read(r) && wanted)
            want(m, &cap, r->name, r);
    }
    m->value_secrets = mem_calloc(m->value_count + 1, sizeof *m->value_secrets);
    for (size_t i = 0; i < m->value_count && s == KL_OK; i++)
        find_one(m, &source, &m->values[i], &m->value_secrets[i]);
    buf_release(&source.bytes);
    return s;
}

void migration_add_value_items(struct migration *m) {
    for (size_t i = 0; i < m->value_count; i++) {
        struct migration_value *v = &m->values[i];
        if (v->left)
            continue;
        v->item = m->item_count++;
        m->items[v->item] =
            (struct upload_item){.name = v->name, .value = &m->value_secrets[i], .fixed_name = true};
    }
}

void migration_judge_values(struct migration *m) {
    for (size_t i = 0; i < m->value_count; i++) {
        struct migration_value *v = &m->values[i];
        const struct upload_item *item = v->left ? NULL : &m->items[v->item];
        bool refused = item && (item->state == UPLOAD_CONFLICT || item->state == UPLOAD_REFUSED ||
                                item->state == UPLOAD_FAILED);
        if (refused)
            v->left = arena_cstr(&m->arena, slice_cstr(item->error.message));
        if (item && item->state == UPLOAD_FAILED)
            m->failed++;
    }
}

void migration_release_values(struct migration *m) {
    for (size_t i = 0; i < m->value_count; i++)
        secret_release(&m->value_secrets[i]);
    free(m->value_secrets);
    free(m->values);
}
