"""The REST face of the Secret Manager double: URLs to methods by the HTTP rules of the service's protos, JSON to
messages and back by protobuf's own mapping, which refuses what the API would."""

import json
import re

from google.protobuf import json_format

from doubles.gcp_identity import BadToken, error_info, rpc_error
from doubles.gcp_secrets import HTTP, METHODS, Problem
from doubles.http_service import Hangup, Reply

_S, _V = r"projects/[^/]+(?:/locations/[^/]+)?/secrets/[^/:]+", r"/versions/[^/:]+"
_P = r"projects/[^/]+(?:/locations/[^/]+)?"

# verb, path, method, field that the path fills, field that the body is ("*": all of it; None: no body)
_RULES = [
    ("GET", f"({_P})/secrets", "ListSecrets", "parent", None),
    ("POST", f"({_P})/secrets", "CreateSecret", "parent", "secret"),
    ("GET", f"({_S})", "GetSecret", "name", None),
    ("PATCH", f"({_S})", "UpdateSecret", "secret.name", "secret"),
    ("DELETE", f"({_S})", "DeleteSecret", "name", None),
    ("POST", f"({_S}):addVersion", "AddSecretVersion", "parent", "*"),
    ("GET", f"({_S})/versions", "ListSecretVersions", "parent", None),
    ("GET", f"({_S}{_V})", "GetSecretVersion", "name", None),
    ("GET", f"({_S}{_V}):access", "AccessSecretVersion", "name", None),
    ("POST", f"({_S}{_V}):disable", "DisableSecretVersion", "name", "*"),
    ("POST", f"({_S}{_V}):enable", "EnableSecretVersion", "name", "*"),
    ("POST", f"({_S}{_V}):destroy", "DestroySecretVersion", "name", "*"),
    ("GET", f"({_S}):getIamPolicy", "GetIamPolicy", "resource", None),
    ("POST", f"({_S}):setIamPolicy", "SetIamPolicy", "resource", "*"),
    ("POST", f"({_S}):testIamPermissions", "TestIamPermissions", "resource", "*"),
]
RULES = [(verb, re.compile("/v1/" + path), *rest) for verb, path, *rest in _RULES]


def problem_reply(problem):
    status = HTTP[problem.code]
    details = []
    if problem.reason:
        domain = "iam.googleapis.com" if problem.reason == "IAM_PERMISSION_DENIED" else "googleapis.com"
        details = [error_info(problem.reason, domain, **problem.metadata)]
    reply = rpc_error(status, problem.code, problem.message, *details)
    return reply


def principal_of(identity, manager, headers, anonymous):
    """Who asks, and whether he may let `x-goog-user-project` pay; a Problem if not."""
    scheme, _, token = headers.get("Authorization", headers.get("authorization", "")).partition(" ")
    if anonymous and not token:
        return anonymous
    try:
        if scheme.lower() != "bearer":
            raise BadToken("none")
        principal = identity.principal_of(token)
    except (BadToken, KeyError):
        raise Problem(
            "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token.",
            "ACCESS_TOKEN_TYPE_UNSUPPORTED", service="secretmanager.googleapis.com",
        ) from None  # fmt: skip
    payer = headers.get("x-goog-user-project")
    if payer and payer not in manager.payers:
        raise Problem("PERMISSION_DENIED", "Caller does not have required permission to use project. Grant the "
                      "caller the roles/serviceusage.serviceUsageConsumer role.", "USER_PROJECT_DENIED",
                      consumer=f"projects/{payer}")  # fmt: skip
    return principal


class Rest:
    """answer(request) for http_service.Server. Every call is kept in `calls`, and checked by `discovery`."""

    def __init__(self, manager, identity, discovery, anonymous=None):
        self.manager, self.identity, self.discovery, self.anonymous = manager, identity, discovery, anonymous
        self.calls, self.violations = [], []
        self.scripts = {}  # method: what to do instead, in turn: see _act

    def answer(self, request):
        for verb, pattern, method, field, body_field in RULES:
            match = pattern.fullmatch(request.path)
            if match and verb == request.method:
                return self._act(request, method, {field: match[1]}, body_field)
        return Reply(404, b"<!DOCTYPE html><title>Error 404 (Not Found)</title>", {"Content-Type": "text/html"})

    def _act(self, request, method, path_fields, body_field):
        """A script's step: None (as usual), a status, a Reply, "drop" (done, but not answered) or "lose" (neither)."""
        steps = self.scripts.get(method)
        step = steps.pop(0) if steps else None
        if step == "lose":
            raise Hangup
        if isinstance(step, int):
            names = {status: code for code, status in HTTP.items() if code != "FAILED_PRECONDITION"}
            return rpc_error(step, names.get(step, "UNKNOWN"), "This answer was scripted.")
        if isinstance(step, Reply):
            return step
        try:
            reply = self._call(request, method, path_fields, body_field)
        except Problem as problem:
            reply = problem_reply(problem)
        self._record(request, reply)
        if step == "drop":
            raise Hangup
        return reply

    def _record(self, request, reply):
        body = json.loads(request.body) if request.body else None
        answer = json.loads(reply.body)
        query = {k: v for k, v in request.query.items() if k != "$alt"}  # the SDK's "json;enum-encoding=int"
        self.calls.append((request.method, request.path, dict(request.headers), reply.status))
        if "$alt" in request.query:
            return  # enums as numbers are another mapping than the document's
        try:
            self.discovery.check_call(request.method, request.path, query, body, reply.status, answer)
        except AssertionError as e:
            self.violations.append(str(e))

    def _call(self, request, method, path_fields, body_field):
        handler, message_type = METHODS[method]
        principal = principal_of(self.identity, self.manager, request.headers, self.anonymous)
        message = message_type()
        if body_field is None and request.body:
            raise Problem("INVALID_ARGUMENT", "A body is not allowed.")
        if request.body and request.headers.get("Content-Type", "").split(";")[0] != "application/json":
            raise Problem("INVALID_ARGUMENT", "The content type is not application/json.")
        try:
            body = json.loads(request.body or "{}")
            json_format.ParseDict({body_field: body} if body_field not in (None, "*") else body, message)
            self._fill(message, {**self._query(request.query), **path_fields})
        except (ValueError, json_format.ParseError):
            raise Problem("INVALID_ARGUMENT", "Invalid JSON payload received.") from None
        with self.manager.lock:
            answer = handler(self.manager, principal, message)
            numbers = "enum-encoding=int" in request.query.get("$alt", "")
            return Reply(200, json_format.MessageToDict(answer, use_integers_for_enums=numbers))

    @staticmethod
    def _query(query):
        return {name: value for name, value in query.items() if name not in ("$alt", "alt", "prettyPrint")}

    @staticmethod
    def _fill(message, fields):
        for name, value in fields.items():
            target, parts = message, re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), name).split(".")
            for part in parts[:-1]:
                target = getattr(target, part)
            json_format.ParseDict({parts[-1]: value}, target)
