/* Spellings without characters, and old bytes put back from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/encode.h"
#include "base/file.h"
#include "rewriters/journal.h"
#include "rewriters/spelling.h"
#include "rewriters/undo.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
    const char *literal;
    size_t literal_len;
    const char *value;
    size_t value_len;
} spelled[] = {
    {TEXT("'plain'"), TEXT("plain")},
    {TEXT("\"plain\""), TEXT("plain")},
    {TEXT("''"), TEXT("")},
    {TEXT("\"\"\"\"\"\""), TEXT("")},
    {TEXT("b'bytes\\xff\\x00'"), TEXT("bytes\xff\0")},
    {TEXT("B\"\\377\\0end\""), TEXT("\xff\0end")},
    {TEXT("'it\\'s a ' \"secret\\n\""), TEXT("it's a secret\n")},
    {TEXT("r'raw\\n\\'x'"), TEXT("raw\\n\\'x")},
    {TEXT("Rb'raw\\xff'"), TEXT("raw\\xff")},
    {TEXT("u'\\u00e9\\U0001F511\\xe9\xc3\xa9'"), TEXT("\xc3\xa9\xf0\x9f\x94\x91\xc3\xa9\xc3\xa9")},
    {TEXT("'\\u00AB\\xAB\\253'"), TEXT("\xc2\xab\xc2\xab\xc2\xab")},
    {TEXT("'\\a\\b\\f\\n\\r\\t\\v\\\\\\\"'"), TEXT("\a\b\f\n\r\t\v\\\"")},
    {TEXT("'no \\escape \\d'"), TEXT("no \\escape \\d")},
    {TEXT("'''two\nlines \"and\" ''quotes'''"), TEXT("two\nlines \"and\" ''quotes")},
    {TEXT("'''a\r\nb\rc\nd'''"), TEXT("a\nb\nc\nd")},
    {TEXT("'joined \\\nline'"), TEXT("joined line")},
    {TEXT("'joined \\\r\nline'"), TEXT("joined line")},
    {TEXT("(\n    'one'\n    \"two\" + \\\n    'three'\n)"), TEXT("onetwothree")},
    {TEXT("'\\1\\12\\123'"), TEXT("\1\nS")},
    {TEXT("b'a' b'\\x80'"), TEXT("a\x80")},
    {TEXT("'ends in \\\\'"), TEXT("ends in \\")},
    {TEXT("'\\x61\\x62c'"), TEXT("abc")},
};

static void a_spelling_and_the_value_give_the_literal_back(void **state) {
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(spelled); i++) {
        struct slice literal = slice_of(spelled[i].literal, spelled[i].literal_len);
        struct slice value = slice_of(spelled[i].value, spelled[i].value_len);
        struct buf again = BUF_INIT(65536);
        cJSON *spelling = spelling_of(literal, value);
        if (!spelling)
            fail_msg("not recorded: %s", spelled[i].literal);
        assert_true(spelling_restore(spelling, value, &again));
        assert_int_equal(again.len, literal.len);
        assert_memory_equal(buf_cstr(&again), literal.ptr, literal.len);
        buf_release(&again);
        cJSON_Delete(spelling);
    }
}

static const struct {
    const char *part;
    size_t part_len;
    const char *value;
    size_t value_len;
    bool is_bytes;
} parts[] = {
    {TEXT("plain"), TEXT("plain"), false},
    {TEXT("it\\'s \"quoted\""), TEXT("it's \"quoted\""), false},
    {TEXT("raw\\d"), TEXT("raw\\d"), false},
    {TEXT("raw\\n"), TEXT("raw\\n"), false},
    {TEXT("line\\n"), TEXT("line\n"), false},
    {TEXT("{{x}}"), TEXT("{x}"), false},
    {TEXT("{x}"), TEXT("{x}"), false},
    {TEXT("{{\\n"), TEXT("{\\n"), false},
    {TEXT("\\xe9"), TEXT("\xc3\xa9"), false},
    {TEXT("\\xe9"), TEXT("\xe9"), true},
    {TEXT("two\r\nlines"), TEXT("two\nlines"), false},
};

static void a_part_of_a_literal_is_given_back(void **state) {
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(parts); i++) {
        struct slice part = slice_of(parts[i].part, parts[i].part_len);
        struct slice value = slice_of(parts[i].value, parts[i].value_len);
        struct buf again = BUF_INIT(65536);
        cJSON *spelling = spelling_of_part(part, value, parts[i].is_bytes);
        if (!spelling)
            fail_msg("not recorded: %s", parts[i].part);
        assert_true(spelling_restore(spelling, value, &again));
        assert_int_equal(again.len, part.len);
        assert_memory_equal(buf_cstr(&again), part.ptr, part.len);
        buf_release(&again);
        cJSON_Delete(spelling);
    }
    assert_null(spelling_of_part(SLICE_LIT("\\N{BULLET}"), SLICE_LIT("\xe2\x80\xa2"), false));
    assert_null(spelling_of_part(SLICE_LIT("longer"), SLICE_LIT("long"), false));
    assert_null(spelling_of_part(SLICE_LIT("end\\"), SLICE_LIT("end"), false));
}

static void what_cannot_be_restored_is_not_recorded(void **state) {
    (void)state;
    static const char *const refused[][2] = {
        {"f'plain'", "plain"},
        {"t'plain'", "plain"},
        {"'\\N{BULLET}'", "\xe2\x80\xa2"},
        {"'a' # note\n'b'", "ab"},
        {"name", "name"},
        {"'\\xaB'", "\xc2\xab"},
        {"'open", "open"},
        {"'other'", "value"},
        {"'longer'", "long"},
        {"'short'", "shorter"},
        {"'a' 'b", "ab"},
        {"'a'.join()", "a"},
        {"'a' if x else 'b'", "a"},
        {"'\\x6'", "\x06"},
        {"'\\", "\\"},
        {"bu'x'", "y"},
        {"'''", ""},
        {"'a\\", "a"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(refused); i++) {
        cJSON *spelling = spelling_of(slice_cstr(refused[i][0]), slice_cstr(refused[i][1]));
        if (spelling)
            fail_msg("recorded: %s", refused[i][0]);
    }
}

static void a_spelling_is_as_the_header_says(void **state) {
    (void)state;
    cJSON *spelling = spelling_of(SLICE_LIT("'it\\'s a ' \"secret\\n\""), SLICE_LIT("it's a secret\n"));
    char *text = cJSON_PrintUnformatted(spelling);
    assert_string_equal(text, "[\"'\",2,{\"e\":\"s\"},4,\"' \\\"\",0,{\"e\":\"s\"},\"\\\"\"]");
    cJSON_free(text);
    cJSON_Delete(spelling);
}

static void a_plain_literal_tells_no_character_and_no_length(void **state) {
    (void)state;
    cJSON *a = spelling_of(SLICE_LIT("'visibly-fake'"), SLICE_LIT("visibly-fake"));
    cJSON *b = spelling_of(SLICE_LIT("'x'"), SLICE_LIT("x"));
    assert_true(cJSON_Compare(a, b, true));
    cJSON_Delete(a);
    cJSON_Delete(b);
}

static void a_hostile_spelling_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "[-1]",        "[5]",           "[1e300]",          "[{\"e\":\"sss\"}]", "[{\"e\":\"?\"}]",
        "[{\"e\":1}]", "[[]]",          "[null]",           "[{\"x\":\"s\"}]",   "[1]",
        "[0,1]",       "[0.5,0,\"'\"]", "[{\"e\":\"s\"},0]"};
    for (size_t i = 0; i < KL_ARRAY_LEN(bad); i++) {
        struct buf out = BUF_INIT(4096);
        cJSON *spelling = cJSON_Parse(bad[i]);
        assert_non_null(spelling);
        if (spelling_restore(spelling, SLICE_LIT("ab"), &out) && strcmp(bad[i], "[0.5,0,\"'\"]") != 0)
            fail_msg("accepted: %s", bad[i]);
        buf_release(&out);
        cJSON_Delete(spelling);
    }
}

#define OLD "import sys\n\nKEY = ('it\\'s' ' fake')  # note\r\nDATA = b'\\xff\\x00'\nend"
#define NEW                                                                                                  \
    "import os\nimport sys\n\nKEY = os.environ[\"KEY\"]  # note\r\nDATA = "                                  \
    "base64.b64decode(os.environ[\"DATA\"])\nend"

struct world {
    struct arena arena;
    struct error e;
    struct secret key, data;
    struct rewrite_site sites[2];
    struct rewrite_edit edits[3];
    struct rewrite_request request;
    struct rewrite_output output;
    cJSON *file; /* as the journal has it */
    const char *wrong_key;
};

