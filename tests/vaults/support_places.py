"""Vaults on servers, looked at from behind: what keylift has to be told to use them, and what they hold."""

from hvac.exceptions import InvalidPath
from vaults.support_gcp import PROJECT, write_json

PREFIX = "kept/"


class OpenBao:
    def __init__(self, server, home=None):
        token = server.token('path "secret/*" { capabilities = ["create", "read", "update", "patch", "list"] }')
        self.kv = server.client(server.root.token).secrets.kv.v2
        self.env = {"VAULT_TOKEN": token}
        self.where = ["--vault-addr", server.address, "--ca-file", str(server.ca)]
        self.what = ["--to", "openbao", "--vault-mount", "secret", "--prefix", PREFIX.rstrip("/")]

    def read(self, name):
        try:
            answer = self.kv.read_secret_version(PREFIX + name, mount_point="secret", raise_on_deleted_version=True)
        except InvalidPath:
            return None, 0
        data = answer["data"]
        return next(iter(data["data"].values())), data["metadata"]["version"]

    def is_marked(self, name):
        """Whether it says that it is keylift's."""
        metadata = self.kv.read_secret_metadata(PREFIX + name, mount_point="secret")["data"]
        return (metadata["custom_metadata"] or {}).get("managed-by") == "keylift"

    def unmark(self, name):
        self.kv.update_metadata(PREFIX + name, custom_metadata={"of": "nobody"}, mount_point="secret")

    def put(self, name, value):
        """Somebody else's hand."""
        self.kv.create_or_update_secret(PREFIX + name, {"value": value}, mount_point="secret")

    def forget(self, name):
        self.kv.delete_metadata_and_all_versions(PREFIX + name, mount_point="secret")


class Moto:
    def __init__(self, server, home):
        self.client = server.client()
        self.env = {name: value for name, value in server.env(home).items() if name.startswith("AWS_")}
        self.where = ["--endpoint", server.url]
        self.what = ["--to", "aws", "--prefix", PREFIX]

    def read(self, name):
        try:
            answer = self.client.get_secret_value(SecretId=PREFIX + name)
        except self.client.exceptions.ResourceNotFoundException:
            return None, 0
        value = answer["SecretString"] if "SecretString" in answer else answer["SecretBinary"]
        return value, len(self.client.list_secret_version_ids(SecretId=PREFIX + name)["Versions"])

    def is_marked(self, name):
        tags = self.client.describe_secret(SecretId=PREFIX + name)["Tags"]
        return {"Key": "managed-by", "Value": "keylift"} in tags

    def forget(self, name):
        self.client.delete_secret(SecretId=PREFIX + name, ForceDeleteWithoutRecovery=True)

    def put(self, name, value):
        """Somebody else's hand."""
        self.client.put_secret_value(SecretId=PREFIX + name, SecretString=value)


class AzureKeyVault:
    """The double: what it holds is looked at in its memory."""

    def __init__(self, double, home):
        self.store = double.vault
        self.env = {name: value for name, value in double.base(home, **double.with_secret()).items() if name.startswith("AZURE_")}
        self.where = ["--endpoint", double.vault.url, "--ca-file", str(double.tls.ca_file)]
        self.what = ["--to", "azure", "--prefix", "kept-"]

    @staticmethod
    def stored_name(name):
        return f"kept-{name}".replace("_", "-").lower()

    def versions(self, name):
        with self.store.lock:
            return self.store.secrets.get(self.stored_name(name), (None, []))[1]

    def read(self, name):
        versions = self.versions(name)
        return (versions[-1].value, len(versions)) if versions else (None, 0)

    def is_marked(self, name):
        return (self.versions(name)[-1].tags or {}).get("managed-by") == "keylift"

    def forget(self, name):
        with self.store.lock:
            self.store.secrets.pop(self.stored_name(name), None)


class GoogleSecretManager:
    """The double, the same."""

    def __init__(self, double, home):
        self.double = double
        key = write_json(home / "key.json", double.writer.file(double.token_url))
        self.env = {"GOOGLE_APPLICATION_CREDENTIALS": str(key), "NO_GCE_CHECK": "true"}
        self.where = ["--endpoint", double.url, "--ca-file", str(double.ca_file)]
        self.what = ["--to", "gcp", "--gcp-project", PROJECT, "--prefix", "kept-"]

    def secret(self, name):
        return self.double.manager.secrets.get((None, f"kept-{name}"))

    def read(self, name):
        secret = self.secret(name)
        versions = secret.versions if secret else []
        return (versions[-1].data.decode(), len(versions)) if versions else (None, 0)

    def is_marked(self, name):
        return self.secret(name).message.labels.get("managed-by") == "keylift"

    def forget(self, name):
        self.double.manager.secrets.pop((None, f"kept-{name}"), None)
