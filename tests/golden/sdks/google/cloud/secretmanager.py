"""Of the library, what rewritten code says; the secrets are variables. The real one: tests/vaults."""

import base64
import os


class Payload:
    def __init__(self, data):
        self.data, self.payload = data, self


class SecretManagerServiceClient:
    @staticmethod
    def secret_version_path(project, name, version):
        assert (project, version) == ("shop-123", "latest")
        return name

    def access_secret_version(self, name):
        value = os.environ[name]
        try:
            return Payload(base64.b64decode(value, validate=True))
        except ValueError:
            return Payload(value.encode())
