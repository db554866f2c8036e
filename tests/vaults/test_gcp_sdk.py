"""The double counts only while Google's own library passes its whole life cycle against it."""

import google_crc32c
import pytest
from google.api_core import exceptions
from google.cloud import secretmanager_v1
from doubles.gcp_identity import CLOUD_SCOPE, IAM_SCOPE, ISSUER, SERVICE_AUDIENCE, BadToken, sign_jwt
from vaults.support_gcp import NUMBER, PROJECT, double, environment, gcp, write_json  # noqa: F401

PARENT = f"projects/{PROJECT}"
TWO = b"two\n\x00\xff"


def set_environment(monkeypatch, env):
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST", "GCE_METADATA_IP", "NO_GCE_CHECK",
                 "CLOUDSDK_CONFIG", "GOOGLE_CLOUD_PROJECT"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["service_account", "metadata"])
def credentials(request, double, home, monkeypatch):  # noqa: F811
    if request.param == "service_account":
        key = write_json(home / "key.json", double.writer.file(double.token_url))
        env = environment(double, home, GOOGLE_APPLICATION_CREDENTIALS=str(key))
    else:
        env = environment(double, home, NO_GCE_CHECK=None)
        # google.auth reads these once, when it is imported.
        from google.auth.compute_engine import _metadata

        monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", double.metadata_host)
        monkeypatch.setattr(_metadata, "_NO_GCE_CHECK", False)
        env["GCE_METADATA_IP"] = double.metadata_host
    set_environment(monkeypatch, env)
    return request.param


@pytest.fixture(params=["rest", "grpc"])
def client(request, double, credentials):  # noqa: F811
    host = double.url.removeprefix("https://") if request.param == "rest" else double.grpc_target
    made = secretmanager_v1.SecretManagerServiceClient(
        transport=request.param, client_options={"api_endpoint": host}
    )
    with made:
        yield made


def test_the_official_client_lives_its_whole_life(client, double):  # noqa: F811
    replicas = [{"location": "europe-west3"}, {"location": "europe-west1"}]
    secret = client.create_secret(
        parent=PARENT, secret_id="API_KEY",
        secret={"replication": {"user_managed": {"replicas": replicas}}, "labels": {"team": "pay"}},
    )  # fmt: skip
    assert secret.name == f"projects/{NUMBER}/secrets/API_KEY"
    with pytest.raises(exceptions.Conflict):
        client.create_secret(parent=PARENT, secret_id="API_KEY", secret={"replication": {"automatic": {}}})
    with pytest.raises(exceptions.NotFound):
        client.access_secret_version(name=f"{secret.name}/versions/latest")

    first = client.add_secret_version(parent=secret.name, payload={"data": b"one"})
    second = client.add_secret_version(parent=secret.name, payload={"data": TWO, "data_crc32c": google_crc32c.value(TWO)})
    assert (first.name, second.name) == tuple(f"{secret.name}/versions/{n}" for n in (1, 2))
    assert client.access_secret_version(name=f"{secret.name}/versions/latest").payload.data == TWO
    assert client.access_secret_version(name=first.name).payload.data == b"one"
    assert [v.name for v in client.list_secret_versions(parent=secret.name)] == [second.name, first.name]
    assert client.get_secret_version(name=second.name).client_specified_payload_checksum

    assert client.disable_secret_version(name=second.name).state.name == "DISABLED"
    with pytest.raises(exceptions.BadRequest):
        client.access_secret_version(name=f"{secret.name}/versions/latest")
    client.enable_secret_version(name=second.name)
    client.destroy_secret_version(name=first.name)
    with pytest.raises(exceptions.BadRequest):
        client.enable_secret_version(name=first.name)

    secret.labels["team"] = "shop"
    updated = client.update_secret(secret=secret, update_mask={"paths": ["labels"]})
    assert dict(client.get_secret(name=secret.name).labels) == {"team": "shop"} and updated.etag != secret.etag
    policy = {"bindings": [{"role": "roles/secretmanager.secretAccessor", "members": ["user:kim@example.com"]}]}
    client.set_iam_policy(request={"resource": secret.name, "policy": policy})
    assert client.get_iam_policy(request={"resource": secret.name}).bindings[0].members == ["user:kim@example.com"]
    held = client.test_iam_permissions(
        request={"resource": secret.name, "permissions": ["secretmanager.versions.access", "secretmanager.x.y"]}
    )
    assert list(held.permissions) == ["secretmanager.versions.access"]

    for i in range(5):
        client.create_secret(parent=PARENT, secret_id=f"N{i}", secret={"replication": {"automatic": {}}})
    listed = client.list_secrets(request={"parent": PARENT, "page_size": 2})
    assert [s.name.rpartition("/")[2] for s in listed] == ["API_KEY", "N0", "N1", "N2", "N3", "N4"]
    client.delete_secret(name=secret.name)
    with pytest.raises(exceptions.NotFound):
        client.get_secret(name=secret.name)


