/* Each link of AWS's chain: what it finds, and what it says when it does not. */
#include "tests/support/aws_fake.h"

#include "base/encode.h"

#define STS "https://sts.eu-central-1.amazonaws.com/"
#define PORTAL "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials"
#define OIDC "https://oidc.eu-west-1.amazonaws.com/token"
#define IMDS "http://169.254.169.254/latest/"
#define LATER "2099-01-01T00:00:00Z"
#define ROLE_ANSWER(id)                                                                                      \
    "<R><Credentials><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>secret-key-of-role"                   \
    "</SecretAccessKey><SessionToken>session-token-of-role</SessionToken><Expiration>" LATER                 \
    "</Expiration></Credentials></R>"
#define KEYS_ANSWER(id)                                                                                      \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"secret-key-of-agent\","          \
    "\"Token\":\"session-token-of-agent\",\"Expiration\":\"" LATER "\"}"

static void the_environment_goes_first(void **state) {
    struct fake *f = *state;
    fake_keys();
    fake_config(f,
                "[default]\naws_access_key_id = id-of-config\naws_secret_access_key = secret-key-config\n");
    fake_found(f, "environment", "id-of-env");
}

static void half_a_key_in_the_environment_ends_the_search(void **state) {
    struct fake *f = *state;
    fake_env("AWS_ACCESS_KEY_ID", "id-of-env");
    fake_refused(f, KL_ERR_CREDENTIALS, "AWS_SECRET_ACCESS_KEY");
}

static void a_key_of_the_environment_that_ran_out_is_an_error(void **state) {
    struct fake *f = *state;
    fake_keys();
    fake_env("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z");
    fake_refused(f, KL_ERR_CREDENTIALS, "run out");
}

static void a_profile_by_flag_goes_before_the_environment(void **state) {
    struct fake *f = *state;
    fake_keys();
    fake_file(f, ".aws/credentials",
              "[shop]\naws_access_key_id = id-of-shop\naws_secret_access_key = secret-key-of-shop\n");
    f->options.aws_profile = "shop";
    fake_found(f, "shared-credentials-file", "id-of-shop");
}

static void a_profile_by_variable_does_not(void **state) {
    struct fake *f = *state;
    fake_keys();
    fake_file(f, ".aws/credentials",
              "[shop]\naws_access_key_id = id-of-shop\naws_secret_access_key = secret-key-of-shop\n");
    fake_env("AWS_PROFILE", "shop");
    fake_found(f, "environment", "id-of-env");
}

static void keys_in_either_file_are_found(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\naws_access_key_id = id-of-config\naws_secret_access_key = secret-key-config\n"
                   "aws_session_token = session-token-config\n");
    fake_found(f, "config-file", "id-of-config");
    f->vault->kind->close(f->vault);
    fake_file(f, ".aws/credentials",
              "[default]\naws_access_key_id = id-of-file\naws_secret_access_key = secret-key-of-file\n");
    fake_found(f, "shared-credentials-file", "id-of-file");
}

static void half_a_key_in_a_file_ends_the_search(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\naws_access_key_id = id-of-config\n");
    fake_refused(f, KL_ERR_CREDENTIALS, "needs both");
}

static void a_role_is_assumed_with_the_keys_of_its_source(void **state) {
    struct fake *f = *state;
    fake_config(f, "[profile deploy]\nrole_arn = arn:aws:iam::1:role/deploy\nsource_profile = base\n"
                   "external_id = extern-1\nrole_session_name = me\nduration_seconds = 900\n");
    fake_file(f, ".aws/credentials",
              "[base]\naws_access_key_id = id-of-base\naws_secret_access_key = secret-key-of-base\n");
    f->options.aws_profile = "deploy";
    fake_expect(f,
                (struct fake_step){"POST", STS,
                                   "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3A"
                                   "role%2Fdeploy&RoleSessionName=me&ExternalId=extern-1&DurationSeconds=900",
                                   200, NULL, ROLE_ANSWER("id-of-role"), 0});
    fake_found(f, "assume-role", "id-of-role");
    assert_string_equal(f->signer, "id-of-base");
}

