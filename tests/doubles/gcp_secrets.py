"""Google Cloud Secret Manager v1 as a double: one state for REST and gRPC, in the messages of the installed
google-cloud-secret-manager. Resource names, labels, replication, checksums, states, paging and permissions are
checked as the API's reference says; a refusal is a Problem with the documented code and details."""

import re
import secrets
import threading
import time

import google_crc32c
from google.cloud.secretmanager_v1 import types
from google.iam.v1 import iam_policy_pb2, policy_pb2
from google.protobuf import empty_pb2

LIMIT = 65536
NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
LOCATION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
PARENT = re.compile(r"projects/([^/]+)(?:/locations/([^/]+))?")
SECRET = re.compile(PARENT.pattern + r"/secrets/([^/]+)")
VERSION = re.compile(SECRET.pattern + r"/versions/([^/]+)")

# "Access control with IAM": what the predefined roles hold, as far as the calls here need it.
_VIEW = {"secrets.get", "secrets.list", "secrets.getIamPolicy", "versions.get", "versions.list"}
ROLES = {
    "roles/secretmanager.secretAccessor": {"versions.access"},
    "roles/secretmanager.secretVersionAdder": {"versions.add"},
    "roles/secretmanager.secretVersionManager": {
        f"versions.{verb}" for verb in ("add", "destroy", "disable", "enable", "get", "list")
    },
    "roles/secretmanager.viewer": _VIEW,
    "roles/secretmanager.admin": _VIEW
    | {f"versions.{verb}" for verb in ("access", "add", "destroy", "disable", "enable")}
    | {f"secrets.{verb}" for verb in ("create", "delete", "update", "setIamPolicy")},
}

HTTP = {"INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
        "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "ABORTED": 409, "RESOURCE_EXHAUSTED": 429, "INTERNAL": 500,
        "UNIMPLEMENTED": 501, "UNAVAILABLE": 503}  # fmt: skip

pb = {name: type(getattr(types, name).pb(getattr(types, name)())) for name in types.__all__
      if hasattr(getattr(types, name), "pb")}  # fmt: skip
ENABLED, DISABLED, DESTROYED = 1, 2, 3
STATE_NAMES = {ENABLED: "ENABLED", DISABLED: "DISABLED", DESTROYED: "DESTROYED"}


class Problem(Exception):
    def __init__(self, code, message, reason=None, **metadata):
        super().__init__(message)
        self.code, self.message, self.reason, self.metadata = code, message, reason, metadata


class _Version:
    def __init__(self, message, data):
        self.message, self.data = message, data


class _Secret:
    def __init__(self, message):
        self.message, self.versions, self.policy = message, [], policy_pb2.Policy(version=1)


