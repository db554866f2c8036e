/* awsini.c: a file of AWS as keylift reads it, as JSON, to be compared with boto3:
 * {"a": {"region": "x", "s3": {"b": "c"}}}, or {"error": "..."}. For "words" as the
 * first argument: standard input split as a shell does, as a list. */
#include "backends/aws_ini.h"
#include "base/file.h"
#include "base/json.h"

#define MAX_WORDS 1000

static cJSON *value_of(const char *text) {
    if (text[0] != '\n')
        return cJSON_CreateString(text);
    cJSON *block = cJSON_CreateObject();
    struct slice all = slice_cstr(text);
    for (size_t at = 1; at < all.len;) {
        size_t end = slice_find_byte(all, '\n', at), equals = slice_find_byte(all, '=', at);
        end = end == SIZE_MAX ? all.len : end;
        if (equals < end) {
            struct arena a = ARENA_INIT;
            const char *key = arena_cstr(&a, slice_trim(slice_sub(all, at, equals)));
            const char *value = aws_ini_nested(text, key, &a);
            cJSON_DeleteItemFromObjectCaseSensitive(block, key);
            json_add_string(block, key, value);
            arena_release(&a);
        }
        at = end + 1;
    }
    return block;
}

static cJSON *dump(const struct aws_ini *ini) {
    cJSON *out = cJSON_CreateObject();
    for (size_t i = 0; i < ini->count; i++) {
        cJSON *section = cJSON_AddObjectToObject(out, ini->sections[i].name);
        const struct aws_ini_section *const parts[] = {&ini->sections[i], &ini->defaults};
        for (size_t p = 0; p < KL_ARRAY_LEN(parts); p++)
            for (size_t k = 0; k < parts[p]->count; k++) {
                const char *key = parts[p]->options[k].key;
                if (!cJSON_GetObjectItemCaseSensitive(section, key))
                    cJSON_AddItemToObject(section, key, value_of(aws_ini_get(ini, &ini->sections[i], key)));
            }
    }
    return out;
}

static cJSON *dump_words(struct arena *a, const char *text, struct error *e) {
    const char *words[MAX_WORDS + 1];
    size_t count;
    if (aws_ini_words(text, a, words, MAX_WORDS, &count, e) != KL_OK)
        return NULL;
    cJSON *out = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(out, cJSON_CreateString(words[i]));
    return out;
}

int main(int argc, char **argv) {
    struct buf input = BUF_INIT(AWS_INI_MAX_BYTES), text = BUF_INIT(AWS_INI_MAX_BYTES * 8);
    struct arena a = ARENA_INIT;
    struct aws_ini ini;
    struct error e = {0};
    cJSON *out = NULL;
    enum kl_status st = file_read_fd(0, "standard input", AWS_INI_MAX_BYTES, &input, &e);
    if (st == KL_OK && argc > 1 && strcmp(argv[1], "words") == 0)
        out = dump_words(&a, buf_cstr(&input), &e);
    else if (st == KL_OK && aws_ini_parse(buf_as_slice(&input), "config", &a, &ini, &e) == KL_OK)
        out = dump(&ini);
    if (!out) {
        out = cJSON_CreateObject();
        json_add_string(out, "error", e.message);
    }
    json_print(out, false, &text);
    fwrite(text.ptr, 1, text.len, stdout);
    cJSON_Delete(out);
    arena_release(&a);
    buf_release(&text);
    buf_release(&input);
    return 0;
}
