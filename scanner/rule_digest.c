/* rule_digest.c: see rule_digest.h. */
#include "scanner/rule_digest.h"

#include "base/encode.h"
#include "base/file.h"

#define DIGEST_MAX_BYTES ((size_t)64 << 20)

/* The NUL between two texts keeps "ab" "c" apart from "a" "bc". */
static void add(struct buf *all, const char *text) {
    buf_bytes(all, text, strlen(text) + 1);
}

static void add_list(struct buf *all, const char *const *list) {
    for (; list && *list; list++)
        add(all, *list);
    add(all, "");
}

static void add_rule(struct buf *all, const struct rule *r) {
    add(all, r->id);
    add(all, r->pattern);
    add(all, r->check);
    add_list(all, r->keywords);
    add_list(all, r->name_words);
    buf_printf(all, "%d %.6f %.6f\n", (int)r->severity, r->confidence, r->entropy);
}

enum kl_status rule_digest(const struct rule_set_options *o, char out[RULE_DIGEST_BYTES], struct error *e) {
    struct buf all = BUF_INIT(DIGEST_MAX_BYTES);
    enum kl_status s = KL_OK;
    char hex[65];
    for (size_t i = 0; i < rule_count(); i++)
        add_rule(&all, rule_at(i));
    for (const char *const *file = o->files; file && *file && s == KL_OK; file++)
        s = file_read(*file, KL_MAX_CONFIG_BYTES, &all, e);
    if (s == KL_OK && !buf_ok(&all))
        s = error_set(e, KL_ERR_LIMIT, "the rules are larger than %zu bytes", DIGEST_MAX_BYTES);
    sha256_hex(buf_as_slice(&all), hex);
    memcpy(out, hex, RULE_DIGEST_BYTES - 1);
    out[RULE_DIGEST_BYTES - 1] = '\0';
    buf_release(&all);
    return s;
}