static uint64_t offset(const char *needle) {
    return (uint64_t)(strstr(OLD, needle) - OLD);
}

static struct rewrite_edit edit(uint64_t start, uint64_t end, const char *text, bool secret) {
    return (struct rewrite_edit){start, end, text, strlen(text), secret, start, end};
}

/* The bytes that a file's edits make, and what apply writes about it. */
static void describe(struct world *w) {
    struct buf bytes = BUF_INIT(4096);
    cJSON *undo;
    char hex[65];
    size_t done = 0;
    for (size_t i = 0; i < w->output.edit_count; i++) {
        buf_slice(&bytes, slice_sub(w->request.bytes, done, (size_t)w->edits[i].start_byte));
        buf_slice(&bytes, slice_of(w->edits[i].text, w->edits[i].text_len));
        done = (size_t)w->edits[i].end_byte;
    }
    buf_slice(&bytes, slice_sub(w->request.bytes, done, w->request.bytes.len));
    assert_string_equal(buf_cstr(&bytes), NEW);
    buf_release(&bytes);
    if (undo_record(&w->request, &w->output, &undo, &w->e) != KL_OK)
        fail_msg("%s", w->e.message);
    w->file = cJSON_CreateObject();
    journal_add_path(w->file, "path", "/tmp/a.py");
    cJSON_AddItemToObject(w->file, "undo", undo);
    sha256_hex(SLICE_LIT(NEW), hex);
    json_add_string(w->file, "new_sha256", hex);
    sha256_hex(SLICE_LIT(OLD), hex);
    hex[4] = '\0';
    json_add_string(w->file, "old_tag", hex);
    json_add_count(w->file, "old_bytes", sizeof OLD - 1);
}

