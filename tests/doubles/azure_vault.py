"""Key Vault's secrets, as the REST API reference has them ("Azure Key Vault REST API reference: Secrets", "About Azure
Key Vault secrets", "Authentication, requests and responses"): the challenge, what a token must be, permissions, names
without case, versions, soft delete, pages."""

import json
import re
import threading
import time
import uuid
from urllib.parse import quote

import jwt

from doubles.http_service import Hangup, Reply

API_VERSIONS = ("7.4", "7.5", "7.6", "2025-07-01", "2026-04-01")
VALUE_MAX, TAGS_MAX, TAG_MAX, TYPE_MAX, PAGE_MAX = 25600, 15, 256, 255, 25
NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
ALL = ("get", "list", "set", "delete", "recover", "purge")
BODY_KEYS = {"value", "contentType", "attributes", "tags"}
ATTRIBUTE_KEYS = {"enabled", "nbf", "exp", "created", "updated", "recoveryLevel", "recoverableDays"}


def _refuse(status, code, message, inner=None, **headers):
    error = {"code": code, "message": message}
    if inner:
        error["innererror"] = {"code": inner}
    raise Reply(status, {"error": error}, {k.replace("_", "-"): v for k, v in headers.items()})


class Version:
    def __init__(self, value, content_type, tags, attributes):
        now = int(time.time())
        self.id, self.value, self.content_type, self.tags = uuid.uuid4().hex, value, content_type, tags
        self.attributes = {"enabled": True, **attributes, "created": now, "updated": now}