static void roles_are_chained(void **state) {
    struct fake *f = *state;
    fake_config(f, "[profile a]\nrole_arn = arn:a\nsource_profile = b\n"
                   "[profile b]\nrole_arn = arn:b\nsource_profile = c\n"
                   "[profile c]\naws_access_key_id = id-of-c\naws_secret_access_key = secret-key-of-c\n");
    fake_env("AWS_PROFILE", "a");
    fake_expect(f, (struct fake_step){"POST", STS, "RoleArn=arn%3Ab", 200, NULL, ROLE_ANSWER("id-of-b"), 0});
    fake_expect(f, (struct fake_step){"POST", STS, "RoleArn=arn%3Aa", 200, NULL, ROLE_ANSWER("id-of-a"), 0});
    fake_found(f, "assume-role", "id-of-a");
    assert_string_equal(f->signer, "id-of-b");
    assert_string_equal(f->session, "session-token-of-role");
}

static void a_profile_may_be_its_own_source(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\nrole_arn = arn:a\nsource_profile = default\n"
                   "aws_access_key_id = id-of-self\naws_secret_access_key = secret-key-of-self\n");
    fake_expect(f, (struct fake_step){"POST", STS, NULL, 200, NULL, ROLE_ANSWER("id-of-a"), 0});
    fake_found(f, "assume-role", "id-of-a");
    assert_string_equal(f->signer, "id-of-self");
}

static void a_role_may_be_assumed_with_a_named_source(void **state) {
    struct fake *f = *state;
    fake_config(f, "[profile a]\nrole_arn = arn:a\ncredential_source = Environment\n");
    fake_keys();
    f->options.aws_profile = "a";
    fake_expect(f, (struct fake_step){"POST", STS, NULL, 200, NULL, ROLE_ANSWER("id-of-a"), 0});
    fake_found(f, "assume-role", "id-of-a");
    assert_string_equal(f->signer, "id-of-env");
}

static void broken_roles_are_explained(void **state) {
    struct fake *f = *state;
    static const struct {
        const char *config, *part;
    } cases[] = {
        {"[default]\nrole_arn = x\n", "neither"},
        {"[default]\nrole_arn = x\nsource_profile = a\ncredential_source = Environment\n", "both"},
        {"[default]\nrole_arn = x\nsource_profile = gone\n", "in no file"},
        {"[default]\nrole_arn = x\nsource_profile = default\n", "leads back"},
        {"[default]\nrole_arn = x\nsource_profile = a\n[profile a]\nrole_arn = y\nsource_profile = default\n",
         "leads back"},
        {"[default]\nrole_arn = x\nsource_profile = a\n[profile a]\nregion = y\n", "has no credential"},
        {"[default]\nrole_arn = x\ncredential_source = environment\n", "none of Environment"},
        {"[default]\nrole_arn = x\ncredential_source = Environment\n", "AWS_ACCESS_KEY_ID is not set"},
        {"[default]\nrole_arn = x\nmfa_serial = s\nsource_profile = a\n[profile a]\naws_access_key_id = i\n"
         "aws_secret_access_key = secret-key-of-a\n",
         "aws configure export-credentials"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        fake_config(f, cases[i].config);
        fake_refused(f, KL_ERR_CREDENTIALS, cases[i].part);
        f->vault->kind->close(f->vault);
        f->vault = NULL;
    }
}

static void a_role_that_may_not_be_assumed_names_the_permission(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\nrole_arn = arn:a\nsource_profile = default\n"
                   "aws_access_key_id = id-of-self\naws_secret_access_key = secret-key-of-self\n");
    fake_expect(f,
                (struct fake_step){"POST", STS, NULL, 403, NULL,
                                   "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: x is not "
                                   "authorized to perform: sts:AssumeRole on resource: arn:a</Message>"
                                   "</Error></ErrorResponse>",
                                   0});
    fake_refused(f, KL_ERR_PERMISSION, "sts:AssumeRole");
}

static void a_web_identity_is_traded_unsigned(void **state) {
    struct fake *f = *state;
    fake_env("AWS_WEB_IDENTITY_TOKEN_FILE", fake_file(f, "token", "web-identity-token\n"));
    fake_env("AWS_ROLE_ARN", "arn:web");
    fake_expect(f, (struct fake_step){"POST", STS, "WebIdentityToken=web-identity-token\n", 200, NULL,
                                      ROLE_ANSWER("id-of-web"), 0});
    fake_found(f, "web-identity", "id-of-web");
    assert_string_equal(f->signer, "");
}

