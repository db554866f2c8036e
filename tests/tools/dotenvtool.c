/* dotenvtool: keylift's .env reader and writer over standard input, for
 * tests/property/test_dotenv_python.py. Many requests, one process:
 *
 *     parse DIALECT LEN\n<bytes>        -> one line a binding, then "end"
 *     set NAME FILE_LEN VALUE_LEN\n<file><value>
 *                                       -> "ok HEX" or "refused STATUS MESSAGE"
 *     get NAME FILE_LEN\n<file>         -> "ok HEX" or "refused STATUS MESSAGE"
 *
 * A binding is "START END ERROR KEY RAW RESOLVED" in hexadecimal, "-" for none.
 * Interpolation sees this process's environment. */
#include <stdio.h>
#include <stdlib.h>

#include "backends/dotenv_file.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/system.h"

#define REQUEST_MAX 256
#define NAME_FORMAT "%127s"

static void put_hex(struct slice s) {
    struct buf hex = BUF_INIT((size_t)64 << 20);
    if (s.ptr)
        encode_hex(s, &hex);
    printf(" %s", s.ptr ? (hex.len ? buf_cstr(&hex) : "0x") : "-");
    buf_release(&hex);
}

static char *read_bytes(size_t len) {
    char *bytes = mem_alloc(len + 1);
    if (fread(bytes, 1, len, stdin) != len)
        exit(2);
    bytes[len] = '\0';
    return bytes;
}

static const char *from_environment(void *ctx, const char *name) {
    (void)ctx;
    return system_getenv(name);
}

static void refuse(enum kl_status st, const struct error *e) {
    printf("refused %s %s\n", status_name(st), e->message);
}

static void parse(const char *dialect, struct slice bytes) {
    struct arena a = ARENA_INIT;
    struct error e = {0};
    struct dotenv_file f;
    struct slice *values;
    enum dotenv_dialect d = strcmp(dialect, "classic") == 0 ? DOTENV_CLASSIC : DOTENV_STRICT;
    enum kl_status st = dotenv_parse(bytes, d, "input", &a, &f, &e);
    if (st == KL_OK)
        st = dotenv_resolve(&f, from_environment, NULL, "input", &a, &values, &e);
    if (st != KL_OK)
        refuse(st, &e);
    for (size_t i = 0; st == KL_OK && i < f.count; i++) {
        const struct dotenv_binding *b = &f.bindings[i];
        printf("%zu %zu %d", b->start, b->end, b->error);
        put_hex(b->key);
        put_hex(b->has_value ? slice_of(b->value.len ? b->value.ptr : "", b->value.len) : (struct slice){0});
        put_hex(b->has_value ? slice_of(values[i].len ? values[i].ptr : "", values[i].len)
                             : (struct slice){0});
        putchar('\n');
    }
    puts("end");
    arena_release(&a);
}

static void set(const char *name, struct slice file, struct slice value) {
    struct buf out = BUF_INIT_SECRET(DOTENV_MAX_FILE_BYTES);
    struct error e = {0};
    enum kl_status st = dotenv_set(file, name, value, ".env", &out, &e);
    if (st != KL_OK) {
        refuse(st, &e);
    } else {
        printf("ok");
        put_hex(slice_of(buf_cstr(&out), out.len));
        putchar('\n');
    }
    buf_release(&out);
}

static void get(const char *name, struct slice file) {
    struct arena a = ARENA_INIT;
    struct error e = {0};
    struct slice value;
    enum kl_status st = dotenv_value(file, name, from_environment, NULL, ".env", &a, &value, &e);
    if (st != KL_OK) {
        refuse(st, &e);
    } else {
        printf("ok");
        put_hex(slice_of(value.len ? value.ptr : "", value.len));
        putchar('\n');
    }
    arena_release(&a);
}

int main(void) {
    char line[REQUEST_MAX], word[128];
    size_t len, more;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "parse " NAME_FORMAT " %zu", word, &len) == 2) {
            char *bytes = read_bytes(len);
            parse(word, slice_of(bytes, len));
            free(bytes);
        } else if (sscanf(line, "set " NAME_FORMAT " %zu %zu", word, &len, &more) == 3) {
            char *bytes = read_bytes(len + more);
            set(word, slice_of(bytes, len), slice_of(bytes + len, more));
            free(bytes);
        } else if (sscanf(line, "get " NAME_FORMAT " %zu", word, &len) == 2) {
            char *bytes = read_bytes(len);
            get(word, slice_of(bytes, len));
            free(bytes);
        } else {
            return 2;
        }
        fflush(stdout);
    }
    return 0;
}
