"""The conformance suite against the double, with each credential that a program of a customer has."""

import google_crc32c
import pytest
from google.cloud.secretmanager_v1 import types
from vaults.support_conformance import conformance
from vaults.support_gcp import PROJECT, double, environment, gcp, write_json  # noqa: F401


def make_foreign(double, location=None):  # noqa: F811
    """A secret that others made: without keylift's label."""
    parent = f"projects/{PROJECT}" + (f"/locations/{location}" if location else "")
    manager, who = double.manager, double.writer.email
    secret = {} if location else {"replication": {"automatic": {}}}
    made = manager.create_secret(
        who, types.CreateSecretRequest.pb(types.CreateSecretRequest(parent=parent, secret_id="foreign", secret=secret))
    )
    payload = {"data": b"foreign-value", "data_crc32c": google_crc32c.value(b"foreign-value")}
    request = types.AddSecretVersionRequest(parent=made.name, payload=payload)
    manager.add_secret_version(who, types.AddSecretVersionRequest.pb(request))


def run(double, home, env, **options):  # noqa: F811
    conformance("gcp", environment(double, home, **env), endpoint=double.url, ca_file=double.ca_file,
                foreign="foreign", **{"gcp_project": PROJECT, **options})  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"gcp_locations": "europe-west3,europe-west1"}, {"bundle": "shop"}],
                         ids=["automatic", "replicas", "bundle"])  # fmt: skip
def test_a_service_account_passes_the_suite(double, home, options):  # noqa: F811
    make_foreign(double)
    key = write_json(home / "key.json", double.writer.file(double.token_url))
    run(double, home, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)}, **options)
    assert {call[3] for call in double.rest.calls} <= {200, 400, 404, 409}
    made = [secret.message for key, secret in double.manager.secrets.items() if key[1] != "foreign"]
    assert made and all(secret.labels["managed-by"] == "keylift" for secret in made)
    assert all(len(secret.message.labels) <= 2 for secret in double.manager.secrets.values())
    kinds = {secret.replication.WhichOneof("replication") for secret in made}
    assert kinds == {"user_managed" if "gcp_locations" in options else "automatic"}


def test_the_machines_own_account_passes_the_suite(double, home):  # noqa: F811
    make_foreign(double)
    env = {"NO_GCE_CHECK": None, "GCE_METADATA_HOST": double.metadata_host}
    run(double, home, env, gcp_project=None)


def test_regional_secrets_pass_the_suite(double, home):  # noqa: F811
    make_foreign(double, "europe-west3")
    key = write_json(home / "key.json", double.writer.file(double.token_url))
    run(double, home, {"GOOGLE_APPLICATION_CREDENTIALS": str(key)},
        gcp_project=f"projects/{PROJECT}/locations/europe-west3")  # fmt: skip
    assert all(location == "europe-west3" for location, _ in double.manager.secrets)


def test_an_emulator_without_credentials_passes_the_suite(double, home):  # noqa: F811
    make_foreign(double)
    double.rest.anonymous = double.writer.email
    run(double, home, {})
    assert all("Authorization" not in headers for _, _, headers, _ in double.rest.calls)
