"""A double of Azure for the tests, the environments of its credentials, and a fake `az`."""

import contextlib
import json
import os
import stat
import sys
from unittest import mock

import jwt
import pytest

import support
from doubles.azure_authority import FEDERATED_AUDIENCE
from doubles.azure_double import AzureDouble
from doubles.certificates import cert_pem, key_pem, make_certificate, make_key
from vaults.support_vaulttool import VaultTool

ISSUER, SUBJECT = "https://oidc.example.test/cluster", "system:serviceaccount:shop:pay"

# Answers as the Azure CLI documents: the token on standard output, complaints and status 1 otherwise. What it
# prints is in the file beside it, so that a test can change it.
FAKE_AZ = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
(here / "az.argv").write_text(json.dumps(sys.argv[1:]))
answer = json.loads((here / "az.json").read_text())
assert sys.argv[1:3] == ["account", "get-access-token"] and sys.argv[3:5] == ["--output", "json"], sys.argv
sys.stderr.write(answer.get("stderr", ""))
sys.stdout.write(answer.get("stdout", ""))
sys.exit(answer.get("status", 0))
"""


class Azure(AzureDouble):
    """The double, with one application for each way to prove who one is."""

    def __init__(self, folder):
        super().__init__(folder)
        self.folder = folder
        self.app = self.authority.register()
        self.secret = support.made("", 40)
        self.app.secrets.append(self.secret)
        key = make_key()
        certificate = make_certificate("keylift client", key)
        self.app.certificates.append(certificate)
        self.certificate_file = folder / "client.pem"
        self.certificate_file.write_bytes(key_pem(key) + cert_pem(certificate))
        cluster = make_key()
        self.app.federated.append((ISSUER, SUBJECT, cluster.public_key()))
        self.federated_file = folder / "federated-token"
        self.federated_file.write_text(jwt.encode(
            {"iss": ISSUER, "sub": SUBJECT, "aud": FEDERATED_AUDIENCE, "exp": 4102444800}, cluster, algorithm="RS256"
        ))  # fmt: skip
        self.managed.system = self.authority.register()
        self.user_assigned = self.authority.register()
        self.managed.users[self.user_assigned.client_id] = self.user_assigned
        self.person = self.authority.register()

    # ---- environments ----

    def base(self, home, **more):
        """Nothing that a credential could come from; metadata services that nobody serves."""
        env = support.clean_env(
            home, AZURE_AUTHORITY_HOST=self.authority.url, AZURE_POD_IDENTITY_AUTHORITY_HOST="http://127.0.0.1:1",
            AZURE_CONFIG_DIR=str(home / "azure"),
        )  # fmt: skip
        env.update(more)
        return env

    def with_secret(self):
        return {"AZURE_TENANT_ID": self.tenant, "AZURE_CLIENT_ID": self.app.client_id,
                "AZURE_CLIENT_SECRET": self.secret}  # fmt: skip

    def with_certificate(self):
        return {"AZURE_TENANT_ID": self.tenant, "AZURE_CLIENT_ID": self.app.client_id,
                "AZURE_CLIENT_CERTIFICATE_PATH": str(self.certificate_file)}  # fmt: skip

    def with_workload(self):
        return {"AZURE_TENANT_ID": self.tenant, "AZURE_CLIENT_ID": self.app.client_id,
                "AZURE_FEDERATED_TOKEN_FILE": str(self.federated_file)}  # fmt: skip

    def with_imds(self):
        return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": self.managed.url}

    def with_app_service(self):
        return {"IDENTITY_ENDPOINT": self.managed.app_service_url, "IDENTITY_HEADER": self.managed.header}

    def with_cli(self, folder, **answer):
        """A folder with `az` in front of PATH. Without an answer it prints a token of a person."""
        folder.mkdir(exist_ok=True)
        if not answer:
            token = {
                "accessToken": self.authority.make_token(self.person, upn="pat@shop.example"), "tokenType": "Bearer",
                "expires_on": 4102444800, "expiresOn": "2100-01-01 00:00:00.000000", "tenant": self.tenant,
            }  # fmt: skip
            answer = {"stdout": json.dumps(token)}
        (folder / "az.json").write_text(json.dumps(answer))
        program = folder / "az"
        program.write_text(FAKE_AZ.format(python=sys.executable))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return {"PATH": f"{folder}:{os.environ['PATH']}"}

    # ---- clients ----

    @contextlib.contextmanager
    def sdk(self, env, credential=None):
        """The official SecretClient, with DefaultAzureCredential in the environment given."""
        from azure.identity import DefaultAzureCredential
        from azure.keyvault.secrets import SecretClient

        full = {**env, "REQUESTS_CA_BUNDLE": str(self.tls.ca_file)}
        with mock.patch.dict(os.environ, full, clear=True):
            # Which hosts are Azure's own is asked of a server of Microsoft's unless this is set.
            credential = credential or DefaultAzureCredential(disable_instance_discovery=True)
            with credential, SecretClient(self.vault.url, credential, verify_challenge_resource=False) as client:
                yield client

    def tool(self, env, **options):
        """keylift's own calls, on this vault."""
        return VaultTool("azure", env, **{"endpoint": self.vault.url, "ca_file": self.tls.ca_file, **options})


@pytest.fixture(scope="session")
def azure_service(tmp_path_factory):
    with Azure(tmp_path_factory.mktemp("azure")) as service:
        yield service


@pytest.fixture
def azure(azure_service):
    """The double, empty."""
    azure_service.vault.reset()
    azure_service.authority.failures.clear()
    azure_service.managed.failures.clear()
    azure_service.authority.requests.clear()
    azure_service.managed.requests.clear()
    yield azure_service
    azure_service.vault.reset()