static void a_web_identity_may_stand_in_a_profile(void **state) {
    struct fake *f = *state;
    const char *token = fake_file(f, "token", "web-identity-token");
    fake_config(
        f, arena_printf(&f->arena, "[default]\nweb_identity_token_file = %s\nrole_arn = arn:p\n", token));
    fake_expect(f,
                (struct fake_step){"POST", STS, "RoleArn=arn%3Ap", 200, NULL, ROLE_ANSWER("id-of-web"), 0});
    fake_found(f, "web-identity", "id-of-web");
}

static void a_web_identity_that_is_not_whole_is_explained(void **state) {
    struct fake *f = *state;
    fake_env("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token");
    fake_refused(f, KL_ERR_CREDENTIALS, "AWS_ROLE_ARN");
    f->vault->kind->close(f->vault);
    fake_env("AWS_ROLE_ARN", "arn:web");
    fake_refused(f, KL_ERR_CREDENTIALS, "/nowhere/token");
    f->vault->kind->close(f->vault);
    fake_env("AWS_WEB_IDENTITY_TOKEN_FILE", fake_file(f, "token", "web-identity\ntoken"));
    fake_refused(f, KL_ERR_CREDENTIALS, "one line");
    f->vault->kind->close(f->vault);
    fake_env("AWS_WEB_IDENTITY_TOKEN_FILE", fake_file(f, "token", "web-identity-token"));
    fake_expect(f, (struct fake_step){"POST", STS, NULL, 400, NULL,
                                      "<E><Error><Code>InvalidIdentityToken</Code><Message>No provider"
                                      "</Message></Error></E>",
                                      0});
    fake_refused(f, KL_ERR_CREDENTIALS, "issuer or audience");
}

static void a_process_is_run_without_a_shell(void **state) {
    struct fake *f = *state;
    const char *script = fake_file(f, "a helper",
                                   "#!/bin/sh\n[ \"$1\" = '$HOME x' ] || exit 3\nprintf '%s' "
                                   "'{\"Version\":1,\"AccessKeyId\":\"id-of-process\","
                                   "\"SecretAccessKey\":\"secret-key-of-process\"}'\n");
    assert_int_equal(chmod(script, 0700), 0);
    fake_config(f, arena_printf(&f->arena, "[default]\ncredential_process = \"%s\" '$HOME x'\n", script));
    fake_found(f, "credential-process", "id-of-process");
}

