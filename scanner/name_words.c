#include "scanner/name_words.h"

/* A word starts at s.ptr[i]: after a separator, at a lower-to-upper change, and
 * at the last capital of a run ("APIKey": API, Key). */
static bool word_starts(struct slice s, size_t i) {
    char before = s.ptr[i - 1], here = s.ptr[i];
    if (!ascii_is_upper(here))
        return false;
    bool next_lower = i + 1 < s.len && ascii_is_lower(s.ptr[i + 1]);
    return ascii_is_lower(before) || ascii_is_digit(before) || (ascii_is_upper(before) && next_lower);
}

bool name_split(struct slice s, struct name_words *out) {
    out->count = 0;
    size_t len = 0; /* of the word being made */
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = ascii_is_upper(c) || ascii_is_lower(c);
        if (!letter || (i > 0 && len > 0 && word_starts(s, i)))
            len = 0;
        if (!letter)
            continue; /* digits and separators belong to no word */
        if (len == 0 && out->count++ == NAME_MAX_WORDS)
            return false;
        if (len + 1 >= NAME_WORD_MAX)
            return false;
        out->text[out->count - 1][len++] = (char)(ascii_is_upper(c) ? c + 32 : c);
        out->text[out->count - 1][len] = '\0';
    }
    return out->count > 0;
}

/* ---- what the words say ---- */

static const struct telling_word {
    const char *word;
    enum name_kind kind;
} telling[] = {
    {"password", NAME_PASSWORD},
    {"passwd", NAME_PASSWORD},
    {"passwort", NAME_PASSWORD},
    {"pwd", NAME_PASSWORD},
    {"passphrase", NAME_PASSWORD},
    {"passcode", NAME_PASSWORD},
    {"pword", NAME_PASSWORD},
    {"passw", NAME_PASSWORD},
    {"userpass", NAME_PASSWORD},
    {"dbpass", NAME_PASSWORD},
    {"dbpassword", NAME_PASSWORD},
    {"dbpasswd", NAME_PASSWORD},
    {"userpassword", NAME_PASSWORD},
    {"mypassword", NAME_PASSWORD},
    {"rootpassword", NAME_PASSWORD},
    {"adminpassword", NAME_PASSWORD},
    {"pgpassword", NAME_PASSWORD},
    {"sqlpassword", NAME_PASSWORD},
    {"secret", NAME_SECRET},
    {"secrets", NAME_SECRET},
    {"secretkey", NAME_SECRET},
    {"clientsecret", NAME_SECRET},
    {"appsecret", NAME_SECRET},
    {"apisecret", NAME_SECRET},
    {"secretaccesskey", NAME_SECRET},
    {"jwtsecret", NAME_SECRET},
    {"consumersecret", NAME_SECRET},
    {"credential", NAME_SECRET},
    {"credentials", NAME_SECRET},
    {"creds", NAME_SECRET},
    {"apikey", NAME_KEY},
    {"accesskey", NAME_KEY},
    {"authkey", NAME_KEY},
    {"privatekey", NAME_KEY},
    {"privkey", NAME_KEY},
    {"signingkey", NAME_KEY},
    {"encryptionkey", NAME_KEY},
    {"masterkey", NAME_KEY},
    {"appkey", NAME_KEY},
    {"accountkey", NAME_KEY},
    {"licensekey", NAME_KEY},
    {"servicekey", NAME_KEY},
    {"token", NAME_TOKEN},
    {"accesstoken", NAME_TOKEN},
    {"authtoken", NAME_TOKEN},
    {"apitoken", NAME_TOKEN},
    {"refreshtoken", NAME_TOKEN},
    {"bottoken", NAME_TOKEN},
    {"bearertoken", NAME_TOKEN},
    {"oauthtoken", NAME_TOKEN},
    {"usertoken", NAME_TOKEN},
    {"jwt", NAME_TOKEN},
    {"bearer", NAME_TOKEN},
    {"authorization", NAME_TOKEN},
    {"auth", NAME_TOKEN},
    {"salt", NAME_PLAIN_KEY},
    {"pepper", NAME_PLAIN_KEY},
    {"pat", NAME_TOKEN},
    {"otp", NAME_PLAIN_KEY},
    {"pass", NAME_PASSWORD},
    {"pw", NAME_PASSWORD},
};

