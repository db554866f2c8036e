"""--policy: what it writes lets a program read the names of that run, and nothing else.

OpenBao and moto enforce it. The scripts for Azure and Google run with an `az` and a `gcloud` of our own, which note what
they are asked for; Google's is then done on the double, which enforces it too.
"""

import fnmatch
import json
import os
import shlex
import subprocess
import sys

import hvac
import pytest
from google.api_core.exceptions import Forbidden
from google.cloud import secretmanager_v1
from google.iam.v1 import policy_pb2
from google.oauth2 import service_account

import support
from vaults.support_aws import REGION, emulator
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import PROJECT, double, environment, gcp, write_json  # noqa: F401
from vaults.test_aws_permissions import allows, permissions_asked_for, user  # noqa: F401

SERIAL = iter(range(1, 1 << 30))


@pytest.fixture
def program(project):
    """(project, the value in it)."""
    value = support.made_password()
    project.write("pay.py", f'db_password = "{value}"\nprint(db_password)\n')
    return project, value


def migrate(keylift, folder, env, *options, command="migrate"):
    run = keylift(command, *(["--yes"] if command != "plan" else []), *map(str, options), ".", cwd=folder, env=env)
    assert run.returncode == 0, run.stdout + run.stderr
    return run


def run_program(folder, env):
    return subprocess.run([sys.executable, "pay.py"], cwd=folder, env=env, capture_output=True, text=True, timeout=120)


# --- Vault ------------------------------------------------------------------------------


@pytest.mark.parametrize("bundle", [None, "all-in-one"])
def test_vault_a_token_with_the_policy_alone_reads_the_name_and_no_other(bao, home, keylift, program, bundle):
    folder, value = program
    prefix = f"policy{next(SERIAL)}"
    env = support.clean_env(home, VAULT_TOKEN=bao.root.token)
    options = ["--to", "vault", "--vault-addr", bao.address, "--ca-file", bao.ca, "--vault-mount", "secret", "--prefix", prefix]
    migrate(keylift, folder, env, *options, "--policy", "read.hcl", *(["--bundle", bundle] if bundle else []))
    bao.root.secrets.kv.v2.create_or_update_secret(f"{prefix}/DB_PASSWORD_2", {"value": "x"}, mount_point="secret")
    text = (folder / "read.hcl").read_text()
    assert value not in text
    token = bao.token(text, no_default_policy=True)
    read = support.clean_env(home, VAULT_TOKEN=token, VAULT_ADDR=bao.address, REQUESTS_CA_BUNDLE=str(bao.ca))
    done = run_program(folder, read)
    assert done.stdout == value + "\n", done.stderr
    kv = bao.client(token).secrets.kv.v2
    with pytest.raises(hvac.exceptions.Forbidden):
        kv.read_secret_version(f"{prefix}/DB_PASSWORD_2", mount_point="secret", raise_on_deleted_version=True)
    with pytest.raises(hvac.exceptions.Forbidden):
        kv.list_secrets(prefix, mount_point="secret")
    with pytest.raises(hvac.exceptions.Forbidden):
        kv.create_or_update_secret(f"{prefix}/{bundle or 'DB_PASSWORD'}", {"value": "x"}, mount_point="secret")
    none = support.clean_env(home, VAULT_TOKEN=bao.token('path "secret/data/else" { capabilities = ["read"] }', no_default_policy=True), VAULT_ADDR=bao.address, REQUESTS_CA_BUNDLE=str(bao.ca))
    assert "Forbidden" in run_program(folder, none).stderr


# --- AWS --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded():
    with emulator("moto") as server:
        yield server


@pytest.mark.parametrize("bundle", [None, "all-in-one"])
def test_aws_a_user_with_the_policy_alone_reads_the_name_and_no_other(guarded, user, home, keylift, program, bundle):  # noqa: F811
    folder, value = program
    prefix = f"policy{next(SERIAL)}/"
    options = ["--to", "aws", "--endpoint", guarded.url, "--aws-region", REGION, "--prefix", prefix]
    migrate(keylift, folder, guarded.env(home), *options, "--policy", "read.json", *(["--bundle", bundle] if bundle else []))
    policy = json.loads((folder / "read.json").read_text())
    (statement,) = policy["Statement"]
    assert statement["Action"] == "secretsmanager:GetSecretValue" and policy["Version"] == "2012-10-17"
    # moto takes "*" for the resource (test_aws_permissions.py): which secrets it names is judged here, by AWS's own ARNs.
    stored = prefix + (bundle or "DB_PASSWORD")
    guarded.client().create_secret(Name=stored + "_2", SecretString="x")
    arns = {name: guarded.client().describe_secret(SecretId=name)["ARN"] for name in (stored, stored + "_2")}
    matched = [name for name, arn in arns.items() if any(fnmatch.fnmatchcase(arn, pattern) for pattern in statement["Resource"])]
    assert matched == [stored]
    me, nobody = user(policy), user({**policy, "Statement": [{**statement, "Action": "secretsmanager:ListSecrets"}]})
    with permissions_asked_for(guarded):
        done = run_program(folder, me.env(home, AWS_ENDPOINT_URL=guarded.url))
        refused = run_program(folder, nobody.env(home, AWS_ENDPOINT_URL=guarded.url))
    assert done.stdout == value + "\n", done.stderr
    assert "AccessDenied" in refused.stderr
    assert allows({"Statement": [{**statement, "Resource": pattern} for pattern in statement["Resource"]]}, statement["Action"], arns[stored])