static void a_process_that_fails_is_explained_without_its_output(void **state) {
    struct fake *f = *state;
    static const struct {
        const char *script, *part;
    } cases[] = {
        {"echo hidden-output; echo hidden-error >&2; exit 7", "ended with 7"},
        {"echo hidden-output", "\"Version\": 1"},
        {"echo '{\"Version\":2,\"AccessKeyId\":\"hidden-output\"}'", "\"Version\": 1"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"i\"}'", "SecretAccessKey"},
        {"echo '{\"Version\":1,\"AccessKeyId\":\"i\",\"SecretAccessKey\":\"hidden-output\",\"Expiration\":"
         "\"2020-01-01T00:00:00Z\"}'",
         "run out already"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        const char *script =
            fake_file(f, "helper", arena_printf(&f->arena, "#!/bin/sh\n%s\n", cases[i].script));
        assert_int_equal(chmod(script, 0700), 0);
        fake_config(f, arena_printf(&f->arena, "[default]\ncredential_process = %s\n", script));
        struct aws *w = fake_open(f);
        struct credential c = {0};
        struct error e = {0};
        assert_int_equal(credential_get(w->chain, &c, &e), KL_ERR_CREDENTIALS);
        fake_message(f, &e, cases[i].part);
        assert_null(strstr(e.message, "hidden"));
        f->vault->kind->close(f->vault);
        f->vault = NULL;
    }
}

static void a_process_of_the_working_directory_is_refused(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\ncredential_process = ./tools/helper\n");
    fake_refused(f, KL_ERR_REFUSED, "absolute");
}

static void a_session_of_aws_login_is_explained(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\nlogin_session = arn:x\n");
    fake_refused(f, KL_ERR_CREDENTIALS, "export-credentials");
}

static void write_login(struct fake *f, const char *of, const char *text) {
    char name[41];
    sha1_hex(slice_cstr(of), name);
    fake_file(f, arena_printf(&f->arena, ".aws/sso/cache/%s.json", name), text);
}

#define SSO_CONFIG                                                                                           \
    "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev Ops\n"                \
    "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n"
#define SSO_ANSWER                                                                                           \
    "{\"roleCredentials\":{\"accessKeyId\":\"id-of-sso\",\"secretAccessKey\":\"secret-key-of-sso\","         \
    "\"sessionToken\":\"session-token-of-sso\",\"expiration\":4070908800000}}"

static void a_login_of_identity_center_is_traded_for_a_role(void **state) {
    struct fake *f = *state;
    fake_config(f, SSO_CONFIG);
    write_login(f, "corp", "{\"accessToken\":\"sso-access-token\",\"expiresAt\":\"" LATER "\"}");
    fake_expect(f,
                (struct fake_step){"GET", PORTAL "?role_name=Dev%20Ops&account_id=123456789012",
                                   "x-amz-sso_bearer_token: sso-access-token\n", 200, NULL, SSO_ANSWER, 0});
    fake_found(f, "sso", "id-of-sso");
}

static void the_old_kind_of_login_is_found_by_its_start_url(void **state) {
    struct fake *f = *state;
    fake_config(f, "[default]\nsso_account_id = 1\nsso_role_name = Dev\nsso_region = eu-west-1\n"
                   "sso_start_url = https://corp.example/start\n");
    write_login(f, "https://corp.example/start",
                "{\"accessToken\":\"sso-access-token\",\"expiresAt\":\"2099-01-01T00:00:00UTC\"}");
    fake_expect(f, (struct fake_step){"GET", PORTAL, NULL, 200, NULL, SSO_ANSWER, 0});
    fake_found(f, "sso", "id-of-sso");
}

static void a_login_that_ran_out_is_refreshed_in_memory(void **state) {
    struct fake *f = *state;
    fake_config(f, SSO_CONFIG);
    write_login(f, "corp",
                "{\"accessToken\":\"sso-old-token\",\"expiresAt\":\"2020-01-01T00:00:00Z\",\"refreshToken\":"
                "\"sso-refresh-token\",\"clientId\":\"client\",\"clientSecret\":\"sso-client-secret\","
                "\"registrationExpiresAt\":\"" LATER "\"}");
    fake_expect(f, (struct fake_step){"POST", OIDC, "\"refreshToken\":\"sso-refresh-token\"", 200, NULL,
                                      "{\"accessToken\":\"sso-new-token\",\"expiresIn\":3600}", 0});
    fake_expect(f, (struct fake_step){"GET", PORTAL, "x-amz-sso_bearer_token: sso-new-token\n", 200, NULL,
                                      SSO_ANSWER, 0});
    fake_found(f, "sso", "id-of-sso");
}

static void why_there_is_no_login_is_explained(void **state) {
    struct fake *f = *state;
    static const struct {
        const char *config, *login, *part;
        unsigned status;
    } cases[] = {
        {SSO_CONFIG, NULL, "aws sso login --profile default", 0},
        {SSO_CONFIG, "{", "cannot be read", 0},
        {SSO_CONFIG, "{\"accessToken\":\"sso-old-token\"}", "not whole", 0},
        {SSO_CONFIG, "{\"accessToken\":\"sso-old-token\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}",
         "has run out", 0},
        {SSO_CONFIG, "{\"accessToken\":\"sso-old-token\",\"expiresAt\":\"" LATER "\"}", "aws sso login", 401},
        {"[default]\nsso_session = gone\nsso_account_id = 1\nsso_role_name = x\n", NULL,
         "no [sso-session gone]", 0},
        {"[default]\nsso_account_id = 1\nsso_role_name = x\n", NULL, "no sso_start_url", 0},
        {"[default]\nsso_session = corp\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = x\n"
         "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = y\n",
         NULL, "sso_region differs", 0},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        fake_config(f, cases[i].config);
        if (cases[i].login)
            write_login(f, "corp", cases[i].login);
        if (cases[i].status)
            fake_expect(f, (struct fake_step){"GET", PORTAL, NULL, cases[i].status, NULL, "{}", 0});
        fake_refused(f, KL_ERR_CREDENTIALS, cases[i].part);
        f->vault->kind->close(f->vault);
        f->vault = NULL;
    }
    fake_config(f, SSO_CONFIG);
    fake_expect(f, (struct fake_step){"GET", PORTAL, NULL, 403, NULL, "{\"message\":\"No access\"}", 0});
    fake_refused(f, KL_ERR_PERMISSION, "may not take the role Dev Ops");
}

static void a_container_asks_its_agent(void **state) {
    struct fake *f = *state;
    fake_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x");
    fake_expect(f, (struct fake_step){"GET", "http://169.254.170.2/v2/credentials/x", NULL, 200, NULL,
                                      KEYS_ANSWER("id-of-ecs"), 0});
    fake_found(f, "container", "id-of-ecs");
}

static void a_pod_shows_the_token_of_its_file(void **state) {
    struct fake *f = *state;
    fake_env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
    fake_env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "older-token-of-variable");
    fake_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", fake_file(f, "token", "pod-identity-token"));
    fake_expect(f, (struct fake_step){"GET", "http://169.254.170.23/v1/credentials",
                                      "Authorization: pod-identity-token\n", 200, NULL,
                                      KEYS_ANSWER("id-of-eks"), 0});
    fake_found(f, "container", "id-of-eks");
}

