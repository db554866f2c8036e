/* importtool.c: the import statements of files, as cli/import_facts.h reads them, for a
 * comparison with CPython's ast. A file a line on standard input; an answer a line:
 * [[dots, "module", "symbol" or null, byte, always], ...] */
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/import_facts.h"

static void answer(const char *path) {
    struct arena arena = ARENA_INIT;
    struct import_facts facts = {0};
    struct buf bytes = BUF_INIT(KL_MAX_FILE_BYTES), line = BUF_INIT(KL_MAX_FILE_BYTES);
    struct error e = {0};
    cJSON *list = cJSON_CreateArray();
    if (file_read(path, KL_MAX_FILE_BYTES, &bytes, &e) == KL_OK)
        import_facts_add(&facts, "/", buf_as_slice(&bytes), &arena);
    for (size_t i = 0; i < facts.count; i++) {
        const struct import_fact *f = &facts.items[i];
        cJSON *fact = cJSON_CreateArray();
        cJSON_AddItemToArray(fact, cJSON_CreateNumber(f->dots));
        cJSON_AddItemToArray(fact, cJSON_CreateString(f->module));
        cJSON_AddItemToArray(fact, f->symbol ? cJSON_CreateString(f->symbol) : cJSON_CreateNull());
        cJSON_AddItemToArray(fact, cJSON_CreateNumber((double)f->at));
        cJSON_AddItemToArray(fact, cJSON_CreateBool(f->always));
        cJSON_AddItemToArray(list, fact);
    }
    json_print(list, false, &line);
    fputs(buf_cstr(&line), stdout);
    cJSON_Delete(list);
    import_facts_release(&facts);
    buf_release(&bytes);
    buf_release(&line);
    arena_release(&arena);
}

int main(void) {
    char path[4096];
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = '\0';
        answer(path);
    }
    return 0;
}