def test_a_regional_secret_lives_in_its_location(client):
    parent = f"{PARENT}/locations/europe-west3"
    secret = client.create_secret(parent=parent, secret_id="HERE", secret={})
    client.add_secret_version(parent=secret.name, payload={"data": b"x"})
    assert client.access_secret_version(name=f"{parent}/secrets/HERE/versions/latest").payload.data == b"x"
    with pytest.raises(exceptions.NotFound):
        client.get_secret(name=f"{PARENT}/secrets/HERE")
    with pytest.raises(exceptions.BadRequest):
        client.create_secret(parent=parent, secret_id="TWO", secret={"replication": {"automatic": {}}})


@pytest.mark.parametrize("payload", [{"data": b""}, {"data": b"x" * 65537}, {"data": b"x", "data_crc32c": 1}])
def test_what_google_would_refuse_is_refused(client, payload):
    secret = client.create_secret(parent=PARENT, secret_id="S", secret={"replication": {"automatic": {}}})
    with pytest.raises(exceptions.BadRequest):
        client.add_secret_version(parent=secret.name, payload=payload)
    for bad in ("a.b", "", "x" * 256):
        with pytest.raises(exceptions.BadRequest):
            client.create_secret(parent=PARENT, secret_id=bad, secret={"replication": {"automatic": {}}})
    with pytest.raises(exceptions.BadRequest):
        client.create_secret(
            parent=PARENT, secret_id="L", secret={"replication": {"automatic": {}}, "labels": {"Team": "x"}}
        )


def test_a_missing_permission_is_named_in_the_details(client, double):  # noqa: F811
    double.manager.grants.clear()
    with pytest.raises(exceptions.Forbidden) as caught:
        client.access_secret_version(name=f"{PARENT}/secrets/X/versions/latest")
    assert caught.value.reason == "IAM_PERMISSION_DENIED"
    assert caught.value.metadata["permission"] == "secretmanager.versions.access"


def test_a_token_is_refused_unless_all_of_it_is_right(double):  # noqa: F811
    identity, now = double.identity, double.identity.now()
    claims = {"iss": ISSUER, "sub": double.writer.email, "aud": SERVICE_AUDIENCE, "scope": CLOUD_SCOPE, "iat": now,
              "exp": now + 600}  # fmt: skip
    assert identity.principal_of(sign_jwt(identity.key, claims)) == double.writer.email
    wrong = [{"iss": "https://accounts.example.com"}, {"aud": "https://storage.googleapis.com/"}, {"scope": IAM_SCOPE},
             {"exp": now - 1}, {"iat": now + 4000, "exp": now + 4600}, {"exp": now + 90000}]  # fmt: skip
    for change in wrong:
        with pytest.raises(BadToken):
            identity.principal_of(sign_jwt(identity.key, {**claims, **change}))
    with pytest.raises(BadToken):
        identity.principal_of(sign_jwt(double.writer.key, claims))
