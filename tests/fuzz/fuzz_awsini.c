/* fuzz_awsini.c: any bytes may be AWS's configuration, a command in it, an answer of
 * STS, or a date. What is read is inside of its bounds and can be found again. */
#include "tests/fuzz/fuzz.h"

#include "backends/aws.h"
#include "backends/aws_time.h"

static void check_section(const struct aws_ini *ini, const struct aws_ini_section *s, struct arena *a) {
    if (s->count > AWS_INI_MAX_OPTIONS)
        abort();
    for (size_t i = 0; i < s->count; i++) {
        const struct aws_ini_option *o = &s->options[i];
        /* Each key once, and not the value of [DEFAULT] instead. */
        if (!o->key[0] || aws_ini_get(ini, s, o->key) != o->value)
            abort();
        const char *nested = aws_ini_nested(o->value, "a", a);
        if (nested && o->value[0] != '\n')
            abort();
    }
}

static void check_ini(struct slice text, struct arena *a) {
    struct aws_ini ini;
    struct error e = {0};
    if (aws_ini_parse(text, "fuzz", a, &ini, &e) != KL_OK) {
        if (!e.message[0])
            abort();
        return;
    }
    if (ini.count > AWS_INI_MAX_SECTIONS)
        abort();
    for (size_t i = 0; i < ini.count; i++) {
        if (aws_ini_find(&ini, ini.sections[i].name) != &ini.sections[i])
            abort();
        check_section(&ini, &ini.sections[i], a);
    }
}

static void check_words(struct slice text, struct arena *a) {
    enum { MAX = 8 };
    const char *words[MAX + 1];
    size_t count = 0, bytes = 0;
    struct error e = {0};
    const char *line = arena_cstr(a, text);
    enum kl_status st = aws_ini_words(line, a, words, MAX, &count, &e);
    if (count > MAX || words[count])
        abort();
    for (size_t i = 0; i < count; i++)
        bytes += strlen(words[i]);
    if (st == KL_OK && bytes > strlen(line))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct slice text = slice_of(data, size);
    struct buf out = BUF_INIT(HTTP_MAX_BODY_BYTES);
    uint64_t t;
    if (size > 20000)
        return 0;
    check_ini(text, &arena);
    check_words(text, &arena);
    if (aws_xml_text(text, "Arn", &out) && out.len > size)
        abort();
    (void)!aws_time_iso(text, &t);
    (void)!aws_time_http(text, &t);
    buf_release(&out);
    arena_release(&arena);
    return 0;
}
