/* sinks.c: see sinks.h. The places are those of the libraries' signatures: Python's own (ftplib, hmac,
 * ssl...), requests, httpx, cryptography, PyCryptodome, PyNaCl, itsdangerous, PyJWT, drivers of databases,
 * SDKs of services. A name that many libraries have (Client, connect) needs its owner, unless they agree on
 * the place. */
#include "scanner/sinks.h"

#include "base/bisect.h"

const struct sink sink_table[] = {
    {"AES", "algorithms", 0, NAME_KEY},
    {"AESCCM", NULL, 0, NAME_KEY},
    {"AESGCM", NULL, 0, NAME_KEY},
    {"AESModeOfOperationCBC", "pyaes", 0, NAME_KEY},
    {"AESModeOfOperationCTR", "pyaes", 0, NAME_KEY},
    {"AESModeOfOperationECB", "pyaes", 0, NAME_KEY},
    {"AESOCB3", NULL, 0, NAME_KEY},
    {"AESSIV", NULL, 0, NAME_KEY},
    {"API", "krakenex", 1, NAME_SECRET},
    {"AWS4Auth", NULL, 1, NAME_SECRET},
    {"Airtable", NULL, 2, NAME_KEY},
    {"Api", "pyairtable", 0, NAME_KEY},
    {"AsyncWebClient", NULL, 0, NAME_TOKEN},
    {"AuthTktAuthenticationPolicy", NULL, 0, NAME_SECRET},
    {"AuthTktCookieHelper", NULL, 0, NAME_SECRET},
    {"AuthenticatedClient", NULL, 1, NAME_SECRET},
    {"AuthenticatedClient", NULL, 2, NAME_PASSWORD},
    {"AzureKeyCredential", NULL, 0, NAME_KEY},
    {"AzureNamedKeyCredential", NULL, 1, NAME_KEY},
    {"AzureSasCredential", NULL, 0, NAME_TOKEN},
    {"BasicAuth", NULL, 1, NAME_PASSWORD},
    {"BasicAuthentication", NULL, 1, NAME_PASSWORD},
    {"BestAvailableEncryption", NULL, 0, NAME_PASSWORD},
    {"Bitbucket", NULL, 2, NAME_PASSWORD},
    {"BlockBlobService", NULL, 1, NAME_KEY},
    {"Blowfish", "algorithms", 0, NAME_KEY},
    {"ChaCha20", "algorithms", 0, NAME_KEY},
    {"ChaCha20Poly1305", NULL, 0, NAME_KEY},
    {"Client", "binance.client", 1, NAME_SECRET},
    {"Client", "coinbase.wallet.client", 1, NAME_SECRET},
    {"Client", "finnhub", 0, NAME_KEY},
    {"Client", "googlemaps", 0, NAME_KEY},
    {"Client", "hvac", 1, NAME_TOKEN},
    {"Client", "messagebird", 0, NAME_KEY},
    {"Client", "nexmo", 1, NAME_SECRET},
    {"Client", "twilio.rest", 1, NAME_TOKEN},
    {"Client", "vonage", 1, NAME_SECRET},
    {"ClientCredential", NULL, 1, NAME_SECRET},
    {"ClientSecretCredential", NULL, 2, NAME_SECRET},
    {"CognitiveServicesCredentials", NULL, 0, NAME_KEY},
    {"Confluence", NULL, 2, NAME_PASSWORD},
    {"Connect", "pyVim.connect", 3, NAME_PASSWORD},
    {"Connection", "cx_Oracle", 1, NAME_PASSWORD},
    {"Connection", "ldap3", 2, NAME_PASSWORD},
    {"Connection", "pysftp", 3, NAME_PASSWORD},
    {"Consul", "consul", 2, NAME_TOKEN},
    {"Credentials", "exchangelib", 1, NAME_PASSWORD},
    {"DataFrameClient", NULL, 3, NAME_PASSWORD},
    {"DigestAuth", NULL, 1, NAME_PASSWORD},
    {"Dropbox", NULL, 0, NAME_TOKEN},
    {"EC2Connection", NULL, 1, NAME_SECRET},
    {"EncryptedCookieStorage", NULL, 0, NAME_SECRET},
    {"FTP", NULL, 2, NAME_PASSWORD},
    {"FTP_TLS", NULL, 2, NAME_PASSWORD},
    {"Fernet", NULL, 0, NAME_KEY},
    {"FileService", NULL, 1, NAME_KEY},
    {"Gitea", "gitea", 1, NAME_TOKEN},
    {"Github", NULL, 0, NAME_TOKEN},
    {"Gitlab", "gitlab", 1, NAME_TOKEN},
    {"HTTPBasicAuth", NULL, 1, NAME_PASSWORD},
    {"HTTPDigestAuth", NULL, 1, NAME_PASSWORD},
    {"HTTPProxyAuth", NULL, 1, NAME_PASSWORD},
    {"HttpNegotiateAuth", NULL, 1, NAME_PASSWORD},
    {"HttpNtlmAuth", NULL, 1, NAME_PASSWORD},
    {"InfluxDBClient", NULL, 3, NAME_PASSWORD},
    {"JSONWebSignatureSerializer", NULL, 0, NAME_SECRET},
    {"Jenkins", NULL, 2, NAME_PASSWORD},
    {"Jira", NULL, 2, NAME_PASSWORD},
    {"LinodeClient", NULL, 0, NAME_TOKEN},
    {"Login", "Auth", 1, NAME_PASSWORD},
    {"LoginManager", NULL, 0, NAME_SECRET},
    {"Mandrill", NULL, 0, NAME_KEY},
    {"Minio", NULL, 2, NAME_SECRET},
    {"MyPlexAccount", NULL, 1, NAME_PASSWORD},
    {"NNTP", NULL, 3, NAME_PASSWORD},
    {"NNTP_SSL", NULL, 3, NAME_PASSWORD},
    {"NewsApiClient", NULL, 0, NAME_KEY},
    {"OAuth1", NULL, 1, NAME_SECRET},
    {"OAuth1", NULL, 3, NAME_SECRET},
    {"OAuth1Auth", NULL, 1, NAME_SECRET},
    {"OAuth1Auth", NULL, 3, NAME_SECRET},
    {"OAuth1Session", NULL, 1, NAME_SECRET},
    {"OAuth1Session", NULL, 3, NAME_SECRET},
    {"OAuth1UserHandler", NULL, 1, NAME_SECRET},
    {"OAuth1UserHandler", NULL, 3, NAME_SECRET},
    {"OAuth2BearerHandler", NULL, 0, NAME_TOKEN},
    {"OAuthHandler", NULL, 1, NAME_SECRET},
    {"OWM", NULL, 0, NAME_KEY},
    {"PBKDF2", NULL, 0, NAME_PASSWORD},
    {"PlainCredentials", NULL, 1, NAME_PASSWORD},
    {"PlainTextAuthProvider", NULL, 1, NAME_PASSWORD},
    {"PlexServer", NULL, 1, NAME_TOKEN},
    {"Pusher", "pusher", 2, NAME_SECRET},
    {"Pushover", NULL, 0, NAME_TOKEN},
    {"QueueService", NULL, 1, NAME_KEY},
    {"REST", "alpaca_trade_api", 1, NAME_SECRET},
    {"REST", "tradeapi", 1, NAME_SECRET},
    {"RTMClient", NULL, 0, NAME_TOKEN},
    {"Redis", "aioredis", 3, NAME_PASSWORD},
    {"Redis", "redis", 3, NAME_PASSWORD},
    {"RestClient", "plivo", 1, NAME_TOKEN},
    {"S3Connection", NULL, 1, NAME_SECRET},
    {"SMBConnection", NULL, 1, NAME_PASSWORD},
    {"SMTP", "yagmail", 1, NAME_PASSWORD},
    {"SecretBox", NULL, 0, NAME_KEY},
    {"SendGridAPIClient", NULL, 0, NAME_KEY},
    {"SharedKeyCredentialPolicy", NULL, 1, NAME_KEY},
    {"SignedCookieSessionFactory", NULL, 0, NAME_SECRET},
    {"Signer", NULL, 0, NAME_SECRET},
    {"SigningKey", NULL, 0, NAME_KEY},
    {"SlackClient", NULL, 0, NAME_TOKEN},
    {"Slacker", NULL, 0, NAME_TOKEN},
    {"SmartConnect", NULL, 4, NAME_PASSWORD},
    {"SmartConnectNoSSL", NULL, 4, NAME_PASSWORD},
    {"SpotifyClientCredentials", NULL, 1, NAME_SECRET},
    {"StrictRedis", "redis", 3, NAME_PASSWORD},
    {"StripeClient", NULL, 0, NAME_KEY},
    {"Table", "pyairtable", 0, NAME_KEY},
    {"TableService", NULL, 1, NAME_KEY},
    {"TeleBot", NULL, 0, NAME_TOKEN},
    {"TelegramClient", NULL, 2, NAME_SECRET},
    {"TimeSeries", NULL, 0, NAME_KEY},
    {"TimedJSONWebSignatureSerializer", NULL, 0, NAME_SECRET},
    {"TimedSerializer", NULL, 0, NAME_SECRET},
    {"TimestampSigner", NULL, 0, NAME_SECRET},
    {"TodoistAPI", NULL, 0, NAME_TOKEN},
    {"Token", "Auth", 0, NAME_TOKEN},
    {"Translator", "deepl", 0, NAME_KEY},
    {"TrelloClient", NULL, 1, NAME_SECRET},
    {"TrelloClient", "trello", 1, NAME_SECRET},
    {"TripleDES", "algorithms", 0, NAME_KEY},
    {"TwilioRestClient", NULL, 1, NAME_TOKEN},
    {"URLSafeSerializer", NULL, 0, NAME_SECRET},
    {"URLSafeTimedSerializer", NULL, 0, NAME_SECRET},
    {"UserCredential", NULL, 1, NAME_PASSWORD},
    {"UserPassAuth", NULL, 1, NAME_PASSWORD},
    {"UserPassCredentials", NULL, 1, NAME_PASSWORD},
    {"UsernamePasswordCredential", NULL, 2, NAME_PASSWORD},
    {"UsernameToken", NULL, 1, NAME_PASSWORD},
    {"WebClient", NULL, 0, NAME_TOKEN},
    {"Wit", NULL, 0, NAME_TOKEN},
    {"auth_password", NULL, 1, NAME_PASSWORD},
    {"authenticate", NULL, 1, NAME_PASSWORD},
    {"basic_auth", NULL, 1, NAME_PASSWORD},
    {"bearer_auth", NULL, 0, NAME_TOKEN},
    {"bind_s", NULL, 1, NAME_PASSWORD},
    {"connect", "MySQLdb", 2, NAME_PASSWORD},
    {"connect", "cx_Oracle", 1, NAME_PASSWORD},
    {"connect", "easyimap", 2, NAME_PASSWORD},
    {"connect", "fdb", 2, NAME_PASSWORD},
    {"connect", "firebirdsql", 2, NAME_PASSWORD},
    {"connect", "hdbcli.dbapi", 3, NAME_PASSWORD},
    {"connect", "kinterbasdb", 2, NAME_PASSWORD},
    {"connect", "pyhdb", 3, NAME_PASSWORD},
    {"connect", "pymssql", 2, NAME_PASSWORD},
    {"connect", "pymysql", 2, NAME_PASSWORD},
    {"connect", "ssh", 3, NAME_PASSWORD},
    {"connect", "ssh_client", 3, NAME_PASSWORD},
    {"connect", "sshclient", 3, NAME_PASSWORD},
    {"connect_dynamodb", NULL, 1, NAME_SECRET},
    {"connect_ec2", NULL, 1, NAME_SECRET},
    {"connect_s3", NULL, 1, NAME_SECRET},
    {"connect_sns", NULL, 1, NAME_SECRET},
    {"connect_sqs", NULL, 1, NAME_SECRET},
    {"create", "SearchClient", 1, NAME_KEY},
    {"create_superuser", NULL, 2, NAME_PASSWORD},
    {"create_user", NULL, 2, NAME_PASSWORD},
    {"decode", "jwt", 1, NAME_SECRET},
    {"decrypt", "jwe", 1, NAME_SECRET},
    {"decryptFile", NULL, 2, NAME_PASSWORD},
    {"digest", "hmac", 0, NAME_SECRET},
    {"encode", "jwt", 1, NAME_SECRET},
    {"encrypt", "jwe", 1, NAME_SECRET},
    {"encryptFile", NULL, 2, NAME_PASSWORD},
    {"from_key", "Account", 0, NAME_KEY},
    {"from_private_key", NULL, 1, NAME_PASSWORD},
    {"from_private_key_file", NULL, 1, NAME_PASSWORD},
    {"generate_password_hash", NULL, 0, NAME_PASSWORD},
    {"hashpw", NULL, 0, NAME_PASSWORD},
    {"importKey", "RSA", 1, NAME_PASSWORD},
    {"import_key", "ECC", 1, NAME_PASSWORD},
    {"import_key", "RSA", 1, NAME_PASSWORD},
    {"load_cert_chain", NULL, 2, NAME_PASSWORD},
    {"load_der_private_key", NULL, 1, NAME_PASSWORD},
    {"load_key_and_certificates", NULL, 1, NAME_PASSWORD},
    {"load_pem_private_key", NULL, 1, NAME_PASSWORD},
    {"load_pkcs12", NULL, 1, NAME_PASSWORD},
    {"load_privatekey", NULL, 2, NAME_PASSWORD},
    {"load_ssh_private_key", NULL, 1, NAME_PASSWORD},
    {"login", NULL, 1, NAME_PASSWORD},
    {"login_with_password", NULL, 1, NAME_PASSWORD},
    {"make_password", NULL, 0, NAME_PASSWORD},
    {"new", "AES", 0, NAME_KEY},
    {"new", "ARC2", 0, NAME_KEY},
    {"new", "ARC4", 0, NAME_KEY},
    {"new", "Blowfish", 0, NAME_KEY},
    {"new", "CAST", 0, NAME_KEY},
    {"new", "CMAC", 0, NAME_KEY},
    {"new", "ChaCha20", 0, NAME_KEY},
    {"new", "DES", 0, NAME_KEY},
    {"new", "DES3", 0, NAME_KEY},
    {"new", "HMAC", 0, NAME_KEY},
    {"new", "Salsa20", 0, NAME_KEY},
    {"new", "hmac", 0, NAME_SECRET},
    {"pass_", NULL, 0, NAME_PASSWORD},
    {"pbkdf2_hmac", NULL, 1, NAME_PASSWORD},
    {"privateKeyToAccount", NULL, 0, NAME_KEY},
    {"register_session", NULL, 2, NAME_PASSWORD},
    {"set_access_token", NULL, 1, NAME_SECRET},
    {"set_password", NULL, 0, NAME_PASSWORD},
    {"set_password", "keyring", 2, NAME_PASSWORD},
    {"setpassword", NULL, 0, NAME_PASSWORD},
    {"sign", "jws", 1, NAME_SECRET},
    {"signTransaction", NULL, 1, NAME_KEY},
    {"sign_transaction", NULL, 1, NAME_KEY},
    {"simple_bind", NULL, 1, NAME_PASSWORD},
    {"simple_bind_s", NULL, 1, NAME_PASSWORD},
    {"verify", "jws", 1, NAME_SECRET},
};
const size_t sink_table_len = KL_ARRAY_LEN(sink_table);