@pytest.mark.parametrize("key, resource, aliases", [
    ("11111111-2222-3333-4444-555555555555", "key/11111111-2222-3333-4444-555555555555", None),
    ("alias/shop", "key/*", "alias/shop"),
    (f"arn:aws:kms:{REGION}:123456789012:key/abc", "key/abc", None),
])  # fmt: skip
def test_aws_a_key_of_ones_own_may_be_used_to_decrypt(guarded, home, keylift, program, key, resource, aliases):
    folder, _ = program
    options = ["--to", "aws", "--endpoint", guarded.url, "--aws-region", REGION, "--aws-kms-key", key]
    migrate(keylift, folder, guarded.env(home), *options, "--policy", "read.json", command="plan")
    _, decrypt = json.loads((folder / "read.json").read_text())["Statement"]
    assert decrypt["Action"] == "kms:Decrypt" and decrypt["Resource"] == f"arn:aws:kms:{REGION}:123456789012:{resource}"
    assert decrypt.get("Condition", {}).get("ForAnyValue:StringEquals", {}).get("kms:ResourceAliases") == aliases


# --- Azure and Google -------------------------------------------------------------------

NOTING = """#!{python}
import json, pathlib, sys
with open(pathlib.Path(__file__).parent / "calls", "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
print("/subscriptions/0/vaults/shop" if sys.argv[1:3] == ["keyvault", "show"] else "")
"""


@pytest.fixture
def script(tmp_path):
    """script(program, file, argument) -> what the program was called with."""

    def run(name, file, argument):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / name).write_text(NOTING.format(python=sys.executable))
        (folder / name).chmod(0o755)
        env = {"PATH": f"{folder}:{os.environ['PATH']}"}
        assert subprocess.run(["sh", file], env=env, capture_output=True).returncode != 0  # it asks for whom
        subprocess.run(["sh", file, argument], env=env, check=True, capture_output=True)
        return [json.loads(line) for line in (folder / "calls").read_text().splitlines()]

    return run


def test_azure_one_assignment_a_secret(azure, home, keylift, program, script):  # noqa: F811
    folder, _ = program
    folder.write("more.py", f'api_password = "{support.made_password()}"\n')
    env = azure.base(home, **azure.with_secret())
    options = ["--to", "azure", "--endpoint", azure.vault.url, "--ca-file", azure.tls.ca_file, "--prefix", "shop-"]
    migrate(keylift, folder, env, *options, "--policy", "read.sh")
    shown, *assigned = script("az", folder / "read.sh", "11111111-2222-3333-4444-555555555555")
    assert shown[:2] == ["keyvault", "show"] and shlex.join(shown)
    assert [call[:2] for call in assigned] == [["role", "assignment"]] * 2
    flags = [dict(zip(call[3::2], call[4::2])) for call in assigned]
    assert {f["--role"] for f in flags} == {"Key Vault Secrets User"}
    assert {f["--assignee"] for f in flags} == {"11111111-2222-3333-4444-555555555555"}
    stored = {f["--scope"].removeprefix("/subscriptions/0/vaults/shop/secrets/") for f in flags}
    assert stored == {"shop-API-PASSWORD", "shop-DB-PASSWORD"}
    with azure.sdk(env) as client:
        assert stored == {secret.name for secret in client.list_properties_of_secrets()}


