"""What the providers of `--verify` want to be asked, and what they answer, as their documentation has it
(docs/verification.md names it): written beside the table of the program, not read from it, so that a slip in
either shows.

    ASKED["github-pat"].request(token)      "GET https://api.github.com/rate_limit", headers, body
    .live, .refused                         (status, body) for a good and for a revoked token
    .verdict                                what keylift says of a refused one
"""

import base64
from dataclasses import dataclass, field

BEARER = {"authorization": "Bearer {token}"}


@dataclass
class Asked:
    request: str
    live: tuple
    refused: tuple
    headers: dict = field(default_factory=lambda: BEARER)
    basic: str = ""
    body: bytes = b""
    verdict: str = "not live"
    more_live: tuple = ()  # answers of which the token is live, too: it may not do this, but it is valid
    more_refused: tuple = ()

    def expected_headers(self, token):
        wanted = {name: value.replace("{token}", token) for name, value in self.headers.items()}
        if self.basic:
            wanted["authorization"] = "Basic " + base64.b64encode(self.basic.replace("{token}", token).encode()).decode()
        return wanted


NO = (401, {"message": "Unauthorized"})
UNKNOWN = "unknown"  # elsewhere such a token may be valid

ASKED = {
    "github-pat": Asked(
        "GET https://api.github.com/rate_limit", (200, {"resources": {"core": {"limit": 5000}}, "rate": {}}),
        (401, {"message": "Bad credentials", "status": "401"})),
    "gitlab-pat": Asked(
        "GET https://gitlab.com/api/v4/personal_access_tokens/self", (200, {"id": 4, "active": True, "revoked": False}),
        (401, {"message": "401 Unauthorized"}), {"private-token": "{token}"}, verdict=UNKNOWN),
    "slack-bot-token": Asked(
        "POST https://slack.com/api/auth.test", (200, {"ok": True, "team": "T"}), (200, {"ok": False, "error": "token_revoked"}),
        more_refused=tuple((200, {"ok": False, "error": e}) for e in ("invalid_auth", "token_expired", "account_inactive"))),
    "stripe-live-key": Asked(
        "GET https://api.stripe.com/v1/balance", (200, {"object": "balance", "available": []}),
        (401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}),
        more_live=((403, {"error": {"type": "invalid_request_error"}}),)),
    "openai-api-key": Asked(
        "GET https://api.openai.com/v1/models", (200, {"object": "list", "data": []}),
        (401, {"error": {"code": "invalid_api_key", "type": "invalid_request_error"}})),
    "anthropic-api-key": Asked(
        "GET https://api.anthropic.com/v1/models?limit=1", (200, {"data": [], "has_more": False}),
        (401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
        {"x-api-key": "{token}", "anthropic-version": "2023-06-01"}),
    "huggingface-token": Asked(
        "GET https://huggingface.co/api/whoami-v2", (200, {"type": "user", "name": "someone"}), (401, {"error": "Invalid"})),
    "sendgrid-api-key": Asked("GET https://api.sendgrid.com/v3/scopes", (200, {"scopes": ["mail.send"]}), (401, {"errors": [{}]})),
    "mailgun-api-key": Asked(
        "GET https://api.mailgun.net/v3/domains?limit=1", (200, {"total_count": 0, "items": []}), NO, {}, "api:{token}",
        verdict=UNKNOWN),
    "digitalocean-token": Asked(
        "GET https://api.digitalocean.com/v2/account", (200, {"account": {"uuid": "b6fr89dbf6"}}),
        (401, {"id": "unauthorized", "message": "Unable to authenticate you."}), more_live=((403, {"id": "forbidden"}),)),
    "heroku-api-token": Asked(
        "GET https://api.heroku.com/account", (200, {"id": "0123", "email": "a@example.invalid"}), (401, {"id": "unauthorized"}),
        BEARER | {"accept": "application/vnd.heroku+json; version=3"}),
    "cloudflare-api-token": Asked(
        "GET https://api.cloudflare.com/client/v4/user/tokens/verify", (200, {"success": True, "result": {"status": "active"}}),
        (401, {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}]}), verdict=UNKNOWN),
    "datadog-api-key": Asked(
        "GET https://api.datadoghq.com/api/v1/validate", (200, {"valid": True}), (403, {"errors": ["Forbidden"]}),
        {"dd-api-key": "{token}"}, verdict=UNKNOWN),
    "newrelic-user-key": Asked(
        "POST https://api.newrelic.com/graphql", (200, {"data": {"actor": {"user": {"id": 1}}}}), (401, {"errors": []}),
        {"api-key": "{token}", "content-type": "application/json"}, body=b'{"query": "{ actor { user { id } } }"}', verdict=UNKNOWN),
    "linear-key": Asked(
        "POST https://api.linear.app/graphql", (200, {"data": {"viewer": {"id": "u"}}}), (401, {"errors": [{}]}),
        {"authorization": "{token}", "content-type": "application/json"}, body=b'{"query": "{ viewer { id } }"}',
        more_refused=((400, {"errors": [{"extensions": {"type": "authentication error"}}]}),)),
    "notion-token": Asked(
        "GET https://api.notion.com/v1/users/me", (200, {"object": "user", "type": "bot"}),
        (401, {"object": "error", "code": "unauthorized"}), BEARER | {"notion-version": "2022-06-28"}),
    "airtable-token": Asked("GET https://api.airtable.com/v0/meta/whoami", (200, {"id": "usr1"}), NO),
    "asana-token": Asked(
        "GET https://app.asana.com/api/1.0/users/me", (200, {"data": {"gid": "1"}}), (401, {"errors": [{"message": "Not Authorized"}]}),
        more_live=((403, {"errors": [{"message": "Forbidden"}]}),)),
    "figma-token": Asked(
        "GET https://api.figma.com/v1/me", (200, {"id": "1", "email": "a@example.invalid"}), (403, {"status": 403, "err": "Invalid token"}),
        {"x-figma-token": "{token}"}),
    "postman-api-key": Asked(
        "GET https://api.getpostman.com/me", (200, {"user": {"id": 1}}), (401, {"error": {"name": "AuthenticationError"}}),
        {"x-api-key": "{token}"}),
    "sentry-user-token": Asked(
        "GET https://sentry.io/api/0/organizations/", (200, [{"slug": "o"}]), (401, {"detail": "Invalid token"}), verdict=UNKNOWN,
        more_live=((403, {"detail": "You do not have permission to perform this action."}),)),
    "telegram-bot-token": Asked(
        "GET https://api.telegram.org/bot{token}/getMe", (200, {"ok": True, "result": {"is_bot": True}}),
        (401, {"ok": False, "error_code": 401}), {}),
    "discord-bot-token": Asked(
        "GET https://discord.com/api/v10/users/@me", (200, {"id": "1", "bot": True}), (401, {"message": "401: Unauthorized", "code": 0}),
        {"authorization": "Bot {token}"}),
    "dropbox-token": Asked(
        "POST https://api.dropboxapi.com/2/users/get_current_account", (200, {"account_id": "dbid:1"}),
        (401, {"error": {".tag": "expired_access_token"}}), BEARER | {"content-type": "application/json"}, body=b"null"),
    "square-access-token": Asked(
        "GET https://connect.squareup.com/v2/merchants", (200, {"merchant": [{"id": "M"}]}),
        (401, {"errors": [{"category": "AUTHENTICATION_ERROR", "code": "UNAUTHORIZED"}]}), verdict=UNKNOWN,
        more_live=((403, {"errors": [{"code": "INSUFFICIENT_SCOPES"}]}),)),
    "mapbox-secret-token": Asked(
        "GET https://api.mapbox.com/tokens/v2?access_token={token}", (200, {"code": "TokenValid", "token": {}}),
        (200, {"code": "TokenRevoked"}), {},
        more_refused=(*((200, {"code": "Token" + c}) for c in ("Expired", "Invalid", "Malformed")), NO)),
    "groq-api-key": Asked(
        "GET https://api.groq.com/openai/v1/models", (200, {"object": "list", "data": []}), (401, {"error": {"code": "invalid_api_key"}})),
    "replicate-api-token": Asked("GET https://api.replicate.com/v1/account", (200, {"username": "u"}), (401, {"detail": "Unauthenticated"})),
    "linode-token": Asked(
        "GET https://api.linode.com/v4/profile", (200, {"username": "u"}), (401, {"errors": [{"reason": "Invalid Token"}]})),
    "vultr-api-key": Asked("GET https://api.vultr.com/v2/account", (200, {"account": {}}), (401, {"error": "Invalid API token.", "status": 401})),
    "netlify-token": Asked("GET https://api.netlify.com/api/v1/user", (200, {"id": "1"}), (401, {"code": 401, "message": "Access Denied"})),
    "vercel-prefixed-token": Asked(
        "GET https://api.vercel.com/v2/user", (200, {"user": {"id": "1"}}), (403, {"error": {"code": "forbidden", "invalidToken": True}})),
    "vercel-token": Asked(
        "GET https://api.vercel.com/v2/user", (200, {"user": {"id": "1"}}), (403, {"error": {"code": "forbidden", "invalidToken": True}})),
    "buildkite-token": Asked("GET https://api.buildkite.com/v2/access-token", (200, {"uuid": "b6", "scopes": []}), NO),
    "circleci-token": Asked("GET https://circleci.com/api/v2/me", (200, {"id": "1", "login": "u"}), NO, {"circle-token": "{token}"}),
    "doppler-token": Asked("GET https://api.doppler.com/v3/me", (200, {"workplace": {"slug": "w"}}), (401, {"success": False})),
    "pagerduty-api-key": Asked(
        "GET https://api.pagerduty.com/abilities", (200, {"abilities": ["teams"]}), (401, {"error": {"code": 2006}}),
        {"authorization": "Token token={token}", "accept": "application/vnd.pagerduty+json;version=2"}, verdict=UNKNOWN,
        more_live=((403, {"error": {"code": 2010}}),)),
    "openrouter-api-key": Asked("GET https://openrouter.ai/api/v1/key", (200, {"data": {"label": "k"}}), (401, {"error": {"code": 401}})),
    "cohere-api-key": Asked(
        "POST https://api.cohere.com/v1/check-api-key", (200, {"valid": True}), (200, {"valid": False}), more_refused=(NO,)),
    "elevenlabs-api-key": Asked(
        "GET https://api.elevenlabs.io/v1/user", (200, {"subscription": {}}), (401, {"detail": {"status": "invalid_api_key"}}),
        {"xi-api-key": "{token}"}, more_live=((401, {"detail": {"status": "missing_permissions"}}),)),
    "launchdarkly-access-token": Asked(
        "GET https://app.launchdarkly.com/api/v2/caller-identity", (200, {"accountId": "1"}), (401, {"code": "unauthorized"}),
        {"authorization": "{token}"}),
    "pinecone-api-key": Asked(
        "GET https://api.pinecone.io/indexes", (200, {"indexes": []}), (401, {"error": {"code": "UNAUTHENTICATED"}, "status": 401}),
        {"api-key": "{token}", "x-pinecone-api-version": "2025-04"}),
    "dnsimple-token": Asked(
        "GET https://api.dnsimple.com/v2/whoami", (200, {"data": {"user": None, "account": {"id": 1}}}),
        (401, {"message": "Authentication failed"}), verdict=UNKNOWN),
    "intercom-access-token": Asked("GET https://api.intercom.io/me", (200, {"type": "admin", "id": "1"}), (401, {"type": "error.list"}), verdict=UNKNOWN),
    "fastly-api-token": Asked("GET https://api.fastly.com/tokens/self", (200, {"id": "1"}), NO, {"fastly-key": "{token}"}),
    "hetzner-api-token": Asked("GET https://api.hetzner.cloud/v1/locations", (200, {"locations": []}), (401, {"error": {"code": "unauthorized"}})),
    "lob-api-key": Asked(
        "GET https://api.lob.com/v1/addresses?limit=1", (200, {"object": "list", "data": []}), (401, {"error": {"status_code": 401}}), {}, "{token}:"),
    "tailscale-key": Asked("GET https://api.tailscale.com/api/v2/tailnet/-/keys", (200, {"keys": []}), NO, {}, "{token}:"),
    "brevo-api-key": Asked(
        "GET https://api.brevo.com/v3/account", (200, {"email": "a@example.invalid"}), (401, {"code": "unauthorized", "message": "Key not found"}),
        {"api-key": "{token}"}),
    "contentful-token": Asked("GET https://api.contentful.com/users/me", (200, {"sys": {"type": "User"}}), (401, {"sys": {"type": "Error"}})),
    "xai-api-key": Asked(
        "GET https://api.x.ai/v1/api-key", (200, {"api_key_id": "1", "api_key_blocked": False, "api_key_disabled": False, "team_blocked": False}),
        (200, {"api_key_id": "1", "api_key_blocked": True, "api_key_disabled": False, "team_blocked": False}),
        more_refused=((200, {"api_key_id": "1", "api_key_blocked": False, "api_key_disabled": True}),)),
    "resend-api-key": Asked(
        "GET https://api.resend.com/domains", (200, {"object": "list", "data": []}), (403, {"name": "invalid_api_key"}),
        more_live=((401, {"name": "restricted_api_key"}),),
        more_refused=((400, {"name": "validation_error", "message": "API key is invalid"}),
                      (401, {"name": "validation_error", "message": "API key is invalid"}))),
}  # fmt: skip

# Of two parts. AWS answers in XML.
AWS_HOST = "sts.amazonaws.com"
AWS_LIVE = (200, b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>"
                 b"</GetCallerIdentityResult></GetCallerIdentityResponse>")  # fmt: skip
AWS_REFUSED = (403, b"<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code></Error></ErrorResponse>")
AWS_WRONG_PAIR = (403, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>")
