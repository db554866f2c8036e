/* aws_failure.c: what AWS's errors mean, and what to do about each. Sources: "Common
 * error types" in the Secrets Manager and STS API references, and the errors listed
 * with each operation there. */
#include "backends/aws.h"
#include "backends/aws_time.h"

#include "base/system.h"

/* A signature is good for five minutes around the server's time. */
#define CLOCK_TOLERANCE_S 300

enum text { TEXT_HIDDEN, TEXT_SHOWN };

/* "{action}" in the advice is the permission that the call needs. */
static const struct {
    const char *code;
    enum kl_status status;
    enum text text; /* hidden where it may quote the request */
    const char *advice;
} meanings[] = {
    {"ResourceNotFoundException", KL_ERR_NOT_FOUND, TEXT_HIDDEN, "there is no such secret"},
    {"ResourceExistsException", KL_ERR_CONFLICT, TEXT_HIDDEN, "a secret of this name is there already"},
    {"InvalidRequestException", KL_ERR_REFUSED, TEXT_SHOWN, "the secret's state does not allow this"},
    {"InvalidParameterException", KL_ERR_UNSUPPORTED, TEXT_HIDDEN,
     "AWS does not take a part of the request; look at the name, --prefix and --aws-kms-key"},
    {"ValidationException", KL_ERR_UNSUPPORTED, TEXT_HIDDEN,
     "AWS does not take a part of the request; look at the name, --prefix and --aws-kms-key"},
    {"InvalidNextTokenException", KL_ERR_PROTOCOL, TEXT_HIDDEN, "AWS did not know its own page again"},
    {"LimitExceededException", KL_ERR_LIMIT, TEXT_SHOWN,
     "a quota of the account is used up; delete what is not needed, or ask for more under Service Quotas"},
    {"PreconditionNotMetException", KL_ERR_REFUSED, TEXT_SHOWN, "the secret's state does not allow this"},
    {"AccessDeniedException", KL_ERR_PERMISSION, TEXT_SHOWN,
     "the credential may not {action}; add it to the IAM policy (docs/vaults/aws.md has one)"},
    {"AccessDenied", KL_ERR_PERMISSION, TEXT_SHOWN,
     "the credential may not {action}; add it to the IAM policy, and to the role's trust policy where it "
     "is a role"},
    {"DecryptionFailure", KL_ERR_PERMISSION, TEXT_SHOWN,
     "the KMS key does not decrypt; the credential needs kms:Decrypt on it, and the key must be enabled"},
    {"EncryptionFailure", KL_ERR_PERMISSION, TEXT_SHOWN,
     "the KMS key does not encrypt; the credential needs kms:GenerateDataKey and kms:Decrypt on it, and "
     "the key must be enabled"},
    {"OptInRequired", KL_ERR_PERMISSION, TEXT_SHOWN, "the account has not enabled this service or region"},
    {"RegionDisabledException", KL_ERR_PERMISSION, TEXT_SHOWN,
     "STS is not active in this region for the account; activate it in IAM's account settings"},
    {"ExpiredTokenException", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "the credential has run out; get a new one (aws sso login, or whatever made it)"},
    {"ExpiredToken", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "the credential has run out; get a new one (aws sso login, or whatever made it)"},
    {"UnrecognizedClientException", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "AWS does not know the access key, or its session token is missing or was cut"},
    {"InvalidClientTokenId", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "AWS does not know the access key, or its session token is missing or was cut"},
    {"InvalidSignatureException", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "the signature is wrong: the secret key is not that of this access key id"},
    {"SignatureDoesNotMatch", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "the signature is wrong: the secret key is not that of this access key id"},
    {"IncompleteSignature", KL_ERR_CREDENTIALS, TEXT_HIDDEN, "AWS takes the request for unsigned"},
    {"IncompleteSignatureException", KL_ERR_CREDENTIALS, TEXT_HIDDEN, "AWS takes the request for unsigned"},
    {"MissingAuthenticationToken", KL_ERR_CREDENTIALS, TEXT_HIDDEN, "AWS takes the request for unsigned"},
    {"MissingAuthenticationTokenException", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "AWS takes the request for unsigned"},
    {"RequestExpired", KL_ERR_CREDENTIALS, TEXT_HIDDEN, "the request came too late; is the clock right?"},
    {"RequestTimeTooSkewed", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "the request came too late; is the clock right?"},
    {"NotAuthorizedException", KL_ERR_CREDENTIALS, TEXT_HIDDEN, "AWS does not take this credential"},
    {"UnauthorizedException", KL_ERR_CREDENTIALS, TEXT_HIDDEN,
     "the session has run out or was revoked; run: aws sso login"},
    {"InvalidIdentityToken", KL_ERR_CREDENTIALS, TEXT_SHOWN,
     "the role does not take this web identity token: its issuer or audience is another"},
    {"IDPRejectedClaim", KL_ERR_CREDENTIALS, TEXT_HIDDEN, "the web identity token has run out or is void"},
    {"IDPCommunicationError", KL_ERR_NETWORK, TEXT_SHOWN, "AWS could not ask the identity provider"},
    {"ThrottlingException", KL_ERR_THROTTLED, TEXT_HIDDEN, "AWS asks to slow down; run keylift again later"},
    {"Throttling", KL_ERR_THROTTLED, TEXT_HIDDEN, "AWS asks to slow down; run keylift again later"},
    {"ThrottledException", KL_ERR_THROTTLED, TEXT_HIDDEN, "AWS asks to slow down; run keylift again later"},
    {"RequestLimitExceeded", KL_ERR_THROTTLED, TEXT_HIDDEN, "AWS asks to slow down; run keylift again later"},
    {"TooManyRequestsException", KL_ERR_THROTTLED, TEXT_HIDDEN,
     "AWS asks to slow down; run keylift again later"},
};