static void a_token_goes_to_no_other_host_in_the_clear(void **state) {
    struct fake *f = *state;
    static const char *const hosts[] = {"http://169.254.170.2.evil.example/", "http://10.0.0.1/x",
                                        "http://metadata.example/x"};
    fake_env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token-of-variable");
    for (size_t i = 0; i < KL_ARRAY_LEN(hosts); i++) {
        fake_env("AWS_CONTAINER_CREDENTIALS_FULL_URI", hosts[i]);
        fake_refused(f, KL_ERR_REFUSED, "without TLS");
        f->vault->kind->close(f->vault);
        f->vault = NULL;
    }
    fake_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ".evil.example/");
    fake_refused(f, KL_ERR_CREDENTIALS, "does not begin with");
    fake_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", NULL);
    f->vault->kind->close(f->vault);
    fake_env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/x");
    fake_env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token-of-variable\r\nX: y");
    fake_refused(f, KL_ERR_CREDENTIALS, "line end");
}

static void an_agent_that_refuses_is_explained(void **state) {
    struct fake *f = *state;
    fake_env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:9/x");
    fake_expect(f, (struct fake_step){"GET", "http://localhost:9/x", NULL, 403, NULL, "{}", 0});
    fake_refused(f, KL_ERR_CREDENTIALS, "403");
    f->vault->kind->close(f->vault);
    fake_expect(f, (struct fake_step){"GET", NULL, NULL, 200, NULL, "<html>", 0});
    fake_refused(f, KL_ERR_CREDENTIALS, "JSON");
    f->vault->kind->close(f->vault);
    fake_expect(f, (struct fake_step){"GET", NULL, NULL, 200, NULL,
                                      "{\"AccessKeyId\":\"i\",\"AccessKeyId\":\"j\"}", 0});
    fake_refused(f, KL_ERR_CREDENTIALS, "JSON");
}

static void an_instance_opens_a_session_first(void **state) {
    struct fake *f = *state;
    fake_expect(f,
                (struct fake_step){"PUT", IMDS "api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600\n",
                                   200, NULL, "imds-session-token", 0});
    fake_expect(f, (struct fake_step){"GET", IMDS "meta-data/iam/security-credentials/",
                                      "X-aws-ec2-metadata-token: imds-session-token\n", 200, NULL,
                                      "web-role\n", 0});
    fake_expect(f, (struct fake_step){"GET", IMDS "meta-data/iam/security-credentials/web-role",
                                      "X-aws-ec2-metadata-token: imds-session-token\n", 200, NULL,
                                      KEYS_ANSWER("id-of-imds"), 0});
    fake_found(f, "instance-metadata", "id-of-imds");
}

static void why_no_link_had_a_credential_is_told(void **state) {
    struct fake *f = *state;
    struct arena a = ARENA_INIT;
    struct credential c = {0};
    struct error e = {0};
    const char *lines[24];
    size_t count = 0;
    struct aws *w = fake_open(f);
    fake_expect(f, (struct fake_step){"PUT", IMDS, NULL, 0, NULL, NULL, KL_ERR_NETWORK});
    assert_int_equal(credential_get(w->chain, &c, &e), KL_ERR_CREDENTIALS);
    assert_non_null(strstr(e.message, "vaults check"));
    credential_chain_describe(w->chain, &a, lines, &count, KL_ARRAY_LEN(lines));
    assert_int_equal(count, 10);
    static const char *const reasons[] = {"AWS_ACCESS_KEY_ID is not set",
                                          "role_arn",
                                          "web_identity_token_file",
                                          "sso_role_name",
                                          "no profile \"default\"",
                                          "login_session",
                                          "credential_process",
                                          "no profile \"default\"",
                                          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                          "hop limit"};
    for (size_t i = 0; i < count; i++)
        assert_non_null(strstr(lines[i], reasons[i]));
    arena_release(&a);
}