class SecretManager:
    def __init__(self, project, number):
        self.project, self.number = project, number
        self.secrets, self.grants, self.lock = {}, [], threading.RLock()
        self.enabled, self.allowed_locations = True, None
        self.pages = {}
        self.payers = {project}  # projects that may be named in x-goog-user-project

    def grant(self, principal, role):
        self.grants.append((principal, role))

    # --- names and permissions

    def _parse(self, pattern, name):
        match = pattern.fullmatch(name)
        if not match:
            raise Problem("INVALID_ARGUMENT", f"Invalid resource field value in the request: [{name}].")
        project, location = match[1], match[2]
        if project not in (self.project, self.number):
            raise Problem("PERMISSION_DENIED", f"Permission denied on resource project {project}.",
                          "CONSUMER_INVALID", consumer=f"projects/{project}")  # fmt: skip
        if location is not None and not LOCATION.fullmatch(location):
            raise Problem("INVALID_ARGUMENT", f"Invalid location [{location}].")
        return match.groups()

    def _held(self, principal, secret=None):
        roles = [role for who, role in self.grants if who == principal]
        for binding in secret.policy.bindings if secret else ():
            roles += [binding.role for member in binding.members if member.partition(":")[2] == principal]
        return set().union(*(ROLES[role] for role in roles)) if roles else set()

    def _demand(self, principal, permission, resource, secret=None):
        if not self.enabled:
            raise Problem("PERMISSION_DENIED", "Secret Manager API has not been used in project before or it is "
                          "disabled.", "SERVICE_DISABLED", service="secretmanager.googleapis.com")  # fmt: skip
        if permission not in self._held(principal, secret):
            full = f"secretmanager.{permission}"
            raise Problem("PERMISSION_DENIED", f"Permission '{full}' denied for resource '{resource}' "
                          "(or it may not exist).", "IAM_PERMISSION_DENIED", permission=full,
                          resource=resource)  # fmt: skip

    def _find(self, principal, name, permission, pattern=SECRET):
        project, location, secret_id, *rest = self._parse(pattern, name)
        secret = self.secrets.get((location, secret_id))
        self._demand(principal, permission, name, secret)
        if not secret:
            raise Problem("NOT_FOUND", f"Secret [projects/{self.number}/secrets/{secret_id}] not found.")
        return (secret, *rest)

    def _find_version(self, principal, name, permission):
        secret, number = self._find(principal, name, permission, VERSION)
        alias = secret.message.version_aliases.get(number)
        if not secret.versions and number == "latest":
            raise Problem("NOT_FOUND", f"Secret [{secret.message.name}] not found or has no versions.")
        if number == "latest":
            return secret.versions[-1]
        number = str(alias) if alias else number
        if not number.isdigit():
            raise Problem("INVALID_ARGUMENT", f"Invalid secret version [{number}].")
        if not 1 <= int(number) <= len(secret.versions):
            raise Problem("NOT_FOUND", f"Secret Version [{secret.message.name}/versions/{number}] not found.")
        return secret.versions[int(number) - 1]

    # --- secrets

    def _check_labels(self, labels):
        for key, value in labels.items():
            if not LABEL_KEY.fullmatch(key) or not LABEL_VALUE.fullmatch(value) or len(labels) > 64:
                raise Problem("INVALID_ARGUMENT", f"Invalid label [{key}].")

    def _check_replication(self, location, secret):
        kind = secret.replication.WhichOneof("replication")
        if location is not None:
            if kind:
                raise Problem("INVALID_ARGUMENT", "Replication is not for regional secrets.")
            return
        if not kind:
            raise Problem("INVALID_ARGUMENT", "The secret's replication policy is required.")
        places = [replica.location for replica in secret.replication.user_managed.replicas]
        if kind == "user_managed" and (not places or len(set(places)) != len(places)
                                       or not all(map(LOCATION.fullmatch, places))):  # fmt: skip
            raise Problem("INVALID_ARGUMENT", "Invalid locations for replicas.")
        for place in places or ["global"]:
            if self.allowed_locations is not None and place not in self.allowed_locations:
                raise Problem("FAILED_PRECONDITION", "Constraint constraints/gcp.resourceLocations violated for "
                              f"[orgpolicy:projects/{self.number}] attempting to create a secret in [{place}].")

    def create_secret(self, principal, request):
        project, location = self._parse(PARENT, request.parent)
        self._demand(principal, "secrets.create", request.parent)
        if not NAME.fullmatch(request.secret_id):
            raise Problem("INVALID_ARGUMENT", f"Invalid secret id [{request.secret_id}].")
        self._check_labels(request.secret.labels)
        self._check_replication(location, request.secret)
        if (location, request.secret_id) in self.secrets:
            raise Problem("ALREADY_EXISTS", f"Secret [{self._name(location)}/{request.secret_id}] already exists.")
        message = pb["Secret"]()
        message.CopyFrom(request.secret)
        message.name = f"{self._name(location)}/{request.secret_id}"
        message.etag = f'"{secrets.token_hex(7)}"'
        message.create_time.FromNanoseconds(time.time_ns())
        self.secrets[location, request.secret_id] = _Secret(message)
        return message

    def _name(self, location):
        return f"projects/{self.number}" + (f"/locations/{location}" if location else "") + "/secrets"

    def get_secret(self, principal, request):
        return self._find(principal, request.name, "secrets.get")[0].message

    def update_secret(self, principal, request):
        secret = self._find(principal, request.secret.name, "secrets.update")[0]
        if not request.update_mask.paths or set(request.update_mask.paths) - {"labels", "annotations"}:
            raise Problem("INVALID_ARGUMENT", "Invalid update mask.")
        if request.secret.etag and request.secret.etag != secret.message.etag:
            raise Problem("ABORTED", "The etag does not match.")
        self._check_labels(request.secret.labels)
        for path in request.update_mask.paths:
            target = getattr(secret.message, path)
            target.clear()
            target.update(getattr(request.secret, path))
        secret.message.etag = f'"{secrets.token_hex(7)}"'
        return secret.message

    def delete_secret(self, principal, request):
        secret = self._find(principal, request.name, "secrets.delete")[0]
        if request.etag and request.etag != secret.message.etag:
            raise Problem("ABORTED", "The etag does not match.")
        self.secrets = {key: other for key, other in self.secrets.items() if other is not secret}
        return empty_pb2.Empty()

    def _page(self, items, request, default):
        size, start = request.page_size or default, 0
        if size < 0:
            raise Problem("INVALID_ARGUMENT", "Invalid page size.")
        if request.page_token:
            known = self.pages.get(request.page_token)
            if not known or known[0] != request.parent:
                raise Problem("INVALID_ARGUMENT", "Invalid page token.")
            start = known[1]
        token = ""
        if start + size < len(items):
            token = f"{secrets.token_urlsafe(12)}+/=&"  # whoever puts it into a URL must encode it
            self.pages[token] = (request.parent, start + size)
        return items[start : start + size], token, len(items)

    def list_secrets(self, principal, request):
        project, location = self._parse(PARENT, request.parent)
        self._demand(principal, "secrets.list", request.parent)
        found = sorted((k[1], s.message) for k, s in self.secrets.items() if k[0] == location)
        page, token, total = self._page([message for _, message in found], request, 25000)
        return pb["ListSecretsResponse"](secrets=page, next_page_token=token, total_size=total)

    # --- versions

    def add_secret_version(self, principal, request):
        secret = self._find(principal, request.parent, "versions.add")[0]
        data = request.payload.data
        if not data:
            raise Problem("INVALID_ARGUMENT", "Secret Payload cannot be empty.")
        if len(data) > LIMIT:
            raise Problem("INVALID_ARGUMENT", f"The secret payload is over the limit of {LIMIT} bytes.")
        checked = request.payload.HasField("data_crc32c")
        if checked and request.payload.data_crc32c != google_crc32c.value(data):
            raise Problem("INVALID_ARGUMENT", "The checksum does not match the payload.")
        message = pb["SecretVersion"](
            name=f"{secret.message.name}/versions/{len(secret.versions) + 1}", state=ENABLED,
            etag=f'"{secrets.token_hex(7)}"', client_specified_payload_checksum=checked,
        )  # fmt: skip
        message.create_time.FromNanoseconds(time.time_ns())
        if secret.message.replication.WhichOneof("replication") == "automatic":
            message.replication_status.automatic.SetInParent()
        for replica in secret.message.replication.user_managed.replicas:
            message.replication_status.user_managed.replicas.add(location=replica.location)
        secret.versions.append(_Version(message, data))
        return message

    def get_secret_version(self, principal, request):
        return self._find_version(principal, request.name, "versions.get").message

    def access_secret_version(self, principal, request):
        version = self._find_version(principal, request.name, "versions.access")
        if version.message.state != ENABLED:
            raise Problem("FAILED_PRECONDITION", f"Secret Version [{version.message.name}] is in "
                          f"{STATE_NAMES[version.message.state]} state.")  # fmt: skip
        payload = pb["SecretPayload"](data=version.data, data_crc32c=google_crc32c.value(version.data))
        return pb["AccessSecretVersionResponse"](name=version.message.name, payload=payload)

    def list_secret_versions(self, principal, request):
        secret = self._find(principal, request.parent, "versions.list")[0]
        newest_first = [version.message for version in reversed(secret.versions)]
        page, token, total = self._page(newest_first, request, 25000)
        return pb["ListSecretVersionsResponse"](versions=page, next_page_token=token, total_size=total)

    def _set_state(self, principal, request, permission, state):
        version = self._find_version(principal, request.name, permission)
        if version.message.state == DESTROYED and state != DESTROYED:
            raise Problem("FAILED_PRECONDITION", f"Secret Version [{version.message.name}] is in DESTROYED state.")
        version.message.state = state
        if state == DESTROYED:
            version.data = None
            version.message.destroy_time.FromNanoseconds(time.time_ns())
        return version.message

    def disable_secret_version(self, principal, request):
        return self._set_state(principal, request, "versions.disable", DISABLED)

    def enable_secret_version(self, principal, request):
        return self._set_state(principal, request, "versions.enable", ENABLED)

    def destroy_secret_version(self, principal, request):
        return self._set_state(principal, request, "versions.destroy", DESTROYED)

    # --- permissions of one secret

    def get_iam_policy(self, principal, request):
        return self._find(principal, request.resource, "secrets.getIamPolicy")[0].policy

    def set_iam_policy(self, principal, request):
        secret = self._find(principal, request.resource, "secrets.setIamPolicy")[0]
        if any(binding.role not in ROLES for binding in request.policy.bindings):
            raise Problem("INVALID_ARGUMENT", "Role is not supported for this resource.")
        secret.policy.CopyFrom(request.policy)
        return secret.policy

    def test_iam_permissions(self, principal, request):
        project, location, secret_id = self._parse(SECRET, request.resource)
        secret = self.secrets.get((location, secret_id))
        held = {f"secretmanager.{permission}" for permission in self._held(principal, secret)} if secret else set()
        return iam_policy_pb2.TestIamPermissionsResponse(permissions=[p for p in request.permissions if p in held])


