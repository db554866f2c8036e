"""Google's side of credentials, as a double: OAuth's token endpoint, the Security Token Service, the IAM
Credentials API, the metadata server, and the check of a bearer token. Strict: what Google would refuse, it
refuses, with the documented body.

Sources: "Using OAuth 2.0 for Server to Server Applications", RFC 7523, RFC 8693, AIP-4110 to 4117, "About VM
metadata", and the discovery documents of sts v1 and iamcredentials v1.
"""

import base64
import binascii
import datetime
import json
import secrets
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from doubles.certificates import key_pem, make_key
from doubles.http_service import Reply

CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
IAM_SCOPE = "https://www.googleapis.com/auth/iam"
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"
SERVICE_AUDIENCE = "https://secretmanager.googleapis.com/"
ISSUER = "https://accounts.google.com"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
SKEW = 300


class BadToken(Exception):
    pass


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text):
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as e:
        raise BadToken("not base64url") from e


def sign_jwt(key, claims, **header):
    head = {"alg": "RS256", "typ": "JWT", **header}
    signed = f"{_b64(json.dumps(head).encode())}.{_b64(json.dumps(claims).encode())}"
    return f"{signed}.{_b64(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def read_jwt(token):
    """header, claims; nothing is verified."""
    parts = token.split(".")
    if len(parts) != 3:
        raise BadToken("not a JWT")
    try:
        return json.loads(_unb64(parts[0])), json.loads(_unb64(parts[1]))
    except ValueError as e:
        raise BadToken("not JSON") from e


def verify_jwt(token, public_key):
    header, claims = read_jwt(token)
    signed, _, signature = token.rpartition(".")
    if header.get("alg") != "RS256":
        raise BadToken("algorithm")
    try:
        public_key.verify(_unb64(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as e:
        raise BadToken("Invalid JWT Signature.") from e
    return claims


def check_times(claims, now):
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int) or not 0 < expires - issued <= 3600:
        raise BadToken("Invalid JWT: Token must be a short-lived token (60 minutes)")
    if issued > now + SKEW or expires < now - SKEW:
        raise BadToken("Invalid JWT: Token must be in a reasonable timeframe. Check your iat and exp values")


class ServiceAccount:
    def __init__(self, name, project):
        self.email = f"{name}@{project}.iam.gserviceaccount.com"
        self.project, self.key, self.key_id = project, make_key(), secrets.token_hex(20)

    def file(self, token_uri, **more):
        """The JSON of a key file, as the console writes it."""
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self.key_id,
            "private_key": key_pem(self.key).decode(),
            "client_email": self.email,
            "client_id": "1" * 21,
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "universe_domain": "googleapis.com",
            **more,
        }