class Vault:
    def __init__(self, authority):
        self.authority = authority
        self.url = ""
        self.lock = threading.RLock()
        self.resource = authority.resource  # what the challenge asks for
        self.reset()

    def reset(self):
        with self.lock:
            self.secrets, self.deleted = {}, {}  # lower-case name: (name as first spelt, [Version])
            self.allowed = {}  # object id: permissions; everything to who is not named
            self.firewall = self.private = False
            self.requests = []  # (method, path, query, had a token, had a body)
            self.throttle = 0  # so many answers of 429
            self.before = None  # called with each request that was let in; may raise
            self.after = None  # called with request and answer; gives the answer

    # ---- who may come in ----

    def answer(self, request):
        with self.lock:
            token = request.headers.get("Authorization")
            self.requests.append((request.method, request.path, request.query, bool(token), bool(request.body)))
            if self.private:
                _refuse(403, "Forbidden", "Public network access is disabled and request is not from a trusted service "
                        "nor via an approved private link.", "ForbiddenByConnection")  # fmt: skip
            claims = self._claims(token)
            if self.firewall:
                _refuse(403, "Forbidden", "Client address is not authorized and caller is not a trusted service.\r\n"
                        "Client address: 127.0.0.1", "ForbiddenByFirewall")  # fmt: skip
            if self.throttle:
                self.throttle -= 1
                _refuse(429, "Throttled", "Request was not processed because too many requests were received.",
                        Retry_After="0")  # fmt: skip
            if self.before:
                self.before(request)
            try:
                reply = self._route(request, claims)
            except Reply as raised:
                reply = raised
            return self.after(request, reply) if self.after else reply

    def _challenge(self, message):
        challenge = f'Bearer authorization="{self.authority.url}/{self.authority.tenant}", resource="{self.resource}"'
        _refuse(401, "Unauthorized", message, WWW_Authenticate=challenge)

    def _claims(self, header):
        if not header or not header.startswith("Bearer "):
            self._challenge("AKV10000: Request is missing a Bearer or PoP token.")
        try:
            return jwt.decode(
                header.removeprefix("Bearer "), self.authority.key.public_key(), algorithms=["RS256"],
                audience=self.authority.resource, issuer=f"https://sts.windows.net/{self.authority.tenant}/",
                options={"require": ["exp", "nbf", "iss", "aud", "oid", "tid"]},
            )  # fmt: skip
        except jwt.ExpiredSignatureError:
            self._challenge("[TokenExpired] Error validating token: 'S2S12005'.")
        except jwt.InvalidAudienceError:
            self._challenge("AKV10022: Invalid audience. Expected https://vault.azure.net.")
        except jwt.InvalidIssuerError:
            self._challenge("AKV10032: Invalid issuer.")
        except jwt.InvalidTokenError:
            self._challenge("AKV10046: Unable to resolve the key used for signature validation.")

    def _permit(self, claims, permission, action):
        if permission not in self.allowed.get(claims["oid"], ALL):
            _refuse(403, "Forbidden", "Caller is not authorized to perform action on resource.\r\nIf role assignments, "
                    "deny assignments or role definitions were changed recently, please observe propagation time.\r\n"
                    f"Caller: appid={claims.get('appid')};oid={claims['oid']};iss={claims['iss']}\r\n"
                    f"Action: 'Microsoft.KeyVault/vaults/secrets/{action}'", "ForbiddenByRbac")  # fmt: skip

    # ---- routes ----

    def _route(self, request, claims):
        version = request.query.get("api-version")
        if not version:
            _refuse(400, "BadParameter", "The required query parameter 'api-version' was not specified.")
        if version not in API_VERSIONS:
            _refuse(400, "BadParameter", f"The specified version ({version}) is not recognized.")
        parts = request.path.strip("/").split("/")
        key = (request.method, parts[0], len(parts))
        routes = {
            ("GET", "secrets", 1): (self._list, "list", "readMetadata/action"),
            ("PUT", "secrets", 2): (self._set, "set", "setSecret/action"),
            ("GET", "secrets", 2): (self._get, "get", "getSecret/action"),
            ("DELETE", "secrets", 2): (self._delete, "delete", "delete"),
            ("GET", "secrets", 3): (self._get, "get", "getSecret/action"),
            ("PATCH", "secrets", 3): (self._update, "set", "update/action"),
            ("GET", "deletedsecrets", 1): (self._list_deleted, "list", "readMetadata/action"),
            ("GET", "deletedsecrets", 2): (self._get_deleted, "get", "getSecret/action"),
            ("DELETE", "deletedsecrets", 2): (self._purge, "purge", "purge/action"),
            ("POST", "deletedsecrets", 3): (self._recover, "recover", "recover/action"),
        }
        if key == ("GET", "secrets", 3) and parts[2] == "versions":
            handler = (self._versions, "list", "readMetadata/action")
        elif key == ("POST", "deletedsecrets", 3) and parts[2] != "recover":
            handler = None
        else:
            handler = routes.get(key)
        if not handler:
            return Reply(404, {"error": {"code": "NotFound", "message": "No such resource."}})
        if len(parts) > 1 and not NAME.fullmatch(parts[1]):
            _refuse(400, "BadParameter", f"The request URI contains an invalid name: {parts[1]}")
        call, permission, action = handler
        self._permit(claims, permission, action)
        return call(request, *parts[1:])

    def _find(self, name, where=None):
        found = (self.secrets if where is None else where).get(name.lower())
        if not found:
            _refuse(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault. If you "
                    "recently deleted this secret you may be able to recover it using the correct recovery command. For "
                    "help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182",
                    )  # fmt: skip
        return found

    def _bundle(self, name, version, value=True):
        bundle = {"id": f"{self.url}/secrets/{name}/{version.id}", "attributes": {
            **version.attributes, "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90}}  # fmt: skip
        if value:
            bundle["value"] = version.value
        if version.content_type is not None:
            bundle["contentType"] = version.content_type
        if version.tags:
            bundle["tags"] = version.tags
        return bundle

    # ---- secrets ----

    def _body(self, request, keys):
        if request.headers.get_content_type() != "application/json":
            _refuse(415, "UnsupportedMediaType", "The request entity's media type is not supported.")
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        if not isinstance(body, dict) or not set(body) <= keys:
            _refuse(400, "BadParameter", "Malformed request body.")
        tags, attributes = body.get("tags") or {}, body.get("attributes") or {}
        content_type = body.get("contentType")
        if len(tags) > TAGS_MAX or any(len(str(t)) > TAG_MAX for pair in tags.items() for t in pair):
            _refuse(400, "BadParameter", "Property tags has too many or too long entries.")
        if not all(isinstance(v, str) for v in tags.values()) or not set(attributes) <= ATTRIBUTE_KEYS:
            _refuse(400, "BadParameter", "Property has invalid value.")
        if content_type is not None and (not isinstance(content_type, str) or len(content_type) > TYPE_MAX):
            _refuse(400, "BadParameter", "Property contentType has invalid value.")
        return body, content_type, tags, {k: v for k, v in attributes.items() if k in ("enabled", "nbf", "exp")}

    def _set(self, request, name):
        body, content_type, tags, attributes = self._body(request, BODY_KEYS)
        value = body.get("value")
        if not isinstance(value, str):
            _refuse(400, "BadParameter", "Property value has invalid value.")
        if len(value.encode()) > VALUE_MAX:
            _refuse(400, "BadParameter", f"The secret value exceeds the maximum of {VALUE_MAX} bytes.")
        if name.lower() in self.deleted:
            _refuse(409, "Conflict", f"Secret {name} is currently in a deleted but recoverable state, and its name "
                    "cannot be reused; in this state, the secret can only be recovered or purged.",
                    "ObjectIsDeletedButRecoverable")  # fmt: skip
        return Reply(200, self._bundle(*self.store(name, value, content_type, tags, attributes)))

    def store(self, name, value, content_type=None, tags=None, attributes=None):
        """As a PUT, for tests that play another program. Gives the name as first spelt, and the version."""
        with self.lock:
            spelt, versions = self.secrets.setdefault(name.lower(), (name, []))
            versions.append(Version(value, content_type, dict(tags or {}), attributes or {}))
            return spelt, versions[-1]

    def _version(self, name, versions, version):
        if version is None:
            return versions[-1]
        found = next((v for v in versions if v.id == version), None)
        return found or self._find(f"{name}/{version}")

    def _get(self, request, name, version=None):
        spelt, versions = self._find(name)
        found = self._version(name, versions, version)
        if not found.attributes["enabled"]:
            _refuse(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
        return Reply(200, self._bundle(spelt, found))

    def _update(self, request, name, version):
        spelt, versions = self._find(name)
        found = self._version(name, versions, version)
        body, content_type, tags, attributes = self._body(request, BODY_KEYS - {"value"})
        found.attributes.update(attributes, updated=int(time.time()))
        if "contentType" in body:
            found.content_type = content_type
        if "tags" in body:
            found.tags = tags
        return Reply(200, self._bundle(spelt, found, value=False))

    # ---- lists ----

    def _page(self, request, items):
        """`items`: (key, entry), sorted. The link has the port written out, as the service's has."""
        try:
            size = int(request.query.get("maxresults", PAGE_MAX))
        except ValueError:
            size = 0
        if not 1 <= size <= PAGE_MAX:
            _refuse(400, "BadParameter", f"The maxresults parameter must be from 1 to {PAGE_MAX}.")
        after = request.query.get("$skiptoken", "")
        rest = [pair for pair in items if pair[0] > after]
        link = None
        if len(rest) > size:
            token, version = quote(rest[size - 1][0], safe=""), request.query["api-version"]
            link = f"{self.url}{request.path}?api-version={version}&$skiptoken={token}&maxresults={size}"
        return Reply(200, {"value": [entry for _, entry in rest[:size]], "nextLink": link})

    def _item(self, name, version, of_version=False):
        item = self._bundle(name, version, value=False)
        if not of_version:
            item["id"] = f"{self.url}/secrets/{name}"
        return item

    def _list(self, request):
        return self._page(request, [(k, self._item(n, v[-1])) for k, (n, v) in sorted(self.secrets.items())])

    def _versions(self, request, name, _):
        spelt, versions = self._find(name) if name.lower() in self.secrets else (name, [])
        return self._page(request, sorted((v.id, self._item(spelt, v, True)) for v in versions))

    # ---- soft delete ----

    def _deleted_bundle(self, name, versions, value=False):
        now = int(time.time())
        return {**self._bundle(name, versions[-1], value), "recoveryId": f"{self.url}/deletedsecrets/{name}",
                "deletedDate": now, "scheduledPurgeDate": now + 90 * 86400}  # fmt: skip

    def _delete(self, request, name):
        self._find(name)
        spelt, versions = self.deleted[name.lower()] = self.secrets.pop(name.lower())
        return Reply(200, self._deleted_bundle(spelt, versions))

    def _get_deleted(self, request, name):
        return Reply(200, self._deleted_bundle(*self._find(name, self.deleted), value=True))

    def _list_deleted(self, request):
        entries = [(k, {**self._deleted_bundle(n, v), "id": f"{self.url}/secrets/{n}"})
                   for k, (n, v) in sorted(self.deleted.items())]  # fmt: skip
        return self._page(request, entries)

    def _purge(self, request, name):
        self._find(name, self.deleted)
        del self.deleted[name.lower()]
        return Reply(204)

    def _recover(self, request, name, _):
        self._find(name, self.deleted)
        spelt, versions = self.secrets[name.lower()] = self.deleted.pop(name.lower())
        return Reply(200, self._item(spelt, versions[-1], True))


__all__ = ["Hangup", "Vault", "VALUE_MAX"]
