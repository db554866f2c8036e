/* aws_fake.h: a vault "aws" over a transport that plays a script: each request must be
 * the next one of it. Also files and variables that a test sets and that are gone after
 * it. Everything that the vault learns is remembered, and no message may hold it. */
#ifndef KEYLIFT_TESTS_SUPPORT_AWS_FAKE_H
#define KEYLIFT_TESTS_SUPPORT_AWS_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "backends/aws_credentials.h"
#include "backends/vault_kinds.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/redact.h"

#define FAKE_STEPS 64

/* One request and its answer. NULL: anything. */
struct fake_step {
    const char *method, *url;   /* the URL begins with this */
    const char *wanted;         /* stands in the headers or the body */
    unsigned status;            /* 0: `fails` */
    const char *headers, *body; /* "{token}" in the body: the last ClientRequestToken */
    enum kl_status fails;
};

struct fake {
    struct http_transport transport;
    struct fake_step steps[FAKE_STEPS];
    size_t count, at;
    struct buf log;                 /* "POST https://...\nheader: value\n...\nbody\n" of all requests */
    char signer[128], session[256]; /* of the last signed request */
    struct redactor *known;
    char folder[64];
    struct http *http;
    struct vault *vault;
    struct vault_options options;
    struct arena arena;
};

/* The reply to a write names the version that the request chose. */
static inline void fake_body(struct fake *f, const char *body, struct buf *out) {
    static const char key[] = "\"ClientRequestToken\":\"", hole[] = "{token}";
    const char *token = NULL, *log = buf_cstr(&f->log);
    for (const char *at = log; (at = strstr(at, key)); at++)
        token = at + strlen(key);
    for (const char *at; (at = strstr(body, hole)); body = at + strlen(hole)) {
        buf_bytes(out, body, (size_t)(at - body));
        assert_non_null(token);
        buf_bytes(out, token, 36);
    }
    buf_str(out, body);
}

static inline enum kl_status fake_send(struct http_transport *t, const struct http_request *r,
                                       struct http_attempt *attempt, struct http_response *out,
                                       struct error *e) {
    struct fake *f = (struct fake *)t;
    struct buf text = BUF_INIT_SECRET(1u << 22);
    attempt->sent = true;
    buf_printf(&text, "%s %s\n", r->method, r->url);
    for (size_t i = 0; i < r->header_count; i++) {
        buf_printf(&text, "%s: ", r->headers[i].name);
        buf_slice(&text, r->headers[i].value);
        buf_char(&text, '\n');
    }
    buf_slice(&text, r->body);
    buf_char(&text, '\n');
    buf_slice(&f->log, buf_as_slice(&text));
    if (r->sigv4) {
        snprintf(f->signer, sizeof f->signer, "%.*s", SLICE_ARG(r->sigv4->access_key_id));
        snprintf(f->session, sizeof f->session, "%.*s", SLICE_ARG(r->sigv4->session_token));
    } else {
        f->signer[0] = '\0';
    }
    if (f->at == f->count)
        fail_msg("a request that is not in the script: %s %s", r->method, r->url);
    const struct fake_step *s = &f->steps[f->at++];
    if (s->method)
        assert_string_equal(r->method, s->method);
    if (s->url && strncmp(r->url, s->url, strlen(s->url)) != 0)
        fail_msg("%s was to be asked, not %s", s->url, r->url);
    if (s->wanted && !strstr(buf_cstr(&text), s->wanted))
        fail_msg("step %zu: \"%s\" is not in the request to %s", f->at, s->wanted, r->url);
    buf_release(&text);
    if (!s->status)
        return error_set(e, s->fails ? s->fails : KL_ERR_NETWORK, "the connection broke");
    out->status = s->status;
    buf_str(&out->headers, s->headers ? s->headers : "");
    fake_body(f, s->body ? s->body : "", &out->body);
    return KL_OK;
}

static inline void fake_close(struct http_transport *t) {
    (void)t;
}

static inline void fake_sleep(unsigned milliseconds) {
    (void)milliseconds;
}

static inline void fake_learn(void *ctx, struct slice value) {
    redact_add(((struct fake *)ctx)->known, value);
}

