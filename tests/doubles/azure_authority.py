"""The Microsoft identity platform, as far as a confidential client needs it: discovery, and tokens for client
credentials with a secret, a certificate or a federated assertion ("Microsoft identity platform and the OAuth 2.0
client credentials flow", "Microsoft identity platform application authentication certificate credentials")."""

import base64
import hmac
import threading
import time
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from doubles.http_service import Reply

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FEDERATED_AUDIENCE = "api://AzureADTokenExchange"
LONGEST_ASSERTION_S = 24 * 3600


class Application:
    """An app registration: what it may prove itself with, and who it is in the tenant."""

    def __init__(self):
        self.client_id, self.object_id = str(uuid.uuid4()), str(uuid.uuid4())
        self.secrets, self.certificates, self.federated = [], [], []  # federated: (issuer, subject, public key)


def _refuse(status, error, code, message):
    raise Reply(status, {
        "error": error, "error_description": f"AADSTS{code}: {message} Trace ID: {uuid.uuid4()} Correlation ID: "
        f"{uuid.uuid4()} Timestamp: {time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime())}",
        "error_codes": [code], "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
        "trace_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4()),
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    })  # fmt: skip


class Authority:
    def __init__(self, tenant, key, resource):
        self.tenant, self.key, self.resource = tenant, key, resource
        self.url = ""
        self.applications, self.requests = {}, []
        self.token_life_s = 3600
        self.failures = []  # answers to give instead, oldest first
        self._assertions, self._lock = set(), threading.Lock()

    def register(self):
        app = Application()
        self.applications[app.client_id] = app
        return app

    def make_token(self, app, resource=None, **claims):
        """What a token of Azure AD v1, which Key Vault takes, looks like."""
        now = int(time.time())
        payload = {
            "aud": resource or self.resource, "iss": f"https://sts.windows.net/{self.tenant}/", "iat": now,
            "nbf": now - 5, "exp": now + self.token_life_s, "appid": app.client_id, "oid": app.object_id,
            "sub": app.object_id, "tid": self.tenant, "uti": uuid.uuid4().hex, "ver": "1.0",
        }  # fmt: skip
        payload.update(claims)
        return jwt.encode(payload, self.key, algorithm="RS256", headers={"kid": "double"})

    def answer(self, request):
        with self._lock:
            self.requests.append((request.method, request.path))
            if self.failures:
                raise self.failures.pop(0)
        parts = request.path.strip("/").split("/")
        if request.method == "GET" and request.path == "/common/discovery/instance":
            return self._instance()
        if request.method == "GET" and parts[1:] == ["v2.0", ".well-known", "openid-configuration"]:
            return self._openid(parts[0])
        if request.method == "POST" and parts[1:] == ["oauth2", "v2.0", "token"]:
            return self._token(parts[0], request)
        return Reply(404, {"error": "not_found"})

    def _instance(self):
        host = self.url.partition("://")[2]
        known = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        return Reply(200, {
            "tenant_discovery_endpoint": f"{self.url}/{self.tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1", "metadata": [known],
        })  # fmt: skip

    def _check_tenant(self, tenant):
        if tenant.lower() != self.tenant:
            _refuse(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")

    def _openid(self, tenant):
        self._check_tenant(tenant)
        base = f"{self.url}/{self.tenant}"
        return Reply(200, {
            "token_endpoint": f"{base}/oauth2/v2.0/token", "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        })  # fmt: skip

    def _token(self, tenant, request):
        self._check_tenant(tenant)
        if request.headers.get_content_type() != "application/x-www-form-urlencoded":
            _refuse(400, "invalid_request", 900144, "The request body must be a form.")
        form = request.form()
        if form.get("grant_type") != "client_credentials":
            _refuse(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        app = self.applications.get(form.get("client_id"))
        if not app:
            _refuse(400, "unauthorized_client", 700016, f"Application with identifier '{form.get('client_id')}' "
                    "was not found in the directory.")  # fmt: skip
        if form.get("scope") != f"{self.resource}/.default":
            _refuse(400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
        if "client_assertion" in form:
            self._check_assertion(app, form)
        elif not any(hmac.compare_digest(form.get("client_secret", ""), s) for s in app.secrets):
            _refuse(401, "invalid_client", 7000215, "Invalid client secret provided.")
        return Reply(200, {
            "token_type": "Bearer", "expires_in": self.token_life_s, "ext_expires_in": self.token_life_s,
            "access_token": self.make_token(app),
        })  # fmt: skip

    # ---- assertions ----

    def _check_assertion(self, app, form):
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            _refuse(400, "invalid_request", 900144, "client_assertion_type is missing.")
        assertion = form["client_assertion"]
        try:
            header = jwt.get_unverified_header(assertion)
        except jwt.InvalidTokenError:
            _refuse(401, "invalid_client", 50027, "JWT token is invalid or malformed.")
        if "x5t" in header or "x5t#S256" in header:
            self._check_certificate(app, assertion, header)
        else:
            self._check_federated(app, assertion)

    def _check_certificate(self, app, assertion, header):
        certificate = next((c for c in app.certificates if _has_thumbprint(c, header)), None)
        if certificate is None:
            _refuse(401, "invalid_client", 700027, "The certificate with identifier used to sign the client "
                    "assertion is not registered on application.")  # fmt: skip
        try:
            claims = jwt.decode(
                assertion, certificate.public_key(), algorithms=["RS256", "PS256"],
                audience=f"{self.url}/{self.tenant}/oauth2/v2.0/token", issuer=app.client_id,
                options={"require": ["aud", "exp", "iss", "jti", "sub"]},
            )  # fmt: skip
        except jwt.InvalidTokenError as e:
            _refuse(401, "invalid_client", 700024, f"Client assertion is not within its valid time range, or {e}.")
        begin = claims.get("nbf", claims.get("iat", 0))  # the documents ask for nbf; the SDK sends iat alone
        too_long = claims["exp"] - begin > LONGEST_ASSERTION_S
        with self._lock:
            again = claims["jti"] in self._assertions
            self._assertions.add(claims["jti"])
        if claims["sub"] != app.client_id or too_long or again:
            _refuse(401, "invalid_client", 700023, "Client assertion is not acceptable.")

    def _check_federated(self, app, assertion):
        for issuer, subject, key in app.federated:
            try:
                claims = jwt.decode(assertion, key, algorithms=["RS256"], audience=FEDERATED_AUDIENCE, issuer=issuer)
            except jwt.InvalidTokenError:
                continue
            if claims.get("sub") == subject:
                return
        _refuse(401, "invalid_client", 700213, "No matching federated identity record found for presented "
                "assertion subject.")  # fmt: skip


def _has_thumbprint(certificate: x509.Certificate, header):
    for name, algorithm in (("x5t", hashes.SHA1()), ("x5t#S256", hashes.SHA256())):
        if name in header:
            print_ = base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).rstrip(b"=").decode()
            return header[name].rstrip("=") == print_
    return False