/* What stands before "key" in a key that is a secret. */
static const char *const key_adjectives[] = {
    "api",      "access",     "auth",      "private", "priv",         "signing",     "sign",    "encryption",
    "encrypt",  "decryption", "master",    "app",     "account",      "license",     "service", "secret",
    "shared",   "hmac",       "aes",       "fernet",  "jwt",          "webhook",     "storage", "admin",
    "crypto",   "cipher",     "symmetric", "ssh",     "deploy",       "integration", "write",   "client",
    "consumer", "security",   "cookie",    "session", "subscription", "rsa",         "host",    "developer",
};

/* As the last word: the thing is about a secret, and holds none. */
static const char *const tails[] = {
    "url",         "urls",      "uri",        "file",       "filename",   "files",       "path",
    "paths",       "name",      "names",      "field",      "fields",     "header",      "headers",
    "regex",       "regexp",    "pattern",    "type",       "types",      "id",          "ids",
    "length",      "len",       "size",       "help",       "label",      "prompt",      "title",
    "text",        "message",   "msg",        "error",      "errors",     "hint",        "placeholder",
    "description", "desc",      "doc",        "docs",       "count",      "max",         "min",
    "limit",       "policy",    "validator",  "validators", "class",      "cls",         "format",
    "fmt",         "param",     "params",     "parameter",  "arg",        "args",        "option",
    "options",     "flag",      "var",        "env",        "envvar",     "variable",    "attr",
    "attribute",   "column",    "col",        "table",      "index",      "idx",         "prefix",
    "suffix",      "separator", "sep",        "delimiter",  "scheme",     "method",      "methods",
    "algorithm",   "alg",       "algo",       "hasher",     "hashers",    "encoder",     "version",
    "expiry",      "expires",   "expiration", "ttl",        "timeout",    "age",         "lifetime",
    "date",        "time",      "at",         "on",         "endpoint",   "host",        "hostname",
    "server",      "port",      "domain",     "realm",      "scope",      "scopes",      "audience",
    "issuer",      "grant",     "role",       "user",       "username",   "owner",       "provider",
    "manager",     "store",     "location",   "dir",        "directory",  "folder",      "reset",
    "change",      "changed",   "strength",   "generator",  "template",   "view",        "form",
    "widget",      "input",     "selector",   "xpath",      "css",        "locator",     "re",
    "mode",        "state",     "status",     "style",      "kind",       "action",      "event",
    "required",    "enabled",   "disabled",   "support",    "permission", "permissions", "list",
    "map",         "dict",      "mask",       "usage",      "sql",        "query",       "verb",
    "set",         "test",      "tests",      "hash",       "digest",     "fingerprint", "tokenizer",
    "usages",      "callback",  "func",       "function",   "handler",    "module",      "package",
    "backend",     "plugin",    "parser",     "schema",     "spec",       "model",       "object",
    "obj",         "instance",  "resource",   "arn",        "ref",        "reference",   "link",
    "page",        "tag",       "source",     "src",        "target",     "service",     "client",
    "region",      "default",   "defaults",   "example",    "examples",   "info",        "details",
    "data",        "metadata",  "config",     "settings",   "setting",    "section",     "group",
    "category",    "level",     "position",   "offset",     "line",       "number",      "no",
    "num",         "word",      "words",      "char",       "chars",      "charset",     "alphabet",
    "language",    "locale",    "encoding",   "rule",       "rules",      "check",       "checks",
    "match",       "symbol",    "icon",       "image",      "color",      "button",      "element",
    "node",        "command",   "cmd",        "script",     "operation",  "op",          "process",
    "task",        "job",       "queue",      "topic",      "bucket",     "project",     "namespace",
    "tenant",      "label",     "labels",     "as",         "by",         "for",         "from",
    "to",          "with",      "in",         "of",         "is",         "not",         "stdin",
    "only",        "first",     "last",       "start",      "end",        "begin",       "open",
    "close",       "unit",      "units",      "warning",    "uuid",       "uuids",       "guid",
};

