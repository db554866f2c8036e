/* fuzz_azure.c: what Azure's services answer, as any bytes: the challenge, tokens, answers
 * with a secret, links to a next page. Any bytes are an answer or an error with a message;
 * what is taken out of them is plain. */
#include "tests/fuzz/fuzz.h"

#include "backends/azure.h"

static void check_message(enum kl_status st, const struct error *e) {
    if (st != KL_OK && e->message[0] == '\0')
        abort();
}

static void check_plain(const char *s) {
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f || *s == '"' || *s == '@' || *s == '?')
            abort();
}

static void read_challenge(struct slice bytes) {
    struct arena a = ARENA_INIT;
    struct azure_challenge c;
    struct error e = {0};
    enum kl_status st = azure_challenge_parse(bytes, &a, &c, &e);
    check_message(st, &e);
    if (st == KL_OK) {
        check_plain(c.tenant);
        check_plain(c.resource);
        if (strchr(c.tenant, '/') || strstr(c.tenant, "..") ||
            !slice_starts(slice_cstr(c.resource), "https://"))
            abort();
        check_message(azure_challenge_check(&c, "shop.vault.azure.net", &e), &e);
    }
    arena_release(&a);
}

static void read_token(struct slice bytes) {
    struct credential c = {0};
    struct azure_claims claims;
    struct error e = {0};
    enum kl_status st = azure_token_parse(bytes, "fuzz", &c, &e);
    check_message(st, &e);
    if (st == KL_OK && (c.token.len == 0 || c.expires == 0))
        abort();
    credential_release(&c);
    azure_claims_read(bytes, &claims);
    check_plain(claims.object);
    check_plain(claims.tenant);
}

static void read_secret(struct slice bytes) {
    const struct azure_vault v = {
        .prefix = "", .host = "shop", .url = "https://shop.vault.azure.net", .label = "shop"};
    struct http_response r = {.status = bytes.len % 2 ? 403 : 200};
    struct azure_secret s;
    struct error e = {0};
    buf_init_secret(&r.body, 1 << 20);
    buf_slice(&r.body, bytes);
    enum kl_status st = azure_secret_parse(&v, &r, "API_KEY", &s, &e);
    check_message(st, &e);
    if (st == KL_OK && (!s.value || !s.version[0] || strchr(s.version, '/')))
        abort();
    azure_secret_release(&s);
    e.message[0] = '\0';
    check_message(azure_refusal(&v, &r, "read", "API_KEY", true, &e), &e);
    http_response_release(&r);
}

static void read_link(struct slice bytes) {
    const struct azure_vault v = {.url = "https://shop.vault.azure.net"};
    struct arena a = ARENA_INIT;
    const char *path = azure_same_host(&v, arena_cstr(&a, bytes));
    if (path && !slice_starts(slice_cstr(path), "/secrets"))
        abort();
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const READERS[])(struct slice) = {read_challenge, read_token, read_secret, read_link};
    if (size < 1 || size > 60000)
        return 0;
    READERS[data[0] % KL_ARRAY_LEN(READERS)](slice_of(data + 1, size - 1));
    return 0;
}
