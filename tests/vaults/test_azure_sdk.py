"""The official SDKs live their whole life against the double, with every credential that keylift has, too: what they
cannot do here has not been tested with our client."""

import os
from unittest import mock

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import CertificateCredential, ClientSecretCredential

from vaults.support_azure import azure, azure_service  # noqa: F401


@pytest.fixture(params=["secret", "certificate", "workload", "imds", "app_service", "user_assigned", "cli"])
def way(request, azure, home, tmp_path):  # noqa: F811
    """(environment, who it is)"""
    which = request.param
    if which == "user_assigned":
        more = {**azure.with_imds(), "AZURE_CLIENT_ID": azure.user_assigned.client_id}
    elif which == "cli":
        more = azure.with_cli(tmp_path / "bin")
    else:
        more = getattr(azure, f"with_{which}")()
    who = {"imds": azure.managed.system, "app_service": azure.managed.system, "cli": azure.person,
           "user_assigned": azure.user_assigned}.get(which, azure.app)  # fmt: skip
    return azure.base(home, **more), who


def test_the_whole_life_of_a_secret(azure, way):  # noqa: F811
    env, who = way
    with azure.sdk(env) as client:
        with pytest.raises(ResourceNotFoundError):
            client.get_secret("API-KEY")
        first = client.set_secret("API-KEY", "value-one", content_type="text/plain", tags={"a": "b"})
        second = client.set_secret("api-key", "value-two")  # one secret: names have no case
        assert second.name == "API-KEY" and first.properties.version != second.properties.version
        assert client.get_secret("API-KEY").value == "value-two"
        assert client.get_secret("api-KEY", first.properties.version).value == "value-one"
        versions = {p.version for p in client.list_properties_of_secret_versions("API-KEY")}
        assert versions == {first.properties.version, second.properties.version}
        changed = client.update_secret_properties("API-KEY", second.properties.version, enabled=False, tags={"x": "y"})
        assert changed.enabled is False and changed.tags == {"x": "y"}
        with pytest.raises(HttpResponseError) as refused:
            client.get_secret("API-KEY")
        assert refused.value.status_code == 403 and "SecretDisabled" in str(refused.value)
        client.update_secret_properties("API-KEY", second.properties.version, enabled=True)
        deleted = client.begin_delete_secret("API-KEY").result()
        assert deleted.name == "API-KEY" and deleted.scheduled_purge_date
        with pytest.raises(ResourceNotFoundError):
            client.get_secret("API-KEY")
        with pytest.raises(HttpResponseError) as taken:
            client.set_secret("API-KEY", "value-three")
        assert taken.value.status_code == 409 and "ObjectIsDeletedButRecoverable" in str(taken.value)
        assert client.get_deleted_secret("API-KEY").name == "API-KEY"
        assert [d.name for d in client.list_deleted_secrets()] == ["API-KEY"]
        client.begin_recover_deleted_secret("API-KEY").wait()
        assert client.get_secret("API-KEY").value == "value-two"
        client.begin_delete_secret("API-KEY").wait()
        client.purge_deleted_secret("API-KEY")
        assert client.set_secret("API-KEY", "value-three").value == "value-three"
    azure.vault.allowed = {who.object_id: ("list",)}
    with azure.sdk(env) as client, pytest.raises(HttpResponseError) as forbidden:
        client.get_secret("API-KEY")
    assert forbidden.value.status_code == 403 and who.object_id in str(forbidden.value)


def test_lists_come_in_pages(azure, home):  # noqa: F811
    names = [f"NAME-{i}" for i in range(60)]
    for name in names:
        azure.vault.store(name, "value-one")
    with azure.sdk(azure.base(home, **azure.with_secret())) as client:
        assert sorted(p.name for p in client.list_properties_of_secrets()) == sorted(names)
        assert sorted(p.name for p in client.list_properties_of_secrets(max_page_size=7)) == sorted(names)
    pages = [query for method, path, query, *_ in azure.vault.requests if path == "/secrets" and "maxresults" in query]
    assert len(pages) >= 9


def test_the_service_refuses_what_it_should(azure, home):  # noqa: F811
    with azure.sdk(azure.base(home, **azure.with_secret())) as client:
        for name, value, code in [
            ("A" * 128, "x", "BadParameter"),
            ("UNDER_SCORE", "x", "BadParameter"),
            ("LONG", "x" * 25601, "BadParameter"),
            ("UMLAUTS", "ä" * 12801, "BadParameter"),
        ]:
            with pytest.raises(HttpResponseError) as refused:
                client.set_secret(name, value)
            assert refused.value.error.code == code, name
        with pytest.raises(HttpResponseError):
            client.set_secret("TAGS", "x", tags={str(i): "" for i in range(16)})
        assert client.set_secret("LONG", "x" * 25600).value == "x" * 25600
        azure.vault.throttle = 2  # the SDK waits and asks again
        assert client.get_secret("LONG").value == "x" * 25600
        azure.vault.firewall = True
        with pytest.raises(HttpResponseError) as outside:
            client.get_secret("LONG")
        assert "ForbiddenByFirewall" in str(outside.value)


@pytest.mark.parametrize("claims", [{"aud": "https://other.example"}, {"exp": 1}, {"iss": "https://sts.example/x/"}])
def test_a_token_that_is_not_for_this_vault_is_refused(azure, home, tmp_path, claims):  # noqa: F811
    import json

    token = {"accessToken": azure.authority.make_token(azure.person, **claims), "expires_on": 4102444800}
    env = azure.base(home, **azure.with_cli(tmp_path / "bin", stdout=json.dumps(token)))
    with azure.sdk(env) as client, pytest.raises(ClientAuthenticationError):
        client.get_secret("API-KEY")


def test_a_wrong_proof_gets_no_token(azure, home, tmp_path):  # noqa: F811
    other = tmp_path / "other.pem"
    from doubles.certificates import cert_pem, key_pem, make_certificate, make_key

    key = make_key()
    other.write_bytes(key_pem(key) + cert_pem(make_certificate("stranger", key)))
    ids = {"tenant_id": azure.tenant, "client_id": azure.app.client_id, "disable_instance_discovery": True}
    with mock.patch.dict(os.environ, {**azure.base(home), "REQUESTS_CA_BUNDLE": str(azure.tls.ca_file)}, clear=True):
        for credential in (
            ClientSecretCredential(client_secret="wrong", **ids),
            CertificateCredential(certificate_path=str(other), **ids),
            ClientSecretCredential(client_secret=azure.secret, **{**ids, "client_id": "nobody"}),
        ):
            with pytest.raises(ClientAuthenticationError):
                credential.get_token("https://vault.azure.net/.default")


def test_the_challenge_of_a_stranger_is_refused(azure, home):  # noqa: F811
    """The rule that keylift has, too: on loopback the resource is no parent domain."""
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    env = azure.base(home, REQUESTS_CA_BUNDLE=str(azure.tls.ca_file), **azure.with_secret())
    with mock.patch.dict(os.environ, env, clear=True):
        client = SecretClient(azure.vault.url, DefaultAzureCredential(disable_instance_discovery=True))
        with pytest.raises(ValueError, match="does not match the requested domain"):
            client.get_secret("API-KEY")