static void copy_text(char *out, size_t size, const char *text) {
    size_t n = 0;
    for (; text && text[n] && n + 1 < size; n++) {
        unsigned char c = (unsigned char)text[n];
        out[n] = c < 0x20 || c == 0x7f ? ' ' : text[n];
    }
    /* Not in the middle of a character. */
    if (text && text[n])
        while (n && ((unsigned char)out[n - 1] & 0x80))
            n--;
    out[n] = '\0';
}

/* "com.amazonaws.secretsmanager#Name" and "Name:http://..." are both Name. */
static void copy_code(char *out, size_t size, struct slice code) {
    size_t hash = slice_find_byte(code, '#', 0);
    code = slice_sub(code, hash == SIZE_MAX ? 0 : hash + 1, code.len);
    size_t n = 0;
    for (; n < code.len && n + 1 < size; n++) {
        char c = code.ptr[n];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '_';
        if (!word)
            break;
        out[n] = c;
    }
    out[n] = '\0';
}

static void read_json(struct slice body, struct aws_failure *out) {
    struct error ignored;
    cJSON *j = NULL;
    if (json_parse(body, "answer", &j, &ignored) != KL_OK)
        return;
    const char *code = json_string(j, "__type"), *text = json_string(j, "message");
    if (!code)
        code = json_string(j, "error"); /* SSO OIDC, as OAuth has it */
    if (!out->code[0])
        copy_code(out->code, sizeof out->code, slice_cstr(code));
    copy_text(out->text, sizeof out->text, text ? text : json_string(j, "Message"));
    json_delete_secret(j);
}

static void read_xml(struct slice body, struct aws_failure *out) {
    struct buf text = BUF_INIT_SECRET(HTTP_MAX_BODY_BYTES);
    if (!out->code[0] && aws_xml_text(body, "Code", &text))
        copy_code(out->code, sizeof out->code, buf_as_slice(&text));
    buf_clear(&text);
    if (aws_xml_text(body, "Message", &text))
        copy_text(out->text, sizeof out->text, buf_cstr(&text));
    buf_release(&text);
}

void aws_failure_read(const struct http_response *r, struct aws_failure *out) {
    struct slice value, body = buf_as_slice(&r->body), start = slice_trim(body);
    uint64_t server;
    *out = (struct aws_failure){.status = r->status};
    if (http_response_header(r, "x-amzn-errortype", &value))
        copy_code(out->code, sizeof out->code, value);
    if (start.len && start.ptr[0] == '<')
        read_xml(body, out);
    else
        read_json(body, out);
    if (http_response_header(r, "date", &value) && aws_time_http(slice_trim(value), &server))
        out->clock_ahead_s = (int64_t)system_unix_time() - (int64_t)server;
}

