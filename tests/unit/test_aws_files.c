/* AWS's two files, profiles, regions and endpoints; dates and XML. */
#include "tests/support/aws_fake.h"

#include "backends/aws_time.h"

static struct arena arena;
static struct aws_ini ini;

static enum kl_status parse(const char *text, struct error *e) {
    arena_release(&arena);
    return aws_ini_parse(slice_cstr(text), "config", &arena, &ini, e);
}

static void expect_text(const char *text, const char *section, const char *key, const char *value) {
    struct error e = {0};
    if (parse(text, &e) != KL_OK)
        fail_msg("%s", e.message);
    const char *got = aws_ini_get(&ini, aws_ini_find(&ini, section), key);
    if (value) {
        assert_non_null(got);
        assert_string_equal(got, value);
    } else {
        assert_null(got);
    }
    arena_release(&arena);
}

static void expect_error(const char *text, const char *part) {
    struct error e = {0};
    assert_int_equal(parse(text, &e), KL_ERR_PARSE);
    assert_non_null(strstr(e.message, part));
    assert_null(strstr(e.message, "hidden"));
    arena_release(&arena);
}

static void values_are_read_as_configparser_reads_them(void **state) {
    (void)state;
    expect_text("[a]\nx=1\n", "a", "x", "1");
    expect_text("[a]\r\nX : 1 \r\n", "a", "x", "1");
    expect_text("[a]\rx=1\ry=2", "a", "y", "2");
    expect_text("# c\n[a]\n; c\n x = 1 # no comment\n", "a", "x", "1 # no comment");
    expect_text("[a] trailing\nx=1\n", "a", "x", "1");
    expect_text("[profile b c]\nx=1\n", "profile b c", "x", "1");
    expect_text("[a]\nx=a=b:c\n", "a", "x", "a=b:c");
    expect_text("[a]\nx=\n", "a", "x", "");
    expect_text("[a]\nx=1\n  2\n\n  3\n\ny=4\n", "a", "x", "1\n2\n\n3");
    expect_text("[a]\nx=1\n  # c\n  2\n", "a", "x", "1\n2");
    expect_text("[a]\n  x=1\n  y=2\n", "a", "y", "2");
    expect_text("[a]\nx=1\n [b]\ny=2\n", "a", "x", "1\n[b]");
    expect_text("[a]\nx=1\n[b]\n", "b", "x", NULL);
    expect_text("[DEFAULT]\nx=1\n[b]\n", "b", "x", "1");
    expect_text("", "a", "x", NULL);
}

static void what_boto3_rejects_is_an_error_with_its_line(void **state) {
    (void)state;
    expect_error("x=hidden\n", "config:1");
    expect_error("[a]\n\nhidden\n", "config:3");
    expect_error("[a]\nx=1\nX=hidden\n", "config:3");
    expect_error("[a]\n[a]\nhidden=1\n", "config:2");
    expect_error("[a]\n=hidden\n", "config:2");
    expect_error("[a]\ns3 =\n  hidden\n", "s3");
    expect_error("\xef\xbb\xbf[a]\n", "byte order mark");
    expect_error("[a]\nx=\xff\n", "UTF-8");
}

static void sections_and_keys_are_bounded(void **state) {
    (void)state;
    struct buf text = BUF_INIT(1u << 20);
    struct error e = {0};
    buf_str(&text, "[a]\n");
    for (unsigned i = 0; i <= AWS_INI_MAX_OPTIONS; i++)
        buf_printf(&text, "k%u=1\n", i);
    assert_int_equal(parse(buf_cstr(&text), &e), KL_ERR_LIMIT);
    buf_clear(&text);
    for (unsigned i = 0; i <= AWS_INI_MAX_SECTIONS; i++)
        buf_printf(&text, "[s%u]\n", i);
    assert_int_equal(parse(buf_cstr(&text), &e), KL_ERR_LIMIT);
    buf_release(&text);
    arena_release(&arena);
}