static int set_up(void **state) {
    struct world *w = calloc(1, sizeof *w);
    secret_set(&w->key, SLICE_LIT("it's fake"));
    secret_set(&w->data, SLICE_LIT("\xff\0"));
    uint64_t key = offset("'it"), key_end = offset(")  #"), data = offset("b'"), data_end = offset("\nend");
    w->sites[0] =
        (struct rewrite_site){.start_byte = key, .end_byte = key_end, .name = "KEY", .value = &w->key};
    w->sites[1] = (struct rewrite_site){
        .start_byte = data, .end_byte = data_end, .name = "DATA", .value = &w->data, .is_bytes = true};
    w->edits[0] = edit(0, 0, "import os\n", false);
    w->edits[1] = edit(key - 1, key_end + 1, "os.environ[\"KEY\"]", true);
    w->edits[2] = edit(data, data_end, "base64.b64decode(os.environ[\"DATA\"])", true);
    w->request =
        (struct rewrite_request){.path = "a.py", .bytes = SLICE_LIT(OLD), .sites = w->sites, .site_count = 2};
    w->output = (struct rewrite_output){.edits = w->edits, .edit_count = 3};
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    struct world *w = *state;
    secret_release(&w->key);
    secret_release(&w->data);
    cJSON_Delete(w->file);
    arena_release(&w->arena);
    free(w);
    return 0;
}

static enum kl_status value_of(void *ctx, const char *name, bool binary, struct secret *out,
                               struct error *e) {
    struct world *w = ctx;
    if (strcmp(name, "KEY") == 0 && !binary)
        secret_set(out, w->wrong_key ? slice_cstr(w->wrong_key) : secret_slice(&w->key));
    else if (strcmp(name, "DATA") == 0 && binary)
        secret_set(out, secret_slice(&w->data));
    else
        return error_set(e, KL_ERR_NOT_FOUND, "no %s", name);
    return KL_OK;
}

static void old_bytes_come_back_exactly(void **state) {
    struct world *w = *state;
    struct buf out = BUF_INIT_SECRET(4096);
    describe(w);
    if (undo_file(w->file, SLICE_LIT(NEW), value_of, w, &out, &w->e) != KL_OK)
        fail_msg("%s", w->e.message);
    assert_string_equal(buf_cstr(&out), OLD);
    buf_release(&out);
}

