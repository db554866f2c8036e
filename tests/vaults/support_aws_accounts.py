"""Every source of credentials of AWS in one server on loopback: STS, IAM Identity Center, the agent of ECS and
EKS, the instance metadata service. What it gives out depends only on who asked for what, so that two programs
that go the same way get the same; every signature is verified."""

import hashlib
import json
import time
import urllib.parse

from vaults.support_proxy import FaultProxy
from vaults.test_http_sigv4 import AUTHORIZATION, signed_again

LATER = "2099-01-01T00:00:00Z"
ACCOUNT = "123456789012"
XML = [("Content-Type", "text/xml")]
JSON = [("Content-Type", "application/json")]


def derive(*parts):
    """(id, key, token) of a short-lived credential, from what it stands for."""
    digest = hashlib.sha256("|".join(parts).encode()).hexdigest()
    return "AS" + "IA" + digest[:16].upper(), digest[16:56], "token/" + digest[:40]


class Accounts:
    """with Accounts() as a: a.url; a.add_key(id, key); a.callers: (id, token) of each GetCallerIdentity."""

    def __init__(self, web_token="", agent_token=""):
        self.keys, self.tokens, self.callers = {}, {}, []
        self.web_token, self.agent_token, self.sso_token = web_token, agent_token, None
        self.imds_role, self.refresh_token, self.problems = "web-role", None, []

    def __enter__(self):
        self.server = FaultProxy(handler=self._answer, host="127.0.0.1").__enter__()
        self.url = self.server.url
        return self

    def __exit__(self, *error):
        return self.server.__exit__(*error)

    def add_key(self, key_id, key, token=None):
        self.keys[key_id], self.tokens[key_id] = key, token

    def _make(self, *parts):
        found = derive(*parts)
        self.add_key(*found)
        return found

    def _answer(self, call):
        path, _, query = call.path.partition("?")
        try:
            if call.header("X-Amz-Target"):
                return self._secrets(call)
            if call.method == "POST" and path == "/":
                return self._sts(call, dict(urllib.parse.parse_qsl(call.body.decode())))
            if path == "/federation/credentials":
                return self._portal(call, dict(urllib.parse.parse_qsl(query)))
            if path == "/token":
                return self._oidc(json.loads(call.body))
            if path == "/agent":
                return self._agent(call)
            return self._imds(call, path)
        except Exception as problem:  # an assertion in a thread would be lost
            self.problems.append(repr(problem))
            return 500, [], b""

    def _signer(self, call):
        match = AUTHORIZATION.fullmatch(call.header("Authorization") or "")
        if not match or match["id"] not in self.keys:
            return None
        token = self.tokens[match["id"]]
        if call.header("X-Amz-Security-Token") != token:
            return None
        _, signature = signed_again(call, match, self.keys[match["id"]], token, self.url)
        return match["id"] if signature == match["signature"] else None

    def _secrets(self, call):
        """An empty Secrets Manager."""
        if self._signer(call) is None:
            return 400, JSON, b'{"__type": "UnrecognizedClientException"}'
        if call.header("X-Amz-Target") == "secretsmanager.ListSecrets":
            return 200, JSON, b'{"SecretList": []}'
        return 400, JSON, b'{"__type": "ResourceNotFoundException"}'

    def _sts(self, call, form):
        action, role = form["Action"], form.get("RoleArn", "")
        if action == "AssumeRoleWithWebIdentity":
            if form["WebIdentityToken"] != self.web_token:
                return self._refuse(action, "InvalidIdentityToken")
            return self._credentials(action, "web", role)
        signer = self._signer(call)
        if signer is None:
            return self._refuse(action, "InvalidClientTokenId")
        if action == "AssumeRole":
            return self._credentials(action, "role", role, signer, form.get("ExternalId", ""))
        self.callers.append((signer, self.tokens[signer]))
        who = f"<Arn>arn:aws:iam::{ACCOUNT}:user/{signer}</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>"
        return 200, XML, f"<{action}Response><{action}Result>{who}</{action}Result></{action}Response>".encode()

    def _credentials(self, action, *parts):
        key_id, key, token = self._make(*parts)
        body = (f"<{action}Response><{action}Result><Credentials><AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>"
                f"{key}</SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{LATER}</Expiration>"
                f"</Credentials></{action}Result></{action}Response>")  # fmt: skip
        return 200, XML, body.encode()

    def _refuse(self, action, code):
        body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        return 403, XML, body.encode()

    def _portal(self, call, query):
        if not self.sso_token or call.header("x-amz-sso_bearer_token") != self.sso_token:
            return 401, [("x-amzn-ErrorType", "UnauthorizedException")], b'{"message": "no"}'
        key_id, key, token = self._make("sso", query["account_id"], query["role_name"])
        body = {"roleCredentials": {"accessKeyId": key_id, "secretAccessKey": key, "sessionToken": token,
                                    "expiration": int(time.time() + 3600) * 1000}}  # fmt: skip
        return 200, JSON, json.dumps(body).encode()

    def _oidc(self, body):
        if not self.refresh_token or body["refreshToken"] != self.refresh_token or body["grantType"] != "refresh_token":
            return 400, JSON, b'{"error": "invalid_grant"}'
        self.sso_token = "refreshed-" + self.refresh_token
        answer = {"accessToken": self.sso_token, "expiresIn": 3600, "tokenType": "Bearer"}
        return 200, JSON, json.dumps(answer).encode()

    def _agent(self, call):
        if call.header("Authorization") != self.agent_token:
            return 401, [], b"{}"
        return self._document("agent")

    def _document(self, *parts):
        key_id, key, token = self._make(*parts)
        body = {"Code": "Success", "AccessKeyId": key_id, "SecretAccessKey": key, "Token": token, "Expiration": LATER}
        return 200, JSON, json.dumps(body).encode()

    def _imds(self, call, path):
        roles = "/latest/meta-data/iam/security-credentials/"
        if path == "/latest/api/token":
            assert call.method == "PUT" and int(call.header("X-aws-ec2-metadata-token-ttl-seconds")) > 0
            return 200, [], b"imds-session"
        if call.header("X-aws-ec2-metadata-token") != "imds-session" or not self.imds_role:
            return 401 if self.imds_role else 404, [], b""
        if path == roles:
            return 200, [], self.imds_role.encode()
        assert path == roles + self.imds_role, path
        return self._document("imds", self.imds_role)
