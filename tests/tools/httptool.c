/* httptool: backends/http.h over the command line, for tests/vaults.
 *
 *     httptool [NAME=VALUE...] METHOD URL [HEADER: VALUE...]  < body
 *
 * NAME is ca, cert, key, server-name, total-ms, connect-ms, timeout-ms, repeatable,
 * metadata, count (how many times, one after another), threads (at once, each `count`
 * times), region, service, id, secret, token. Prints one JSON line a request and
 * thread; with trace=1 the trace on standard error:
 *
 *     {"status": 200, "body": "...", "headers": "..."}  or  {"error": "network", "message": "..."}
 *
 * httptool sign PEM-FILE < message, httptool thumbprints < PEM: hexadecimal lines. */
#include <stdio.h>
#include <stdlib.h>

#include "backends/http.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

#define MAX_INPUT_BYTES ((size_t)16 << 20)
#define MAX_THREADS 32

struct tool {
    struct http_options options;
    struct http_request request;
    struct http_sigv4 sigv4;
    struct http_header headers[HTTP_MAX_HEADERS + 8];
    struct http *http;
    unsigned count, threads;
    struct mutex *lock; /* of standard output */
};

static void fail(const struct error *e) {
    fprintf(stderr, "httptool: %s\n", e->message);
    exit(2);
}

static unsigned number(const char *text) {
    return (unsigned)strtoul(text, NULL, 10);
}

static bool setting(struct tool *t, const char *arg) {
    struct http_request *r = &t->request;
    const struct {
        const char *name;
        const char **text;
        struct slice *slice;
        unsigned *number;
        bool *flag;
    } names[] = {
        {"ca=", .text = &t->options.ca_file},
        {"cert=", .text = &t->options.client_cert},
        {"key=", .text = &t->options.client_key},
        {"server-name=", .text = &t->options.tls_server_name},
        {"region=", .text = &t->sigv4.region},
        {"service=", .text = &t->sigv4.service},
        {"id=", .slice = &t->sigv4.access_key_id},
        {"secret=", .slice = &t->sigv4.secret_key},
        {"token=", .slice = &t->sigv4.session_token},
        {"total-ms=", .number = &t->options.total_ms},
        {"connect-ms=", .number = &t->options.connect_ms},
        {"timeout-ms=", .number = &r->timeout_ms},
        {"count=", .number = &t->count},
        {"threads=", .number = &t->threads},
        {"repeatable=", .flag = &r->repeatable},
        {"metadata=", .flag = &r->metadata},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++) {
        size_t len = strlen(names[i].name);
        if (strncmp(arg, names[i].name, len) != 0)
            continue;
        if (names[i].text)
            *names[i].text = arg + len;
        else if (names[i].slice)
            *names[i].slice = slice_cstr(arg + len);
        else if (names[i].number)
            *names[i].number = number(arg + len);
        else
            *names[i].flag = number(arg + len) != 0;
        return true;
    }
    return false;
}

static void print_trace(void *ctx, const char *line) {
    (void)ctx;
    fprintf(stderr, "%s\n", line);
}

static void run(void *arg) {
    struct tool *t = arg;
    for (unsigned i = 0; i < t->count; i++) {
        struct http_response response;
        struct error e = {0};
        struct buf line = BUF_INIT_SECRET(SIZE_MAX / 2);
        cJSON *j = cJSON_CreateObject();
        if (http_send(t->http, &t->request, &response, &e) == KL_OK) {
            json_add_count(j, "status", response.status);
            json_add_slice(j, "body", buf_as_slice(&response.body));
            json_add_slice(j, "headers", buf_as_slice(&response.headers));
        } else {
            json_add_string(j, "error", status_name(e.status));
            json_add_string(j, "message", e.message);
        }
        http_response_release(&response);
        json_print(j, false, &line);
        mutex_lock(t->lock);
        fputs(buf_cstr(&line), stdout);
        fflush(stdout);
        mutex_unlock(t->lock);
        buf_release(&line);
        cJSON_Delete(j);
    }
}

static void request(struct tool *t, char **args, struct slice body) {
    struct error e = {0};
    struct thread *threads[MAX_THREADS];
    for (; *args && (setting(t, *args) || strcmp(*args, "trace=1") == 0); args++)
        if (strcmp(*args, "trace=1") == 0)
            t->options.trace = print_trace;
    if (!args[0] || !args[1] || t->threads > MAX_THREADS)
        exit(2);
    t->request.method = args[0];
    t->request.url = args[1];
    t->request.body = body;
    t->request.headers = t->headers;
    t->request.sigv4 = t->sigv4.region ? &t->sigv4 : NULL;
    for (args += 2; *args && t->request.header_count < KL_ARRAY_LEN(t->headers); args++) {
        char *colon = strchr(*args, ':');
        if (!colon)
            exit(2);
        *colon = '\0';
        t->headers[t->request.header_count++] =
            (struct http_header){*args, slice_trim(slice_cstr(colon + 1))};
    }
    if (http_open(&t->options, &t->http, &e) != KL_OK)
        fail(&e);
    t->lock = mutex_new();
    for (unsigned i = 0; i < t->threads; i++)
        threads[i] = thread_start(run, t, 0);
    for (unsigned i = 0; i < t->threads; i++)
        thread_join(threads[i]);
    mutex_free(t->lock);
    http_close(t->http);
}

static void print_hex(struct slice bytes) {
    struct buf hex = BUF_INIT(4096);
    encode_hex(bytes, &hex);
    puts(buf_cstr(&hex));
    buf_release(&hex);
}

static void sign(const char *path, struct slice message) {
    struct error e = {0};
    struct buf pem = BUF_INIT_SECRET(MAX_INPUT_BYTES), out = BUF_INIT(1024);
    if (file_read(path, MAX_INPUT_BYTES, &pem, &e) != KL_OK ||
        http_sign_rs256(buf_as_slice(&pem), message, &out, &e) != KL_OK)
        fail(&e);
    print_hex(buf_as_slice(&out));
    buf_release(&pem);
    buf_release(&out);
}

static void thumbprints(struct slice pem) {
    struct error e = {0};
    unsigned char sha1[20], sha256_of[32];
    if (http_certificate_thumbprints(pem, sha1, sha256_of, &e) != KL_OK)
        fail(&e);
    print_hex(slice_of(sha1, sizeof(sha1)));
    print_hex(slice_of(sha256_of, sizeof(sha256_of)));
}

int main(int argc, char **argv) {
    struct error e = {0};
    struct buf input = BUF_INIT_SECRET(MAX_INPUT_BYTES);
    struct tool t = {.count = 1, .threads = 1};
    system_catch_interrupts();
    if (argc < 2 || file_read_fd(0, "standard input", MAX_INPUT_BYTES, &input, &e) != KL_OK)
        return 2;
    if (strcmp(argv[1], "sign") == 0 && argc == 3)
        sign(argv[2], buf_as_slice(&input));
    else if (strcmp(argv[1], "thumbprints") == 0)
        thumbprints(buf_as_slice(&input));
    else
        request(&t, argv + 1, buf_as_slice(&input));
    buf_release(&input);
    return 0;
}
