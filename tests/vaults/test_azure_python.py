"""The Python that keylift says reads a secret, run with the official SDK."""

import base64
import functools
import os
from unittest import mock

import pytest

from vaults.support_azure import azure, azure_service  # noqa: F401


@pytest.fixture
def run(azure, home):  # noqa: F811
    """run(vault, "text", "API-KEY", **environment) -> the value. The classes are the SDK's own; on loopback they must
    be told that no server of Microsoft's is to be asked, and that the resource is of another domain."""
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    def run(vault, which, stored, **more):
        access = vault.python()
        imports, parts = access.lines, access.python
        expression = parts[f"read_{which}"].replace("{client}", parts["client"]).replace("{name}", repr(stored))
        env = azure.base(home, **azure.with_secret(), REQUESTS_CA_BUNDLE=str(azure.tls.ca_file), **more)
        client = functools.partial(SecretClient, verify_challenge_resource=False)
        credential = functools.partial(DefaultAzureCredential, disable_instance_discovery=True)
        names = {"base64": base64}
        with mock.patch.dict(os.environ, env, clear=True), mock.patch(
            "azure.keyvault.secrets.SecretClient", client
        ), mock.patch("azure.identity.DefaultAzureCredential", credential):
            exec("\n".join(imports), names)
            try:
                return eval(expression, names)
            except Exception as e:
                e.expected = eval(parts["missing_error"].replace("{client}", parts["client"]), names)
                raise

    return run


def test_the_expressions_read_text_and_bytes(azure, home, run):  # noqa: F811
    data = bytes(range(256))
    with azure.tool(azure.base(home, **azure.with_secret())) as vault:
        assert vault.put("API_KEY", 'it\'s "ä🔑"\n').ok
        assert vault.put("KEY_BYTES", base64.b64encode(data)).ok
        assert run(vault, "text", vault.map("API_KEY").stored) == 'it\'s "ä🔑"\n'
        assert run(vault, "bytes", vault.map("KEY_BYTES").stored) == data
        with pytest.raises(Exception) as missing:
            run(vault, "text", "ABSENT")
        assert isinstance(missing.value, missing.value.expected)
        # The program's own environment may name another vault.
        assert run(vault, "text", "API-KEY", AZURE_KEYVAULT_URL=azure.vault.url + "/").startswith("it's")
        with pytest.raises(Exception, match="elsewhere.invalid"):
            run(vault, "text", "API-KEY", AZURE_KEYVAULT_URL="https://elsewhere.invalid")
