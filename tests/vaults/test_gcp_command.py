"""The commands themselves with --to gcp."""

import re

import pytest
from google.cloud import secretmanager_v1
from google.oauth2 import service_account

import support
from vaults.support_gcp import PROJECT, double, environment, gcp, write_json  # noqa: F401

MANY = 30


@pytest.fixture
def run(double, home, project, keylift):  # noqa: F811
    key = write_json(home / "key.json", double.writer.file(double.token_url))
    env = environment(double, home, GOOGLE_APPLICATION_CREDENTIALS=str(key))
    env.pop("PATH")
    options = ["--gcp-project", PROJECT, "--endpoint", double.url, "--ca-file", str(double.ca_file)]

    def call(*arguments):
        return keylift(*arguments, *options, cwd=project, env=env)

    return call


def test_check_names_the_vault_and_its_owner(run, double):  # noqa: F811
    done = run("vaults", "check", "gcp")
    assert done.returncode == 0, done.stdout + done.stderr
    for text in (f"project: {PROJECT}", double.writer.email, "credential: environment", double.url):
        assert text in done.stdout


def test_upload_stores_each_secret_once_and_google_reads_it(run, double, project, monkeypatch):  # noqa: F811
    values = {f"SERVICE_{i}_PASSWORD": support.made_password() for i in range(MANY)}
    project.write("app/settings.py", "".join(f'{name} = "{value}"\n' for name, value in values.items()))
    first = run("upload", "--to", "gcp", "--yes", "--prefix", "shop-", ".")
    assert first.returncode == 0, first.stdout + first.stderr
    again = run("upload", "--to", "gcp", "--yes", "--prefix", "shop-", ".")
    assert again.returncode == 0, again.stdout + again.stderr
    assert sorted(key[1] for key in double.manager.secrets) == sorted(f"shop-{name}" for name in values)
    assert {len(secret.versions) for secret in double.manager.secrets.values()} == {1}
    said = first.stdout + first.stderr + again.stdout + again.stderr
    assert double.writer.email in first.stdout + first.stderr and not any(value in said for value in values.values())

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(double.ca_file))
    credentials = service_account.Credentials.from_service_account_info(double.writer.file(double.token_url))
    with secretmanager_v1.SecretManagerServiceClient(
        credentials=credentials, transport="rest", client_options={"api_endpoint": double.url.removeprefix("https://")}
    ) as client:
        for name, value in values.items():
            path = f"projects/{PROJECT}/secrets/shop-{name}/versions/latest"
            assert client.access_secret_version(name=path).payload.data.decode() == value


def test_an_upload_that_may_not_write_says_the_role_and_stores_nothing(run, double, project):  # noqa: F811
    project.write("app.py", f'DB_PASSWORD = "{support.made_password()}"\n')
    double.manager.grants = [(double.writer.email, "roles/secretmanager.secretAccessor")]
    done = run("upload", "--to", "gcp", "--yes", ".")
    assert done.returncode == 2, done.stdout + done.stderr
    text = re.sub(r"\s+", " ", done.stdout + done.stderr)
    assert "secretmanager.secrets.create" in text and "gcloud projects add-iam-policy-binding" in text
    assert not double.manager.secrets