/* Anywhere: what these words make of a name is no secret. */
static const char *const denials[] = {
    "public",     "pub",      "publishable", "csrf",        "xsrf",         "max",       "min",
    "num",        "is",       "has",         "use",         "should",       "allow",     "allows",
    "forgot",     "pad",      "eos",         "bos",         "unk",          "cls",       "sep",
    "mask",       "special",  "stop",        "primary",     "foreign",      "sort",      "partition",
    "cache",      "lookup",   "unique",      "missing",     "without",      "require",   "requires",
    "supports",   "enable",   "disable",     "show",        "hide",         "verify",    "validate",
    "parse",      "next",     "prev",        "previous",    "continuation", "page",      "paging",
    "pagination", "sync",     "lexer",       "syntax",      "grammar",      "tokenize",  "tokenizer",
    "delta",      "image",    "audio",       "video",       "vocab",        "separator", "hotkey",
    "shortcut",   "keyboard", "trans",       "translation", "error",        "errors",    "exception",
    "template",   "pattern",  "regex",       "re",          "help",         "count",     "usage",
    "begin",      "end",      "bypass",      "idempotency", "update",       "change",    "changed",
    "request",    "action",   "lifecycle",   "used",        "created",      "modified",  "reset",
};

/* Before "pat": a personal access token. */
static const char *const pat_owners[] = {"github", "gh",  "gitlab", "azure",
                                         "devops", "ado", "git",    "databricks"};

static const char *const mocks[] = {"test",  "fake",    "mock", "dummy",     "sample", "example",
                                    "wrong", "invalid", "bad",  "incorrect", "old",    "demo",
                                    "tmp",   "foo",     "bar",  "expected"};

static bool in_list(const char *word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (list[i][0] == word[0] && strcmp(list[i], word) == 0)
            return true;
    }
    return false;
}
#define IN(word, list) in_list((word), (list), KL_ARRAY_LEN(list))

static enum name_kind kind_of_word(const char *word) {
    for (size_t i = 0; i < KL_ARRAY_LEN(telling); i++) {
        if (strcmp(telling[i].word, word) == 0)
            return telling[i].kind;
    }
    return NAME_OTHER;
}

static bool starts_nocase(const char *s, size_t left, const char *word) {
    for (size_t i = 0; word[i] != '\0'; i++) {
        if (i == left || (s[i] | 0x20) != word[i])
            return false;
    }
    return true;
}

static const char *const roots[] = {"pass",  "pwd", "pw",   "pat",  "pep", "secret", "salt",
                                    "token", "key", "cred", "auth", "jwt", "bear",   "otp"};

/* Of each first letter of a root (by its last five bits), a bit for each second one. */
#define SECOND(letter) (UINT32_C(1) << ((letter)&31))
static const uint32_t root_pairs[32] = {
    ['a' & 31] = SECOND('u'),
    ['b' & 31] = SECOND('e'),
    ['c' & 31] = SECOND('r'),
    ['j' & 31] = SECOND('w'),
    ['k' & 31] = SECOND('e'),
    ['o' & 31] = SECOND('t'),
    ['p' & 31] = SECOND('a') | SECOND('w') | SECOND('e'),
    ['s' & 31] = SECOND('e') | SECOND('a'),
    ['t' & 31] = SECOND('o'),
};

const char *name_root(size_t i) {
    return i < KL_ARRAY_LEN(roots) ? roots[i] : NULL;
}

static bool is_root_at(struct slice text) {
    for (size_t r = 0; r < KL_ARRAY_LEN(roots); r++)
        if (starts_nocase(text.ptr, text.len, roots[r]))
            return true;
    return false;
}

/* Nearly every name ends here: none of the roots stands in it. */
static bool has_root(struct slice name) {
    for (size_t i = 0; i + 1 < name.len; i++)
        if ((root_pairs[name.ptr[i] & 31] >> (name.ptr[i + 1] & 31) & 1) != 0 &&
            is_root_at(slice_sub(name, i, name.len)))
            return true;
    return false;
}