def test_google_the_bindings_let_the_program_read_and_no_more(double, home, keylift, program, script, monkeypatch):  # noqa: F811
    folder, value = program
    key = write_json(home / "key.json", double.writer.file(double.token_url))
    env = environment(double, home, GOOGLE_APPLICATION_CREDENTIALS=str(key))
    env.pop("PATH")
    options = ["--to", "gcp", "--gcp-project", PROJECT, "--endpoint", double.url, "--ca-file", double.ca_file, "--prefix", "shop-"]
    migrate(keylift, folder, env, *options, "--policy", "read.sh")
    reader = double.identity.accounts.get("reader") or double.identity.add_account("reader")
    double.manager.grants = [(double.writer.email, "roles/secretmanager.admin")]
    calls = script("gcloud", folder / "read.sh", f"serviceAccount:{reader.email}")

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(double.ca_file))
    host = double.url.removeprefix("https://")

    def client(account):
        credentials = service_account.Credentials.from_service_account_info(account.file(double.token_url))
        return secretmanager_v1.SecretManagerServiceClient(credentials=credentials, transport="rest", client_options={"api_endpoint": host})

    admin, program_client = client(double.writer), client(reader)
    for call in calls:
        assert call[:2] == ["secrets", "add-iam-policy-binding"]
        flags = dict(zip(call[3::2], call[4::2]))
        binding = policy_pb2.Binding(role=flags["--role"], members=[flags["--member"]])
        name = f"projects/{flags['--project']}/secrets/{call[2]}"
        admin.set_iam_policy(request={"resource": name, "policy": policy_pb2.Policy(bindings=[binding])})
    admin.create_secret(parent=f"projects/{PROJECT}", secret_id="shop-OTHER", secret={"replication": {"automatic": {}}})
    mine = f"projects/{PROJECT}/secrets/shop-DB_PASSWORD"
    assert program_client.access_secret_version(name=mine + "/versions/latest").payload.data.decode() == value
    for refused in (lambda: program_client.access_secret_version(name=f"projects/{PROJECT}/secrets/shop-OTHER/versions/latest"),
                    lambda: program_client.get_secret(name=mine),
                    lambda: program_client.add_secret_version(parent=mine, payload={"data": b"x"})):  # fmt: skip
        with pytest.raises(Forbidden):
            refused()


# --- and the line that stores the new value ------------------------------------------------


def rotate(keylift, folder, env, *options):
    run = keylift("migrate", "--yes", "--format", "json", *map(str, options), ".", cwd=folder, env=env)
    assert run.returncode == 0, run.stdout + run.stderr
    (entry,) = json.loads(run.stdout)["rotate"]
    words = shlex.split(entry["command"])
    assert words[:3] == ["keylift", "put", "DB_PASSWORD"]
    put = keylift(*words[1:], "--yes", cwd=folder, env=env, input="the-new-value")
    assert put.returncode == 0, put.stdout + put.stderr


@pytest.mark.parametrize("bundle", [None, "all-in-one"])
def test_the_put_line_of_a_vault_replaces_what_the_program_reads(bao, home, keylift, program, bundle):
    folder, _ = program
    env = support.clean_env(home, VAULT_TOKEN=bao.root.token)
    options = ["--to", "vault", "--vault-addr", bao.address, "--ca-file", bao.ca, "--vault-mount", "secret",
               "--prefix", f"rotate{next(SERIAL)}", "--field", "my-field"]  # fmt: skip
    rotate(keylift, folder, env, *(options if not bundle else options[:-2] + ["--bundle", bundle]))
    read = support.clean_env(home, VAULT_TOKEN=bao.root.token, VAULT_ADDR=bao.address, REQUESTS_CA_BUNDLE=str(bao.ca))
    assert run_program(folder, read).stdout == "the-new-value\n"


def test_the_put_line_of_aws_replaces_what_the_program_reads(guarded, home, keylift, program):
    folder, _ = program
    options = ["--to", "aws", "--endpoint", guarded.url, "--aws-region", REGION, "--prefix", f"rotate{next(SERIAL)}/"]
    rotate(keylift, folder, guarded.env(home), *options)
    assert run_program(folder, guarded.env(home, AWS_ENDPOINT_URL=guarded.url)).stdout == "the-new-value\n"


# --- what it is not ----------------------------------------------------------------------


def test_a_dry_run_writes_none_and_dotenv_has_none(guarded, home, keylift, program):
    folder, _ = program
    options = ["--to", "aws", "--endpoint", guarded.url, "--aws-region", REGION]
    migrate(keylift, folder, guarded.env(home), *options, "--policy", "read.json", "--dry-run")
    assert not (folder / "read.json").exists()
    run = keylift("migrate", "--yes", "--policy", "read.json", ".", cwd=folder)
    assert run.returncode == 2 and "--policy" in run.stderr and not (folder / ".env").exists()


def test_a_policy_that_cannot_be_written_is_told_after_what_was_done(guarded, home, keylift, program):
    folder, value = program
    options = ["--to", "aws", "--endpoint", guarded.url, "--aws-region", REGION, "--prefix", f"late{next(SERIAL)}/"]
    run = keylift("migrate", "--yes", *options, "--policy", "no/such/folder/x", ".", cwd=folder, env=guarded.env(home))
    assert run.returncode == 2 and "no/such/folder" in run.stderr and "1 stored" in run.stdout
    assert value not in (folder / "pay.py").read_text()
