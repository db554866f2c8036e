/* aws_fake_secrets.h: Secrets Manager's side of the script of aws_fake.h. */
#ifndef KEYLIFT_TESTS_SUPPORT_AWS_FAKE_SECRETS_H
#define KEYLIFT_TESTS_SUPPORT_AWS_FAKE_SECRETS_H

#include "tests/support/aws_fake.h"

#define URL "https://secretsmanager.eu-central-1.amazonaws.com/"
#define ERROR(code, text) "{\"__type\":\"" code "\",\"message\":\"" text "\"}"
#define VALUE "value-of-the-secret"

static inline struct aws *open_with_keys(struct fake *f) {
    fake_keys();
    f->options.prefix = "prod/";
    redact_add(f->known, SLICE_LIT(VALUE));
    return fake_open(f);
}

/* Adds an answer of Secrets Manager to `operation`. */
static inline void answer(struct fake *f, const char *operation, unsigned status, const char *body) {
    fake_expect(f, (struct fake_step){"POST", URL, operation, status, NULL, body, 0});
}

#endif