static void an_instance_without_a_role_is_told_apart(void **state) {
    struct fake *f = *state;
    fake_expect(f, (struct fake_step){"PUT", IMDS, NULL, 200, NULL, "imds-session-token", 0});
    fake_expect(f, (struct fake_step){"GET", IMDS, NULL, 404, NULL, "", 0});
    fake_refused(f, KL_ERR_CREDENTIALS, "instance-metadata");
    f->vault->kind->close(f->vault);
    /* A name with a slash would ask for something else. */
    fake_expect(f, (struct fake_step){"PUT", IMDS, NULL, 200, NULL, "imds-session-token", 0});
    fake_expect(f, (struct fake_step){"GET", IMDS, NULL, 200, NULL, "../../user-data", 0});
    fake_refused(f, KL_ERR_CREDENTIALS, "instance-metadata");
    f->vault->kind->close(f->vault);
    fake_env("AWS_EC2_METADATA_DISABLED", "TRUE");
    fake_refused(f, KL_ERR_CREDENTIALS, "instance-metadata");
}

static void metadata_may_be_on_this_machine_and_nowhere_else_in_the_clear(void **state) {
    struct fake *f = *state;
    fake_env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://metadata.example/");
    fake_refused(f, KL_ERR_REFUSED, "not encrypted");
    f->vault->kind->close(f->vault);
    fake_env("AWS_EC2_METADATA_SERVICE_ENDPOINT", NULL);
    fake_env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
    fake_expect(f,
                (struct fake_step){"PUT", "http://[fd00:ec2::254]/latest/api/token", NULL, 404, NULL, "", 0});
    fake_refused(f, KL_ERR_CREDENTIALS, "instance-metadata");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FAKE_TEST(the_environment_goes_first),
        FAKE_TEST(half_a_key_in_the_environment_ends_the_search),
        FAKE_TEST(a_key_of_the_environment_that_ran_out_is_an_error),
        FAKE_TEST(a_profile_by_flag_goes_before_the_environment),
        FAKE_TEST(a_profile_by_variable_does_not),
        FAKE_TEST(keys_in_either_file_are_found),
        FAKE_TEST(half_a_key_in_a_file_ends_the_search),
        FAKE_TEST(a_role_is_assumed_with_the_keys_of_its_source),
        FAKE_TEST(roles_are_chained),
        FAKE_TEST(a_profile_may_be_its_own_source),
        FAKE_TEST(a_role_may_be_assumed_with_a_named_source),
        FAKE_TEST(broken_roles_are_explained),
        FAKE_TEST(a_role_that_may_not_be_assumed_names_the_permission),
        FAKE_TEST(a_web_identity_is_traded_unsigned),
        FAKE_TEST(a_web_identity_may_stand_in_a_profile),
        FAKE_TEST(a_web_identity_that_is_not_whole_is_explained),
        FAKE_TEST(a_process_is_run_without_a_shell),
        FAKE_TEST(a_process_that_fails_is_explained_without_its_output),
        FAKE_TEST(a_process_of_the_working_directory_is_refused),
        FAKE_TEST(a_session_of_aws_login_is_explained),
        FAKE_TEST(a_login_of_identity_center_is_traded_for_a_role),
        FAKE_TEST(the_old_kind_of_login_is_found_by_its_start_url),
        FAKE_TEST(a_login_that_ran_out_is_refreshed_in_memory),
        FAKE_TEST(why_there_is_no_login_is_explained),
        FAKE_TEST(a_container_asks_its_agent),
        FAKE_TEST(a_pod_shows_the_token_of_its_file),
        FAKE_TEST(a_token_goes_to_no_other_host_in_the_clear),
        FAKE_TEST(an_agent_that_refuses_is_explained),
        FAKE_TEST(an_instance_opens_a_session_first),
        FAKE_TEST(why_no_link_had_a_credential_is_told),
        FAKE_TEST(an_instance_without_a_role_is_told_apart),
        FAKE_TEST(metadata_may_be_on_this_machine_and_nowhere_else_in_the_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