class Identity:
    """Who exists, and which tokens they hold. `now` is the double's clock: tests move it."""

    def __init__(self, project, number):
        self.project, self.number = project, number
        self.key = make_key()  # signs the access tokens
        self.accounts, self.users, self.pools = {}, {}, {}
        self.impersonators = set()  # (principal, service account)
        self.revoked = set()
        self.clock_offset = 0
        self.lifetime = 3600
        self.requests = []  # (kind, what was asked), for the tests to look at
        self.machine = self.add_account("machine")
        self.base = None  # the URL of the token server, once it runs

    def now(self):
        return int(time.time() + self.clock_offset)

    def add_account(self, name):
        account = ServiceAccount(name, self.project)
        self.accounts[account.email] = account
        return account

    def add_user(self, email):
        """The JSON of application-default login."""
        user = {
            "client_id": f"{secrets.token_hex(6)}.apps.googleusercontent.com",
            "client_secret": secrets.token_urlsafe(16),
            "refresh_token": f"1//{secrets.token_urlsafe(40)}",
        }
        self.users[user["refresh_token"]] = {**user, "email": email}
        return {"account": "", "type": "authorized_user", "universe_domain": "googleapis.com", **user}

    def add_pool(self, audience, issuer):
        """A provider of a workload identity pool; its key signs subject tokens."""
        self.pools[audience] = {"issuer": issuer, "key": make_key()}
        return self.pools[audience]

    def subject_token(self, audience, subject="build-7", **claims):
        pool = self.pools[audience]
        now = self.now()
        base = {"iss": pool["issuer"], "sub": subject, "aud": audience, "iat": now, "exp": now + 600}
        return sign_jwt(pool["key"], {**base, **claims})

    # --- access tokens

    def issue(self, principal, scopes):
        now = self.now()
        return sign_jwt(self.key, {"iss": ISSUER, "sub": principal, "aud": SERVICE_AUDIENCE, "iat": now,
                                   "exp": now + self.lifetime, "scope": " ".join(scopes),
                                   "jti": secrets.token_hex(8)})  # fmt: skip

    def principal_of(self, token, scopes=(CLOUD_SCOPE,)):
        """Whose bearer token it is. BadToken if it is none of ours, ran out, or is for something else."""
        if token in self.revoked:
            raise BadToken("revoked")
        header, claims = read_jwt(token)
        account = self.accounts.get(claims.get("iss"))
        verify_jwt(token, account.key.public_key() if account else self.key.public_key())
        if account and (claims.get("sub") != account.email or header.get("kid") != account.key_id):
            raise BadToken("subject")
        if not account and claims.get("iss") != ISSUER:
            raise BadToken("issuer")
        if not claims["iat"] - SKEW <= self.now() < claims["exp"] or claims["exp"] - claims["iat"] > 3600:
            raise BadToken("expired")
        scoped = set(claims.get("scope", "").split())
        by_audience = claims.get("aud") == SERVICE_AUDIENCE
        if account:  # self-signed: an audience or scopes, AIP-4111
            if bool(scoped) == by_audience or (scoped and not scoped & set(scopes)):
                raise BadToken("audience")
        elif not by_audience or not scoped & set(scopes):
            raise BadToken("scope")
        return claims["sub"]

    # --- the endpoints

    def answer(self, request):
        routes = {("POST", "/token"): self.token, ("POST", "/v1/token"): self.exchange}
        handler = routes.get((request.method, request.path))
        if request.path.startswith("/v1/projects/-/serviceAccounts/") and request.method == "POST":
            handler = self.generate_access_token
        return handler(request) if handler else Reply(404, {"error": "not_found"})

    def _form(self, request):
        kind = request.headers.get("Content-Type", "").split(";")[0]
        if kind != "application/x-www-form-urlencoded" or request.query:
            raise Reply(400, {"error": "invalid_request", "error_description": "Bad content type."})
        return request.form()

    def token(self, request):
        form = self._form(request)
        self.requests.append(("token", form))
        grants = {JWT_BEARER: self._jwt_grant, "refresh_token": self._refresh_grant}
        grant = grants.get(form.get("grant_type"))
        if not grant:
            return Reply(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})
        try:
            return grant(form)
        except BadToken as e:
            return Reply(400, {"error": "invalid_grant", "error_description": str(e)})

    def _granted(self, principal, scopes, **more):
        body = {"access_token": self.issue(principal, scopes), "expires_in": self.lifetime, "token_type": "Bearer"}
        return Reply(200, {**body, **more})

    def _jwt_grant(self, form):
        assertion = form.get("assertion", "")
        header, claims = read_jwt(assertion)
        account = self.accounts.get(claims.get("iss"))
        if not account:
            raise BadToken("Invalid grant: account not found")
        if header.get("typ") != "JWT" or header.get("kid") != account.key_id:
            raise BadToken("Invalid JWT: no such key")
        verify_jwt(assertion, account.key.public_key())
        if claims.get("aud") != GOOGLE_TOKEN_URL:
            raise BadToken("Invalid JWT: bad audience")
        check_times(claims, self.now())
        scopes = claims.get("scope", "").split()
        if not scopes or set(scopes) - {CLOUD_SCOPE, IAM_SCOPE}:
            return Reply(400, {"error": "invalid_scope", "error_description": "Invalid OAuth scope"})
        return self._granted(account.email, scopes)

    def _refresh_grant(self, form):
        user = self.users.get(form.get("refresh_token"))
        if not user:
            raise BadToken("Token has been expired or revoked.")
        if form.get("client_id") != user["client_id"] or form.get("client_secret") != user["client_secret"]:
            return Reply(401, {"error": "invalid_client", "error_description": "Unauthorized"})
        now = self.now()
        claims = {"iss": ISSUER, "aud": user["client_id"], "email": user["email"], "iat": now, "exp": now + 3600}
        return self._granted(user["email"], [CLOUD_SCOPE], scope=CLOUD_SCOPE, id_token=sign_jwt(self.key, claims))

    def exchange(self, request):
        form = self._form(request)
        self.requests.append(("exchange", form))
        pool = self.pools.get(form.get("audience"))
        wanted = {"grant_type": TOKEN_EXCHANGE, "requested_token_type": ACCESS_TOKEN,
                  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}  # fmt: skip
        for name, value in wanted.items():
            if form.get(name) != value:
                return Reply(400, {"error": "invalid_request", "error_description": f"Invalid value for {name}"})
        if not pool:
            return Reply(400, {"error": "invalid_target", "error_description": "The target service is unknown."})
        try:
            claims = verify_jwt(form.get("subject_token", ""), pool["key"].public_key())
            if claims.get("iss") != pool["issuer"] or claims.get("aud") != form["audience"]:
                raise BadToken("The audience or issuer in ID Token does not match.")
            check_times(claims, self.now())
        except BadToken as e:
            return Reply(400, {"error": "invalid_grant", "error_description": str(e)})
        scopes = form.get("scope", "").split()
        if not scopes or set(scopes) - {CLOUD_SCOPE, IAM_SCOPE}:
            return Reply(400, {"error": "invalid_scope", "error_description": "Invalid OAuth scope"})
        principal = f"principal:{form['audience']}/subject/{claims['sub']}"
        return Reply(200, {"access_token": self.issue(principal, scopes), "expires_in": self.lifetime,
                           "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer"})  # fmt: skip

    def generate_access_token(self, request):
        account, _, verb = request.path.rpartition("/")[2].partition(":")
        kind = request.headers.get("Content-Type", "").split(";")[0]
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            principal = self.principal_of(token, (IAM_SCOPE, CLOUD_SCOPE)) if scheme == "Bearer" else None
        except BadToken:
            principal = None
        if not principal:
            return rpc_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if verb != "generateAccessToken" or kind != "application/json":
            return rpc_error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        if account not in self.accounts or (principal, account) not in self.impersonators:
            return rpc_error(
                403, "PERMISSION_DENIED",
                "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
                error_info("IAM_PERMISSION_DENIED", "iam.googleapis.com",
                           permission="iam.serviceAccounts.getAccessToken"),
            )  # fmt: skip
        body = json.loads(request.body)
        self.requests.append(("impersonate", body))
        seconds = float(body.get("lifetime", "3600s").rstrip("s"))
        if not body.get("scope") or not 0 < seconds <= 3600 or set(body) - {"scope", "lifetime", "delegates"}:
            return rpc_error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        end = datetime.datetime.fromtimestamp(self.now() + seconds, datetime.timezone.utc)
        return Reply(200, {"accessToken": self.issue(account, body["scope"]),
                           "expireTime": end.strftime("%Y-%m-%dT%H:%M:%SZ")})  # fmt: skip

    # --- the metadata server

    def metadata(self, request):
        flavor = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
        text = {**flavor, "Content-Type": "application/text"}
        if request.method != "GET" or request.headers.get("X-Forwarded-For"):
            return Reply(403, b"forbidden", text)
        if request.headers.get("Metadata-Flavor") != "Google":
            return Reply(403, b"Missing Metadata-Flavor:Google header.", text)
        self.requests.append(("metadata", request.path))
        account = "/computeMetadata/v1/instance/service-accounts/default/"
        path = request.path
        if self.machine:  # "default" is another name of its address
            path = path.replace(f"/{self.machine.email}/", "/default/")
        texts = {
            "/": "computeMetadata/",
            "/computeMetadata/v1/project/project-id": self.project,
            "/computeMetadata/v1/project/numeric-project-id": self.number,
            account + "email": self.machine.email if self.machine else None,
            "/computeMetadata/v1/universe/universe-domain": "googleapis.com",
        }
        if texts.get(path):
            return Reply(200, texts[path].encode(), text)
        if self.machine and path == account + "token":
            scopes = request.query.get("scopes", CLOUD_SCOPE).split(",")
            return Reply(200, {"access_token": self.issue(self.machine.email, scopes), "expires_in": self.lifetime,
                               "token_type": "Bearer"}, flavor)  # fmt: skip
        if self.machine and path == account and request.query.get("recursive") == "true":
            return Reply(200, {"aliases": ["default"], "email": self.machine.email, "scopes": [CLOUD_SCOPE]}, flavor)
        return Reply(404, b"not found", text)


def error_info(reason, domain, **metadata):
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain,
            "metadata": metadata}  # fmt: skip


def rpc_error(status, code, message, *details):
    body = {"code": status, "message": message, "status": code}  # google.rpc.Status, as JSON errors have it
    if details:
        body["details"] = list(details)
    return Reply(status, {"error": body})