static void the_record_holds_no_part_of_a_secret(void **state) {
    struct world *w = *state;
    describe(w);
    char *text = cJSON_PrintUnformatted(w->file);
    assert_null(strstr(text, "fake"));
    assert_null(strstr(text, "it"));
    cJSON_free(text);
}

static void a_file_that_changed_since_is_left_alone(void **state) {
    struct world *w = *state;
    struct buf out = BUF_INIT_SECRET(4096);
    describe(w);
    assert_int_equal(undo_file(w->file, SLICE_LIT(NEW "!"), value_of, w, &out, &w->e), KL_ERR_CONFLICT);
    assert_int_equal(out.len, 0);
    buf_release(&out);
}

static void a_value_that_changed_since_is_refused(void **state) {
    struct world *w = *state;
    static const char *const wrong[] = {"it's fakf", "x", "", "it's fake and longer"};
    describe(w);
    for (size_t i = 0; i < KL_ARRAY_LEN(wrong); i++) {
        struct buf out = BUF_INIT_SECRET(4096);
        w->wrong_key = wrong[i];
        assert_int_equal(undo_file(w->file, SLICE_LIT(NEW), value_of, w, &out, &w->e), KL_ERR_CONFLICT);
        assert_int_equal(out.len, 0);
        assert_null(strstr(w->e.message, "fak"));
        buf_release(&out);
    }
}

static void a_file_that_the_run_created_has_nothing_to_put_back(void **state) {
    struct world *w = *state;
    struct buf out = BUF_INIT_SECRET(4096);
    describe(w);
    cJSON_AddBoolToObject(w->file, "create", true);
    assert_int_equal(undo_file(w->file, SLICE_LIT(NEW), value_of, w, &out, &w->e), KL_ERR_NOT_FOUND);
    buf_release(&out);
}

static void an_edit_that_could_hide_more_is_not_recorded(void **state) {
    struct world *w = *state;
    cJSON *undo;
    w->edits[1].end_byte = offset("\r\nDATA"); /* the comment too */
    assert_int_equal(undo_record(&w->request, &w->output, &undo, &w->e), KL_ERR_UNSUPPORTED);
    assert_non_null(strstr(w->e.message, "line 3"));
    assert_null(undo);
    w->edits[1].end_byte = w->edits[2].end_byte; /* two literals */
    w->output.edit_count = 2;
    assert_int_equal(undo_record(&w->request, &w->output, &undo, &w->e), KL_ERR_UNSUPPORTED);
}

static void a_forged_record_reads_nothing_outside_the_file(void **state) {
    struct world *w = *state;
    static const char *const forged[] = {
        "[{\"at\":-1,\"bytes\":1,\"old\":\"\"}]",
        "[{\"at\":1e300,\"bytes\":1,\"old\":\"\"}]",
        "[{\"at\":5,\"bytes\":9e9,\"old\":\"\"}]",
        "[{\"old\":\"x\"}]",
        "[{\"at\":5,\"bytes\":5,\"old\":\"\"},{\"at\":2,\"bytes\":1,\"old\":\"\"}]",
        "[{\"at\":0,\"bytes\":0}]",
        "[1]"};
    describe(w);
    for (size_t i = 0; i < KL_ARRAY_LEN(forged); i++) {
        struct buf out = BUF_INIT_SECRET(4096);
        cJSON_ReplaceItemInObject(w->file, "undo", cJSON_Parse(forged[i]));
        assert_int_equal(undo_file(w->file, SLICE_LIT(NEW), value_of, w, &out, &w->e), KL_ERR_PARSE);
        buf_release(&out);
    }
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spelling_and_the_value_give_the_literal_back),
        cmocka_unit_test(a_part_of_a_literal_is_given_back),
        cmocka_unit_test(what_cannot_be_restored_is_not_recorded),
        cmocka_unit_test(a_spelling_is_as_the_header_says),
        cmocka_unit_test(a_plain_literal_tells_no_character_and_no_length),
        cmocka_unit_test(a_hostile_spelling_is_refused),
        CASE(old_bytes_come_back_exactly),
        CASE(the_record_holds_no_part_of_a_secret),
        CASE(a_file_that_changed_since_is_left_alone),
        CASE(a_value_that_changed_since_is_refused),
        CASE(a_file_that_the_run_created_has_nothing_to_put_back),
        CASE(an_edit_that_could_hide_more_is_not_recorded),
        CASE(a_forged_record_reads_nothing_outside_the_file),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