/* "key" by the word before it; alone it says little. */
static enum name_kind kind_of_key(const struct name_words *w, unsigned at) {
    if (at == 0)
        return w->count == 1 ? NAME_PLAIN_KEY : NAME_OTHER;
    if (strcmp(w->text[at - 1], "secret") == 0)
        return NAME_SECRET;
    return IN(w->text[at - 1], key_adjectives) ? NAME_KEY : NAME_OTHER;
}

struct name_meaning name_meaning(struct slice name) {
    struct name_meaning m = {NAME_OTHER, false};
    struct name_words w;
    if (!has_root(name) || !name_split(name, &w))
        return m;
    /* Numbers and a trailing "value", "str", "bytes" do not change what it is. */
    while (w.count > 1 &&
           (IN(w.text[w.count - 1],
               ((const char *const[]){"value", "val", "str", "string", "bytes", "b", "s", "x", "raw", "base",
                                      "hex", "prod", "production", "dev", "staging", "live"}))))
        w.count--;
    const char *last = w.text[w.count - 1];
    bool in_dns = false; /* RFC 6376: what is called a token there is a name of a record */
    for (unsigned i = 0; i < w.count; i++) {
        if (IN(w.text[i], denials))
            return m;
        m.is_mock |= IN(w.text[i], mocks);
        in_dns |= strcmp(w.text[i], "dkim") == 0;
    }
    bool secret_id = w.count >= 2 && strcmp(last, "id") == 0 && strcmp(w.text[w.count - 2], "secret") == 0;
    if (IN(last, tails) && !secret_id)
        return m;
    if (strcmp(last, "key") == 0 || strcmp(last, "keys") == 0) {
        m.kind = kind_of_key(&w, w.count - 1);
        return m;
    }
    /* The last telling word decides; one further back still tells ("password_admin"). */
    for (unsigned i = w.count; i-- > 0 && m.kind == NAME_OTHER;) {
        m.kind = kind_of_word(w.text[i]);
        bool loose = strcmp(w.text[i], "pass") == 0 || strcmp(w.text[i], "pw") == 0 ||
                     strcmp(w.text[i], "pat") == 0 || strcmp(w.text[i], "auth") == 0 ||
                     strcmp(w.text[i], "otp") == 0 || strcmp(w.text[i], "salt") == 0;
        if (loose && i + 1 != w.count)
            m.kind = NAME_OTHER;
        if (m.kind == NAME_OTHER && i > 0 && strcmp(w.text[i], "key") == 0)
            m.kind = kind_of_key(&w, i) == NAME_PLAIN_KEY ? NAME_OTHER : kind_of_key(&w, i);
    }
    if (m.kind == NAME_TOKEN && in_dns)
        m.kind = NAME_OTHER;
    if (m.kind == NAME_TOKEN && strcmp(last, "pat") == 0 &&
        !(w.count > 1 && IN(w.text[w.count - 2], pat_owners)))
        m.kind = NAME_OTHER; /* more often a pattern */
    return m;
}

bool name_denies_secret(struct slice name) {
    static const char *const words[] = {
        "hash",        "hashes",    "digest",  "sha",       "md",     "crc",  "checksum", "checksums",
        "commit",      "revision",  "rev",     "etag",      "uuid",   "guid", "id",       "ids",
        "nonce",       "signature", "sig",     "integrity", "public", "pub",  "cert",     "certificate",
        "fingerprint", "alphabet",  "charset", "chars",     "image",  "icon", "svg",      "png",
        "pattern",     "regex",     "re",      "url",       "uri",    "path", "file",     "filename",
        "name",        "title",     "label",   "version",   "format", "type", "message",  "model",
        "checkpoint",  "device",    "serial",  "mac",       "unique", "uid",  "blob",     "address",
        "hostname",    "host",      "seed",    "encoded",   "html",   "iv",
    };
    struct name_words w;
    if (name.len == 0)
        return false;
    if (has_root(name))
        return true;
    for (unsigned i = 0; name_split(name, &w) && i < w.count; i++)
        if (IN(w.text[i], words))
            return true;
    return false;
}
