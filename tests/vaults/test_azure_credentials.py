"""keylift signs in as azure-identity's DefaultAzureCredential does: with the same link of the chain, as the same
principal, or not at all, in each of a table of environments."""

import os
import re
import time
from unittest import mock

import jwt
import pytest

from doubles.certificates import cert_pem, key_pem, make_certificate, make_key
from doubles.http_service import Reply
import support
from vaults.support_azure import azure, azure_service  # noqa: F401

SCOPE = "https://vault.azure.net/.default"
LINKS = {
    "EnvironmentCredential": "environment",
    "WorkloadIdentityCredential": "workload-identity",
    "ManagedIdentityCredential": "managed-identity",
    "AzureCliCredential": "cli",
}
LOGGED_OUT = {"status": 1, "stderr": "ERROR: Please run 'az login' to setup account.\n"}


def sdk_identity(azure, env):  # noqa: F811
    """(link, object id), or None where it gets no token."""
    from azure.identity import DefaultAzureCredential

    full = {**env, "REQUESTS_CA_BUNDLE": str(azure.tls.ca_file)}
    with mock.patch.dict(os.environ, full, clear=True), mock.patch(
        "azure.core.pipeline.transport.RequestsTransport.sleep"
    ):
        try:
            credential = DefaultAzureCredential(disable_instance_discovery=True)
            token = credential.get_token(SCOPE, tenant_id=azure.tenant).token
        except Exception:  # which one it is differs from link to link; that there is one is what counts
            return None
    used = type(credential._successful_credential).__name__
    return LINKS[used], jwt.decode(token, options={"verify_signature": False})["oid"]


def keylift_identity(azure, env):  # noqa: F811
    with azure.tool(env) as vault:
        if not vault.opened.ok:
            assert vault.opened.status in ("usage", "credentials"), vault.opened
            return None
        answer = vault.identity()
    if not answer.ok:
        assert answer.status in ("credentials", "unsupported"), answer
        return None
    [line] = [line for line in answer.lines if line.startswith("credential: ")]
    link, _, who = line.removeprefix("credential: ").partition(" ")
    return link, re.search(r"object ([0-9a-f-]{36})", who)[1]


def wrong_certificate(a, tmp):
    key = make_key()
    (tmp / "other.pem").write_bytes(key_pem(key) + cert_pem(make_certificate("stranger", key)))
    return {**a.with_certificate(), "AZURE_CLIENT_CERTIFICATE_PATH": str(tmp / "other.pem")}


def without(env, *names):
    return {name: value for name, value in env.items() if name not in names}


def strange_federated(a, tmp):
    (tmp / "token").write_text(jwt.encode({"sub": "stranger", "iss": "x"}, make_key(), algorithm="RS256"))
    return {**a.with_workload(), "AZURE_FEDERATED_TOKEN_FILE": str(tmp / "token")}


