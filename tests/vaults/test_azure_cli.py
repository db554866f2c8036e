"""The commands, as a user types them, with an Azure vault: what they upload the SDK reads."""

import re

import pytest

import support
from vaults.support_azure import azure, azure_service  # noqa: F401


@pytest.fixture
def run(azure, home, project, keylift):  # noqa: F811
    def run(*args, env=None, **more):
        env = {**azure.base(home, **azure.with_secret()), **(env or {})}
        return keylift(*args, "--endpoint", azure.vault.url, "--ca-file", azure.tls.ca_file, cwd=project.path,
                       env=env, **more)  # fmt: skip

    return run


def test_every_uploaded_value_is_read_by_the_sdk(azure, home, project, run):  # noqa: F811
    values = {f"SERVICE_{i}_PASSWORD": support.made_password(20 + i) for i in range(12)}
    project.write("app.py", "".join(f"{name} = {value!r}\n" for name, value in values.items()))
    before = (project.path / "app.py").read_bytes()
    done = run("upload", "--to", "azure", "--yes", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert f"tenant: {azure.tenant}" in said and azure.app.object_id in said and f"vault: {azure.vault.url}" in said
    assert not any(value in said for value in [*values.values(), azure.secret])
    assert (project.path / "app.py").read_bytes() == before
    with azure.sdk(azure.base(home, **azure.with_secret())) as client:
        stored = {p.name: client.get_secret(p.name).value for p in client.list_properties_of_secrets()}
    assert sorted(stored.values()) == sorted(values.values())
    assert all(re.fullmatch("[A-Z0-9-]+", name) for name in stored)
    versions = {name: len(found) for name, (_, found) in azure.vault.secrets.items()}
    again = run("upload", "--to", "azure", "--yes", ".")
    assert again.returncode == 0, again.stdout + again.stderr
    assert versions == {name: len(found) for name, (_, found) in azure.vault.secrets.items()}


def test_check_names_vault_tenant_and_owner(azure, run):  # noqa: F811
    done = run("vaults", "check", "azure", "-vv")
    assert done.returncode == 0, done.stderr
    for text in (f"vault: {azure.vault.url}", f"tenant: {azure.tenant}", f"object {azure.app.object_id}", "may read: yes"):
        assert text in done.stdout
    assert "GET 127.0.0.1 /secrets" in done.stderr and azure.secret not in done.stdout + done.stderr
    assert "eyJ" not in done.stdout + done.stderr


def test_without_a_credential_check_says_why_and_ends_with_2(azure, run):  # noqa: F811
    done = run("vaults", "check", "azure", env={"AZURE_CLIENT_SECRET": "", "AZURE_TENANT_ID": ""})
    assert done.returncode == 2 and "AZURE_TENANT_ID" in done.stdout + done.stderr


def test_a_flag_of_azure_is_refused_for_another_vault(keylift, project):
    done = keylift("vaults", "check", "dotenv", "--azure-vault", "shop", cwd=project.path)
    assert done.returncode == 2 and "azure" in done.stderr
