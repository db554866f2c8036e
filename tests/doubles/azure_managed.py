"""Managed identities: the instance metadata service of a virtual machine, and App Service's endpoint ("How to use
managed identities ... on an Azure VM to acquire an access token", "How to use managed identities for App Service")."""

import time

from doubles.http_service import Reply


class ManagedIdentity:
    def __init__(self, authority, header):
        self.authority, self.header = authority, header
        self.url = ""
        self.system, self.users = None, {}  # an Application; Applications by client id
        self.requests = []
        self.failures = []

    @property
    def app_service_url(self):
        return self.url + "/msi/token"

    def answer(self, request):
        self.requests.append((request.method, request.path))
        if self.failures:
            raise self.failures.pop(0)
        if request.method == "GET" and request.path == "/metadata/identity/oauth2/token":
            return self._imds(request)
        if request.method == "GET" and request.path == "/msi/token":
            return self._app_service(request)
        return Reply(404, {"error": "not_found"})

    def _choose(self, request):
        client = request.query.get("client_id")
        return self.users.get(client) if client else self.system

    def _imds(self, request):
        if request.headers.get("Metadata") != "true" or "X-Forwarded-For" in request.headers:
            return Reply(400, _error("invalid_request", "Required metadata header not specified"))
        if request.query.get("api-version") != "2018-02-01":
            return Reply(400, _error("invalid_request", "Invalid api-version"))
        if request.query.get("resource") != self.authority.resource:
            return Reply(400, _error("invalid_resource", "AADSTS500011: The resource principal was not found"))
        app = self._choose(request)
        if not app:
            return Reply(400, _error("invalid_request", "Identity not found"))
        now, life = int(time.time()), self.authority.token_life_s
        return Reply(200, {
            "access_token": self.authority.make_token(app), "client_id": app.client_id, "expires_in": str(life),
            "expires_on": str(now + life), "ext_expires_in": str(life), "not_before": str(now - 5),
            "resource": self.authority.resource, "token_type": "Bearer",
        })  # fmt: skip

    def _app_service(self, request):
        if request.headers.get("X-IDENTITY-HEADER") != self.header:
            return Reply(401, {"statusCode": 401, "message": "Unauthorized"})
        if request.query.get("api-version") != "2019-08-01":
            return Reply(400, {"statusCode": 400, "message": "Unsupported api-version"})
        app = self._choose(request)
        if not app or request.query.get("resource") != self.authority.resource:
            return Reply(400, {"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found"})
        now = int(time.time())
        return Reply(200, {
            "access_token": self.authority.make_token(app), "client_id": app.client_id,
            "expires_on": str(now + self.authority.token_life_s), "resource": self.authority.resource,
            "token_type": "Bearer",
        })  # fmt: skip


def _error(code, text):
    return {"error": code, "error_description": text}