/* Adds a step. */
static inline void fake_expect(struct fake *f, struct fake_step step) {
    assert_true(f->count < FAKE_STEPS);
    f->steps[f->count++] = step;
}

static const char *const fake_variables[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_CA_BUNDLE",
};

static inline void fake_env(const char *name, const char *value) {
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* Writes a file into the test's HOME; its path is in the arena. */
static inline const char *fake_file(struct fake *f, const char *name, const char *text) {
    struct error e = {0};
    const char *path = path_join(&f->arena, f->folder, name);
    assert_int_equal(file_make_folder(path_dirname(&f->arena, path), 0700, &e), KL_OK);
    assert_int_equal(file_write_atomic(path, slice_cstr(text), 0600, &e), KL_OK);
    return path;
}

static inline void fake_config(struct fake *f, const char *text) {
    fake_file(f, ".aws/config", text);
}

static inline int fake_set_up(void **state) {
    struct fake *f = mem_calloc(1, sizeof *f);
    struct error e = {0};
    f->transport.send = fake_send;
    f->transport.close = fake_close;
    f->known = redact_new();
    buf_init_secret(&f->log, 1u << 22);
    snprintf(f->folder, sizeof f->folder, "/tmp/keylift-aws-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    for (size_t i = 0; i < KL_ARRAY_LEN(fake_variables); i++)
        fake_env(fake_variables[i], NULL);
    fake_env("HOME", f->folder);
    const struct http_options o = {.transport = &f->transport, .sleep_ms = fake_sleep};
    assert_int_equal(http_open(&o, &f->http, &e), KL_OK);
    f->options = (struct vault_options){.root = "/",
                                        .run_id = "run-1",
                                        .aws_region = "eu-central-1",
                                        .http = f->http,
                                        .learn = fake_learn,
                                        .observer = f};
    *state = f;
    return 0;
}

static inline int fake_tear_down(void **state) {
    struct fake *f = *state;
    char command[128];
    if (f->vault)
        f->vault->kind->close(f->vault);
    if (f->at != f->count)
        fail_msg("%zu requests of the script were not made", f->count - f->at);
    http_close(f->http);
    redact_free(f->known);
    buf_release(&f->log);
    arena_release(&f->arena);
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    FILE *gone = popen(command, "r");
    assert_non_null(gone);
    assert_int_equal(pclose(gone), 0);
    free(f);
    return 0;
}

/* Opens it; the environment and the files are read now. */
static inline struct aws *fake_open(struct fake *f) {
    struct error e = {0};
    if (vault_kind_aws.open(&f->options, &f->vault, &e) != KL_OK)
        fail_msg("open: %s", e.message);
    return (struct aws *)f->vault;
}

static inline void fake_keys(void) {
    fake_env("AWS_ACCESS_KEY_ID", "id-of-env");
    fake_env("AWS_SECRET_ACCESS_KEY", "secret-key-of-env");
}

/* The message holds `part`, and nothing that the vault learned. */
static inline void fake_message(struct fake *f, const struct error *e, const char *part) {
    if (!strstr(e->message, part))
        fail_msg("\"%s\" is not in: %s", part, e->message);
    assert_false(redact_would_change(f->known, slice_cstr(e->message)));
}

/* The chain's answer is this. */
static inline void fake_found(struct fake *f, const char *link, const char *id) {
    struct aws *w = fake_open(f);
    struct credential c = {0};
    struct error e = {0};
    if (credential_get(w->chain, &c, &e) != KL_OK)
        fail_msg("credential: %s", e.message);
    assert_string_equal(credential_chain_used(w->chain), link);
    assert_true(slice_eq_cstr(secret_slice(&c.id), id));
    credential_release(&c);
}

static inline void fake_refused(struct fake *f, enum kl_status status, const char *part) {
    struct aws *w = fake_open(f);
    struct credential c = {0};
    struct error e = {0};
    assert_int_equal(credential_get(w->chain, &c, &e), status);
    fake_message(f, &e, part);
    credential_release(&c);
}

#define FAKE_TEST(f) cmocka_unit_test_setup_teardown(f, fake_set_up, fake_tear_down)

#endif