static void a_block_has_keys_of_its_own(void **state) {
    (void)state;
    const char *text = "[a]\ns3 =\n  addressing_style = path\n  b=1\nregion = x\n";
    struct error e = {0};
    assert_int_equal(parse(text, &e), KL_OK);
    const char *block = aws_ini_get(&ini, aws_ini_find(&ini, "a"), "s3");
    assert_string_equal(aws_ini_nested(block, "addressing_style", &arena), "path");
    assert_null(aws_ini_nested(block, "region", &arena));
    assert_null(aws_ini_nested("addressing_style = path", "addressing_style", &arena));
    arena_release(&arena);
}

static void words_are_split_as_a_shell_does(void **state) {
    (void)state;
    static const struct {
        const char *text, *words; /* joined by "|" */
    } cases[] = {
        {"a b  c", "a|b|c"},
        {" 'a b' \"c d\" ", "a b|c d"},
        {"a\\ b 'c\\d' \"e\\\"f\\g\"", "a b|c\\d|e\"f\\g"},
        {"'' x", "|x"},
        {"a'b'c\"d\"", "abcd"},
        {"profile \"my profile\"", "profile|my profile"},
        {"a\tb\nc", "a|b|c"},
        {"", ""},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        const char *words[9];
        size_t count;
        struct error e = {0};
        struct buf joined = BUF_INIT(256);
        assert_int_equal(aws_ini_words(cases[i].text, &arena, words, 8, &count, &e), KL_OK);
        assert_null(words[count]);
        for (size_t k = 0; k < count; k++)
            buf_printf(&joined, "%s%s", k ? "|" : "", words[k]);
        assert_string_equal(buf_cstr(&joined), cases[i].words);
        buf_release(&joined);
    }
    static const char *const broken[] = {"'a", "\"a", "a\\", "1 2 3 4 5 6 7 8 9"};
    for (size_t i = 0; i < KL_ARRAY_LEN(broken); i++) {
        const char *words[9];
        size_t count;
        struct error e = {0};
        assert_int_not_equal(aws_ini_words(broken[i], &arena, words, 8, &count, &e), KL_OK);
    }
    arena_release(&arena);
}

static void dates_are_read_without_a_zone(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t unix_time; /* 0: none */
    } iso[] = {
        {"1970-01-01T00:00:01Z", 1},
        {"2026-01-31T12:00:00Z", 1769860800},
        {"2026-01-31T12:00:00.123456Z", 1769860800},
        {"2026-01-31T12:00:00UTC", 1769860800},
        {"2026-01-31T13:30:00+01:30", 1769860800},
        {"2026-01-31T10:30:00-0130", 1769860800},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"2026-13-31T12:00:00Z", 0},
        {"2026-01-31", 0},
        {"2026-01-31T12:00:00 PST", 0},
        {"never", 0},
        {"", 0},
    };
    uint64_t t = 0;
    for (size_t i = 0; i < KL_ARRAY_LEN(iso); i++) {
        bool read = aws_time_iso(slice_cstr(iso[i].text), &t);
        assert_int_equal(read, iso[i].unix_time != 0);
        if (read)
            assert_int_equal(t, iso[i].unix_time);
    }
    assert_true(aws_time_http(SLICE_LIT("Sat, 31 Jan 2026 12:00:00 GMT"), &t));
    assert_int_equal(t, 1769860800);
    assert_false(aws_time_http(SLICE_LIT("Sat, 31 anJ 2026 12:00:00 GMT"), &t));
    assert_false(aws_time_http(SLICE_LIT("Saturday, 31-Jan-26 12:00:00 GMT"), &t));
}

static void the_text_of_an_element_is_found_and_decoded(void **state) {
    (void)state;
    struct buf out = BUF_INIT(256);
    assert_true(aws_xml_text(SLICE_LIT("<A><B>x&amp;&lt;y</B><B>z</B></A>"), "B", &out));
    assert_string_equal(buf_cstr(&out), "x&<y");
    static const char *const none[] = {"", "<B>x", "<B>x</C>", "<B><C>x</C></B>", "<B>&#0;</B>", "B>x</B>"};
    for (size_t i = 0; i < KL_ARRAY_LEN(none); i++)
        assert_false(aws_xml_text(slice_cstr(none[i]), "B", &out));
    buf_release(&out);
}