/* "requests.auth" ends with the owner "auth"; "oauth" does not. */
static bool owner_is(struct slice before, const char *owner) {
    size_t len = strlen(owner);
    return slice_ends(before, owner) && (before.len == len || before.ptr[before.len - len - 1] == '.');
}

/* The first row of the function, or where it would be. */
static size_t first_row(struct slice function) {
    struct bisection b = {.high = sink_table_len};
    while (bisect(&b))
        bisect_tell(&b, slice_cmp(function, slice_cstr(sink_table[b.middle].function)) > 0);
    return b.low;
}

/* Splits "a.b.f" in "a.b" and "f". */
static struct slice split(struct slice callee, struct slice *before) {
    size_t dot = callee.len;
    while (dot > 0 && callee.ptr[dot - 1] != '.')
        dot--;
    *before = slice_sub(callee, 0, dot > 0 ? dot - 1 : 0);
    return slice_sub(callee, dot, callee.len);
}

unsigned sink_kinds(struct slice callee) {
    struct slice before, function = split(callee, &before);
    bool owner_known = !slice_starts(callee, ".");
    unsigned kinds = 0;
    for (size_t row = function.len > 0 ? first_row(function) : sink_table_len;
         row < sink_table_len && slice_eq_cstr(function, sink_table[row].function); row++)
        if (!owner_known || !sink_table[row].owner || owner_is(before, sink_table[row].owner))
            kinds |= 1u << sink_table[row].kind;
    return kinds;
}

enum name_kind sink_kind(struct slice callee, uint32_t argument) {
    struct slice before, name = split(callee, &before);
    for (size_t row = name.len > 0 ? first_row(name) : sink_table_len;
         row < sink_table_len && slice_eq_cstr(name, sink_table[row].function); row++) {
        const struct sink *s = &sink_table[row];
        if (s->argument == argument && (!s->owner || owner_is(before, s->owner)))
            return s->kind;
    }
    return NAME_OTHER;
}
