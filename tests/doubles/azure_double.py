"""A strict double of the parts of Azure that a Key Vault client talks to, on loopback.

    with AzureDouble(folder) as azure:
        azure.vault.url, azure.authority.url, azure.tls.ca_file
        azure.vault.secrets, azure.vault.requests

Four services, each of which refuses what the real one refuses:

    Authority   tokens for a client secret, a certificate's assertion, a federated assertion (azure_authority.py)
    Identity    managed identities: the instance metadata service and App Service (azure_managed.py)
    Vault       Key Vault's secrets, api-version 7.4 and later (azure_vault.py)

The official SDKs run their whole life cycle against it (tests/vaults/test_azure_sdk.py): what they cannot do
here has not been tested with our client.
"""

import secrets
import threading
import uuid

from doubles.azure_authority import Authority
from doubles.azure_managed import ManagedIdentity
from doubles.azure_vault import Vault
from doubles.certificates import LoopbackTls, make_key
from doubles.http_service import Server

RESOURCE = "https://vault.azure.net"


class AzureDouble:
    def __init__(self, folder):
        self.tls = LoopbackTls(folder)
        self.tenant, self.signing_key = str(uuid.uuid4()), make_key()
        self.authority = Authority(self.tenant, self.signing_key, RESOURCE)
        self.vault = Vault(self.authority)
        self.managed = ManagedIdentity(self.authority, secrets.token_urlsafe(24))
        self._servers = []

    def __enter__(self):
        for service, tls in ((self.authority, self.tls), (self.vault, self.tls), (self.managed, None)):
            server = Server(service.answer, tls)
            service.url = server.url
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self._servers.append(server)
        return self

    def __exit__(self, *exc):
        for server in self._servers:
            server.shutdown()
            server.server_close()