static void open_fails(struct fake *f, enum kl_status status, const char *part) {
    struct error e = {0};
    assert_int_equal(vault_kind_aws.open(&f->options, &f->vault, &e), status);
    assert_null(f->vault);
    fake_message(f, &e, part);
}

static void the_credentials_file_goes_before_the_configuration(void **state) {
    struct fake *f = *state;
    fake_config(f, "[profile shop]\nregion = us-east-1\nrole_arn = config\n[default]\nregion = us-west-2\n");
    fake_file(f, ".aws/credentials", "[shop]\nrole_arn = credentials\n");
    struct aws *w = fake_open(f);
    assert_string_equal(aws_config_get(&w->config, "shop", "role_arn"), "credentials");
    assert_string_equal(aws_config_get(&w->config, "shop", "region"), "us-east-1");
    assert_string_equal(aws_config_get(&w->config, "default", "region"), "us-west-2");
    assert_null(aws_config_get(&w->config, "other", "region"));
    assert_string_equal(w->config.profile, "default");
}

static void a_profile_that_is_in_no_file_is_an_error(void **state) {
    struct fake *f = *state;
    fake_config(f, "[profile shop]\nregion = us-east-1\n");
    fake_env("AWS_PROFILE", "missing");
    open_fails(f, KL_ERR_USAGE, "AWS_PROFILE");
    f->options.aws_profile = "gone";
    open_fails(f, KL_ERR_USAGE, "--aws-profile");
    f->options.aws_profile = "shop";
    assert_string_equal(fake_open(f)->config.profile, "shop");
}

static void the_region_comes_from_the_flag_the_environment_the_profile(void **state) {
    struct fake *f = *state;
    f->options.aws_region = NULL;
    open_fails(f, KL_ERR_USAGE, "--aws-region");
    fake_config(f, "[default]\nregion = ap-south-1\n");
    const char *wanted[] = {"ap-south-1", "eu-west-1", "eu-west-2", "eu-west-3"};
    for (size_t i = 0; i < KL_ARRAY_LEN(wanted); i++) {
        if (i == 1)
            fake_env("AWS_REGION", "eu-west-1");
        if (i == 2) {
            fake_env("AWS_DEFAULT_REGION", "eu-west-2");
            open_fails(f, KL_ERR_USAGE, "AWS_DEFAULT_REGION");
            fake_env("AWS_REGION", "eu-west-2");
        }
        if (i == 3)
            f->options.aws_region = "eu-west-3";
        assert_string_equal(fake_open(f)->region, wanted[i]);
        f->vault->kind->close(f->vault);
        f->vault = NULL;
    }
    f->options.aws_region = "evil.example/";
    open_fails(f, KL_ERR_USAGE, "not the name of a region");
}