# Method of the service: the name of its handler, and its request.
METHODS = {
    "ListSecrets": (SecretManager.list_secrets, pb["ListSecretsRequest"]),
    "CreateSecret": (SecretManager.create_secret, pb["CreateSecretRequest"]),
    "AddSecretVersion": (SecretManager.add_secret_version, pb["AddSecretVersionRequest"]),
    "GetSecret": (SecretManager.get_secret, pb["GetSecretRequest"]),
    "UpdateSecret": (SecretManager.update_secret, pb["UpdateSecretRequest"]),
    "DeleteSecret": (SecretManager.delete_secret, pb["DeleteSecretRequest"]),
    "ListSecretVersions": (SecretManager.list_secret_versions, pb["ListSecretVersionsRequest"]),
    "GetSecretVersion": (SecretManager.get_secret_version, pb["GetSecretVersionRequest"]),
    "AccessSecretVersion": (SecretManager.access_secret_version, pb["AccessSecretVersionRequest"]),
    "DisableSecretVersion": (SecretManager.disable_secret_version, pb["DisableSecretVersionRequest"]),
    "EnableSecretVersion": (SecretManager.enable_secret_version, pb["EnableSecretVersionRequest"]),
    "DestroySecretVersion": (SecretManager.destroy_secret_version, pb["DestroySecretVersionRequest"]),
    "SetIamPolicy": (SecretManager.set_iam_policy, iam_policy_pb2.SetIamPolicyRequest),
    "GetIamPolicy": (SecretManager.get_iam_policy, iam_policy_pb2.GetIamPolicyRequest),
    "TestIamPermissions": (SecretManager.test_iam_permissions, iam_policy_pb2.TestIamPermissionsRequest),
}
