"""Every case of the conformance suite against the double of Azure."""

from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_conformance import conformance


def test_azure_passes_the_conformance_suite(azure, home):  # noqa: F811
    env = azure.base(home, **azure.with_secret())
    with azure.sdk(env) as client:
        client.set_secret("made-by-others", "foreign-value")
    conformance("azure", env, endpoint=azure.vault.url, ca_file=azure.tls.ca_file, foreign="made-by-others")
