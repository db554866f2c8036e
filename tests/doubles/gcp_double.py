"""All of Google Cloud that keylift and Google's own library meet, on loopback: Secret Manager over REST and gRPC
(TLS), the token endpoints (TLS) and the metadata server (plain, as the real one).

    with GcpDouble(folder) as double:
        double.url, double.grpc_target, double.ca_file     Secret Manager
        double.token_url, double.sts_url, double.metadata_host
        double.identity, double.manager                    state that tests may change
        double.rest.violations                             what the discovery document does not allow

The state can be made empty with double.reset(); the servers stay."""

import threading

from doubles.certificates import LoopbackTls
from doubles.discovery import Discovery
from doubles.gcp_grpc import serve
from doubles.gcp_identity import Identity
from doubles.gcp_rest import Rest
from doubles.gcp_secrets import SecretManager
from doubles.http_service import Server

PROJECT, NUMBER = "shop-test", "123456789012"


class GcpDouble:
    def __init__(self, folder):
        self.tls = LoopbackTls(folder)
        self.ca_file = self.tls.ca_file
        self.identity = Identity(PROJECT, NUMBER)
        self.writer = self.identity.add_account("writer")
        self.rest = Rest(None, self.identity, Discovery("secretmanager.v1"))
        self.reset()

    def reset(self):
        """An empty Secret Manager; the accounts stay, with the role of an administrator."""
        self.manager = self.rest.manager = SecretManager(PROJECT, NUMBER)
        self.rest.scripts, self.rest.anonymous = {}, None
        self.rest.calls.clear()
        self.identity.clock_offset, self.identity.lifetime = 0, 3600
        for account in self.identity.accounts.values():
            self.manager.grant(account.email, "roles/secretmanager.admin")

    def __enter__(self):
        self.servers = [
            Server(self.rest.answer, self.tls),
            Server(self.identity.answer, self.tls),
            Server(self.identity.metadata),
        ]
        self.url, base, metadata = (server.url for server in self.servers)
        self.token_url, self.sts_url = f"{base}/token", f"{base}/v1/token"
        self.iam_url = f"{base}/v1/projects/-/serviceAccounts"
        self.metadata_host = metadata.removeprefix("http://")
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.grpc_server, self.grpc_target = serve(self, self.tls)
        return self

    def __exit__(self, *ignored):
        self.grpc_server.stop(None).wait(10)
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def impersonation_url(self, account):
        return f"{self.iam_url}/{account.email}:generateAccessToken"