bool aws_failure_is(const struct aws_failure *f, const char *code) {
    return strcmp(f->code, code) == 0;
}

bool aws_failure_is_expired(const struct aws_failure *f) {
    return aws_failure_is(f, "ExpiredTokenException") || aws_failure_is(f, "ExpiredToken");
}

bool aws_is_throttled(const struct http_response *r) {
    struct aws_failure f;
    if (r->status < 400)
        return false;
    aws_failure_read(r, &f);
    for (size_t i = 0; i < KL_ARRAY_LEN(meanings); i++)
        if (meanings[i].status == KL_ERR_THROTTLED && aws_failure_is(&f, meanings[i].code))
            return true;
    return false;
}

/* "... is not authorized to perform: kms:Decrypt on ...": the permission is another one
 * than the call's own name. */
static void missing_action(const struct aws_failure *f, const char *action, char *out, size_t size) {
    struct slice text = slice_cstr(f->text);
    size_t at = slice_find(text, SLICE_LIT("perform: "), 0), n = 0;
    if (at == SIZE_MAX) {
        copy_text(out, size, action);
        return;
    }
    for (at += strlen("perform: "); at < text.len && n + 1 < size; at++) {
        char c = text.ptr[at];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != ':' && c != '*')
            break;
        out[n++] = c;
    }
    out[n] = '\0';
}

static enum kl_status explain_clock(const struct aws_failure *f, const char *what, struct error *e) {
    bool ahead = f->clock_ahead_s > 0;
    long long seconds = (long long)(ahead ? f->clock_ahead_s : -f->clock_ahead_s);
    return error_set(e, KL_ERR_CREDENTIALS,
                     "%s: this machine's clock is %lld seconds %s AWS's, which makes signatures void; set it "
                     "(for example: timedatectl set-ntp true) (AWS answered %s)",
                     what, seconds, ahead ? "ahead of" : "behind", f->code);
}

/* No error that AWS documents: a proxy, another service, an outage. */
static enum kl_status explain_unknown(const struct aws_failure *f, const char *action, const char *what,
                                      struct error *e) {
    const char *code = f->code[0] ? f->code : "no error code of AWS";
    if (f->status == 429)
        return error_set(e, KL_ERR_THROTTLED, "%s: AWS asks to slow down; run keylift again later", what);
    if (f->status >= 500)
        return error_set(e, KL_ERR_NETWORK, "%s: AWS failed at %s (%u, %s); run keylift again later", what,
                         action, f->status, code);
    return error_set(e, KL_ERR_PROTOCOL,
                     "%s: %s was answered with %u and %s; is the endpoint AWS's, and is there a proxy in "
                     "between?",
                     what, action, f->status, code);
}

enum kl_status aws_failure_explain(const struct aws_failure *f, const char *action, const char *what,
                                   struct error *e) {
    size_t row = 0;
    while (row < KL_ARRAY_LEN(meanings) && !aws_failure_is(f, meanings[row].code))
        row++;
    if (row == KL_ARRAY_LEN(meanings))
        return explain_unknown(f, action, what, e);
    bool skewed = f->clock_ahead_s > CLOCK_TOLERANCE_S || f->clock_ahead_s < -CLOCK_TOLERANCE_S;
    if (meanings[row].status == KL_ERR_CREDENTIALS && skewed)
        return explain_clock(f, what, e);
    struct slice advice = slice_cstr(meanings[row].advice);
    size_t hole = slice_find(advice, SLICE_LIT("{action}"), 0);
    struct slice before = slice_sub(advice, 0, hole == SIZE_MAX ? advice.len : hole);
    struct slice after =
        hole == SIZE_MAX ? (struct slice){0} : slice_sub(advice, hole + strlen("{action}"), advice.len);
    char needed[96] = "";
    if (hole != SIZE_MAX)
        missing_action(f, action, needed, sizeof needed);
    bool shown = meanings[row].text == TEXT_SHOWN && f->text[0];
    return error_set(e, meanings[row].status, "%s: %.*s%s%.*s (AWS answered %s%s%s)", what, SLICE_ARG(before),
                     needed, SLICE_ARG(after), f->code, shown ? ": " : "", shown ? f->text : "");
}