NOBODY = "00000000-0000-0000-0000-000000000000"
# name: (environment, the link that is expected; None: no token). The SDK must agree with each.
TABLE = {
    "nothing": (lambda a, t: {}, None),
    "secret": (lambda a, t: a.with_secret(), "environment"),
    "certificate": (lambda a, t: a.with_certificate(), "environment"),
    "secret before certificate": (lambda a, t: {**wrong_certificate(a, t), **a.with_secret()}, "environment"),
    "environment before all": (
        lambda a, t: {**a.with_workload(), **a.with_secret(), **a.with_imds(), **a.with_cli(t / "b")}, "environment"),
    "no tenant": (lambda a, t: without(a.with_secret(), "AZURE_TENANT_ID"), None),
    "no tenant, cli": (lambda a, t: {**without(a.with_secret(), "AZURE_TENANT_ID"), **a.with_cli(t / "b")}, "cli"),
    "no client, imds": (lambda a, t: {**without(a.with_secret(), "AZURE_CLIENT_ID"), **a.with_imds()}, "managed-identity"),
    "wrong secret ends the chain": (
        lambda a, t: {**a.with_secret(), "AZURE_CLIENT_SECRET": support.made("wrong-", 30), **a.with_cli(t / "b")}, None),
    "empty secret ends the chain": (
        lambda a, t: {**a.with_secret(), "AZURE_CLIENT_SECRET": "", **a.with_cli(t / "b")}, None),
    "wrong certificate ends the chain": (lambda a, t: {**wrong_certificate(a, t), **a.with_cli(t / "b")}, None),
    "no certificate file ends the chain": (
        lambda a, t: {**a.with_certificate(), "AZURE_CLIENT_CERTIFICATE_PATH": str(t / "none"), **a.with_cli(t / "b")},
        None),
    "another tenant": (lambda a, t: {**a.with_secret(), "AZURE_TENANT_ID": NOBODY}, None),
    "no tenant's id": (lambda a, t: {**a.with_secret(), "AZURE_TENANT_ID": "a/b"}, None),
    "another tenant alone": (lambda a, t: {
        **a.with_secret(), "AZURE_TENANT_ID": NOBODY, "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH": "1"}, None),
    "tenant in capitals": (lambda a, t: {**a.with_secret(), "AZURE_TENANT_ID": a.tenant.upper()}, None),
    "workload": (lambda a, t: a.with_workload(), "workload-identity"),
    "workload before imds and cli": (
        lambda a, t: {**a.with_workload(), **a.with_imds(), **a.with_cli(t / "b")}, "workload-identity"),
    "workload without its file": (
        lambda a, t: {**a.with_workload(), "AZURE_FEDERATED_TOKEN_FILE": str(t / "none"), **a.with_cli(t / "b")}, None),
    "workload of a stranger": (lambda a, t: {**strange_federated(a, t), **a.with_cli(t / "b")}, None),
    "workload without client": (
        lambda a, t: {**without(a.with_workload(), "AZURE_CLIENT_ID"), **a.with_imds()}, None),
    "imds": (lambda a, t: a.with_imds(), "managed-identity"),
    "imds before cli": (lambda a, t: {**a.with_imds(), **a.with_cli(t / "b")}, "managed-identity"),
    "imds, user-assigned": (
        lambda a, t: {**a.with_imds(), "AZURE_CLIENT_ID": a.user_assigned.client_id}, "managed-identity"),
    "imds without that user": (
        lambda a, t: {**a.with_imds(), "AZURE_CLIENT_ID": NOBODY, **a.with_cli(t / "b")}, "cli"),
    "imds with a slash": (
        lambda a, t: {"AZURE_POD_IDENTITY_AUTHORITY_HOST": a.managed.url + "/"}, "managed-identity"),
    "app service": (lambda a, t: a.with_app_service(), "managed-identity"),
    "app service, user-assigned": (
        lambda a, t: {**a.with_app_service(), "AZURE_CLIENT_ID": a.user_assigned.client_id}, "managed-identity"),
    "app service before imds": (
        lambda a, t: {**a.with_app_service(), "AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"},
        "managed-identity"),
    "app service without that user": (
        lambda a, t: {**a.with_app_service(), "AZURE_CLIENT_ID": NOBODY, **a.with_cli(t / "b")}, "cli"),
    "app service, wrong header": (
        lambda a, t: {**a.with_app_service(), "IDENTITY_HEADER": "wrong", **a.with_cli(t / "b")}, "cli"),
    "cli": (lambda a, t: a.with_cli(t / "b"), "cli"),
    "cli, logged out": (lambda a, t: a.with_cli(t / "b", **LOGGED_OUT), None),
    "cli, no token": (lambda a, t: a.with_cli(t / "b", stdout='{"expires_on": 4102444800}'), None),
    "cli, no JSON": (lambda a, t: a.with_cli(t / "b", stdout="Hello"), None),
    "named dev": (lambda a, t: {
        **a.with_secret(), **a.with_imds(), **a.with_cli(t / "b"), "AZURE_TOKEN_CREDENTIALS": "dev"}, "cli"),
    "named prod": (lambda a, t: {**a.with_cli(t / "b"), "AZURE_TOKEN_CREDENTIALS": "prod"}, None),
    "named prod, imds": (
        lambda a, t: {**a.with_imds(), **a.with_cli(t / "b"), "AZURE_TOKEN_CREDENTIALS": " PROD "}, "managed-identity"),
    "named cli": (lambda a, t: {
        **a.with_secret(), **a.with_cli(t / "b"), "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"}, "cli"),
    "named managed identity": (lambda a, t: {
        **a.with_secret(), **a.with_imds(), "AZURE_CLIENT_ID": a.user_assigned.client_id,
        "AZURE_TOKEN_CREDENTIALS": "managedidentitycredential"}, "managed-identity"),
    "named environment": (lambda a, t: {
        **a.with_imds(), "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"}, None),
    "named workload": (lambda a, t: {
        **a.with_secret(), **a.with_workload(), "AZURE_TOKEN_CREDENTIALS": "WorkloadIdentityCredential"},
        "workload-identity"),
    "named nonsense": (lambda a, t: {**a.with_secret(), "AZURE_TOKEN_CREDENTIALS": NOBODY}, None),
    "an empty choice is none": (lambda a, t: {**a.with_secret(), "AZURE_TOKEN_CREDENTIALS": " "}, "environment"),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_keylift_signs_in_as_the_sdk_does(azure, home, tmp_path, case):  # noqa: F811
    make, link = TABLE[case]
    env = azure.base(home, **make(azure, tmp_path))
    ours, theirs = keylift_identity(azure, env), sdk_identity(azure, env)
    assert ours == theirs
    assert (ours and ours[0]) == link


def test_a_metadata_service_of_another_cloud_is_no_identity(azure, home, tmp_path):  # noqa: F811
    env = azure.base(home, **azure.with_imds(), **azure.with_cli(tmp_path / "bin"))
    html = {"Content-Type": "text/html"}
    for answer in (Reply(404, b"<html>", html), Reply(200, b"<html>", html), Reply(403, {"error": "unreachable"})):
        for identity in (keylift_identity, sdk_identity):
            azure.managed.failures = [answer] * 8
            assert identity(azure, env)[0] == "cli"


@pytest.mark.parametrize("host", ["{url}", "{url}/", "{bare}", "{bare}/ "])
def test_the_authority_may_be_written_in_every_way_that_the_sdk_takes(azure, home, host):  # noqa: F811
    bare = azure.authority.url.partition("://")[2]
    env = azure.base(home, **azure.with_secret())
    env["AZURE_AUTHORITY_HOST"] = host.format(url=azure.authority.url, bare=bare)
    assert keylift_identity(azure, env) == sdk_identity(azure, env) == ("environment", azure.app.object_id)


def test_the_authority_is_never_asked_without_tls(azure, home):  # noqa: F811
    env = azure.base(home, **azure.with_secret())
    env["AZURE_AUTHORITY_HOST"] = azure.authority.url.replace("https:", "http:")
    assert keylift_identity(azure, env) is None and sdk_identity(azure, env) is None
    assert azure.authority.requests == []


@pytest.mark.parametrize("name", ["environment", "EnvironmentCredential", "workload-identity", "managed-identity", "cli"])
def test_one_credential_can_be_forced(azure, home, tmp_path, name):  # noqa: F811
    env = azure.base(
        home, **azure.with_secret(), AZURE_FEDERATED_TOKEN_FILE=str(azure.federated_file),
        **azure.with_app_service(), **azure.with_cli(tmp_path / "bin"), AZURE_TOKEN_CREDENTIALS="dev",
    )  # fmt: skip
    if name == "managed-identity":
        env["AZURE_CLIENT_ID"] = azure.user_assigned.client_id
    with azure.tool(env, azure_credential=name) as vault:
        lines = vault.identity().lines
    assert f"credential: {LINKS.get(name, name)} (" in "\n".join(lines)


def test_a_credential_that_keylift_does_not_have_is_refused_by_name(azure, home):  # noqa: F811
    with azure.tool(azure.base(home), azure_credential="AzurePowerShellCredential") as vault:
        assert vault.opened.status == "usage"
        assert "AzurePowerShellCredential" in vault.opened.message and "workload-identity" in vault.opened.message


@pytest.mark.parametrize("more,host", [
    ({"IDENTITY_ENDPOINT": "https://x", "IDENTITY_HEADER": "h", "IDENTITY_SERVER_THUMBPRINT": "t"}, "Service Fabric"),
    ({"IDENTITY_ENDPOINT": "http://x", "IMDS_ENDPOINT": "http://y"}, "Azure Arc"),
    ({"MSI_ENDPOINT": "http://x"}, "Azure Cloud Shell"),
    ({"MSI_ENDPOINT": "http://x", "MSI_SECRET": "s"}, "Azure Machine Learning"),
])  # fmt: skip
def test_a_host_whose_identity_keylift_cannot_use_ends_the_chain(azure, home, tmp_path, more, host):  # noqa: F811
    """The next link would be somebody else."""
    with azure.tool(azure.base(home, **more, **azure.with_cli(tmp_path / "bin"))) as vault:
        answer = vault.identity()
    assert answer.status == "unsupported" and host in answer.message


def test_check_says_of_every_link_why_it_was_not_used(azure, home, tmp_path):  # noqa: F811
    env = azure.base(home, AZURE_TENANT_ID=azure.tenant, **azure.with_cli(tmp_path / "bin"))
    with azure.tool(env) as vault:
        text = "\n".join(vault.check().lines)
    assert "credential: cli (pat@shop.example, application" in text
    assert "not used: environment: AZURE_CLIENT_ID is not set" in text
    assert "not used: workload-identity: AZURE_CLIENT_ID is not set" in text
    assert "not used: managed-identity: no answer from the instance metadata service" in text
    env = azure.base(home, **azure.with_cli(tmp_path / "bin", **LOGGED_OUT))
    with azure.tool(env) as vault:
        answer = vault.check()
    assert answer.status == "credentials" and f"tenant: {azure.tenant}" in answer.lines
    assert f"az login --tenant {azure.tenant}" in "\n".join(answer.lines)


def test_az_is_asked_for_the_vaults_resource_and_tenant_alone(azure, home, tmp_path):  # noqa: F811
    env = azure.base(home, **azure.with_cli(tmp_path / "bin"))
    assert keylift_identity(azure, env)[0] == "cli"
    import json

    assert json.loads((tmp_path / "bin" / "az.argv").read_text()) == [
        "account", "get-access-token", "--output", "json", "--resource", "https://vault.azure.net",
        "--tenant", azure.tenant,
    ]  # fmt: skip


@pytest.mark.slow
def test_an_az_that_hangs_is_given_up(azure, home, tmp_path):  # noqa: F811
    folder = tmp_path / "bin"
    env = azure.base(home, **azure.with_cli(folder))
    (folder / "az").write_text("#!/bin/sh\nexec sleep 300\n")
    began = time.monotonic()
    with azure.tool(env) as vault:
        answer = vault.identity()
    assert answer.status == "credentials" and time.monotonic() - began < 120  # against a hang, not for speed


def test_a_token_near_its_end_is_renewed_and_others_are_kept(azure, home):  # noqa: F811
    env = azure.base(home, **azure.with_secret())
    azure.authority.token_life_s = 200  # shorter than "early": made anew for each call
    try:
        with azure.tool(env) as vault:
            assert vault.put("A", "value-one").ok and vault.get("A").ok
        assert len([r for r in azure.authority.requests if r[0] == "POST"]) > 2
    finally:
        azure.authority.token_life_s = 3600
    azure.authority.requests.clear()
    with azure.tool(env) as vault:
        assert vault.put("B", "value-one").ok and vault.get("B").ok and vault.list().ok
    assert len([r for r in azure.authority.requests if r[0] == "POST"]) == 1


def test_no_proof_and_no_token_is_ever_said(azure, home, tmp_path):  # noqa: F811
    """In messages, lines and traces, as it is or in base64 or hex."""
    import base64

    secrets = [azure.secret, azure.managed.header, azure.federated_file.read_text()]
    made = azure.authority.make_token

    def remember(*args, **claims):
        secrets.append(made(*args, **claims))
        return secrets[-1]

    said = []
    with mock.patch.object(azure.authority, "make_token", remember):
        for more in (azure.with_secret(), azure.with_certificate(), azure.with_workload(), azure.with_app_service(),
                     azure.with_imds(), azure.with_cli(tmp_path / "bin")):  # fmt: skip
            with azure.tool(azure.base(home, **more)) as vault:
                vault.check()
                vault.put("API_KEY", "value-secret-1")
                vault.get("API_KEY")
            said.append("\n".join([*vault.said, vault.trace]))
    text = "\n".join(said)
    assert "GET 127.0.0.1 /secrets" in text and len(secrets) > 6
    for secret in [*secrets, "value-secret-1"]:
        raw = secret.encode()
        for spelling in (secret, base64.b64encode(raw).decode().rstrip("="), raw.hex()):
            assert spelling not in text
    key = azure.certificate_file.read_text()
    assert not any(line in text for line in key.splitlines() if len(line) > 40)