static void each_partition_has_its_address(void **state) {
    struct fake *f = *state;
    static const struct {
        const char *region, *fips, *dual, *url, *sts;
    } cases[] = {
        {"eu-central-1", NULL, NULL, "https://secretsmanager.eu-central-1.amazonaws.com",
         "https://sts.eu-central-1.amazonaws.com"},
        {"cn-north-1", NULL, NULL, "https://secretsmanager.cn-north-1.amazonaws.com.cn",
         "https://sts.cn-north-1.amazonaws.com.cn"},
        {"us-gov-west-1", NULL, NULL, "https://secretsmanager.us-gov-west-1.amazonaws.com",
         "https://sts.us-gov-west-1.amazonaws.com"},
        {"us-gov-west-1", "true", NULL, "https://secretsmanager-fips.us-gov-west-1.amazonaws.com",
         "https://sts.us-gov-west-1.amazonaws.com"},
        {"us-east-1", "true", NULL, "https://secretsmanager-fips.us-east-1.amazonaws.com",
         "https://sts-fips.us-east-1.amazonaws.com"},
        {"us-east-1", NULL, "true", "https://secretsmanager.us-east-1.api.aws",
         "https://sts.us-east-1.api.aws"},
        {"eusc-de-east-1", NULL, NULL, "https://secretsmanager.eusc-de-east-1.amazonaws.eu",
         "https://sts.eusc-de-east-1.amazonaws.eu"},
        {"us-isob-east-1", NULL, NULL, "https://secretsmanager.us-isob-east-1.sc2s.sgov.gov",
         "https://sts.us-isob-east-1.sc2s.sgov.gov"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        f->options.aws_region = cases[i].region;
        fake_env("AWS_USE_FIPS_ENDPOINT", cases[i].fips);
        fake_env("AWS_USE_DUALSTACK_ENDPOINT", cases[i].dual);
        struct aws *w = fake_open(f);
        assert_string_equal(w->endpoint, cases[i].url);
        assert_string_equal(w->sts, cases[i].sts);
        f->vault->kind->close(f->vault);
        f->vault = NULL;
    }
}

static void addresses_come_from_the_flag_and_the_environment(void **state) {
    struct fake *f = *state;
    static const struct {
        const char *flag, *own, *all, *sts, *secrets_is, *sts_is;
    } cases[] = {
        {NULL, NULL, "http://127.0.0.1:1/", NULL, "http://127.0.0.1:1", "http://127.0.0.1:1"},
        {NULL, "https://a.example", "https://b.example", NULL, "https://a.example", "https://b.example"},
        {NULL, NULL, "https://b.example", "https://c.example", "https://b.example", "https://c.example"},
        {"https://d.example/", "https://a.example", NULL, NULL, "https://d.example",
         "https://sts.eu-central-1.amazonaws.com"},
        {"http://127.0.0.1:2", NULL, NULL, NULL, "http://127.0.0.1:2", "http://127.0.0.1:2"},
        {"http://127.0.0.1:2", NULL, NULL, "https://c.example", "http://127.0.0.1:2", "https://c.example"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        f->options.endpoint = cases[i].flag;
        fake_env("AWS_ENDPOINT_URL_SECRETS_MANAGER", cases[i].own);
        fake_env("AWS_ENDPOINT_URL", cases[i].all);
        fake_env("AWS_ENDPOINT_URL_STS", cases[i].sts);
        struct aws *w = fake_open(f);
        assert_string_equal(w->endpoint, cases[i].secrets_is);
        assert_string_equal(w->sts, cases[i].sts_is);
        f->vault->kind->close(f->vault);
        f->vault = NULL;
    }
    f->options.endpoint = "ftp://x";
    open_fails(f, KL_ERR_USAGE, "--endpoint");
}

static void an_address_in_the_configuration_is_not_passed_over_in_silence(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\nservices = local\n[services local]\nsecrets_manager =\n"
                   "  endpoint_url = http://127.0.0.1:9\n");
    open_fails(f, KL_ERR_USAGE, "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://127.0.0.1:9");
    fake_config(f, "[default]\nendpoint_url = http://127.0.0.1:8\n");
    open_fails(f, KL_ERR_USAGE, "http://127.0.0.1:8");
    fake_env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_string_equal(fake_open(f)->endpoint, "https://secretsmanager.eu-central-1.amazonaws.com");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_as_configparser_reads_them),
        cmocka_unit_test(what_boto3_rejects_is_an_error_with_its_line),
        cmocka_unit_test(sections_and_keys_are_bounded),
        cmocka_unit_test(a_block_has_keys_of_its_own),
        cmocka_unit_test(words_are_split_as_a_shell_does),
        cmocka_unit_test(dates_are_read_without_a_zone),
        cmocka_unit_test(the_text_of_an_element_is_found_and_decoded),
        FAKE_TEST(the_credentials_file_goes_before_the_configuration),
        FAKE_TEST(a_profile_that_is_in_no_file_is_an_error),
        FAKE_TEST(the_region_comes_from_the_flag_the_environment_the_profile),
        FAKE_TEST(each_partition_has_its_address),
        FAKE_TEST(addresses_come_from_the_flag_and_the_environment),
        FAKE_TEST(an_address_in_the_configuration_is_not_passed_over_in_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
