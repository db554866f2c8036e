"""Each credential of Google's chain against the double, and the whole chain against google.auth.default()."""

import json
import stat
import subprocess
import sys

import pytest

from vaults.support_gcp import NUMBER, PROJECT, double, environment, gcp, write_json  # noqa: F401
from vaults.support_vaulttool import VaultTool

POOL = f"//iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/ci/providers/build"
WORKFORCE = "//iam.googleapis.com/locations/global/workforcePools/staff/providers/idp"
STRANGER = "https://oauth2.googleapis.com.example.net/token"


class Case:
    """An environment of a program: files in its home, variables, a gcloud command."""

    def __init__(self, double, home):  # noqa: F811
        self.double, self.home, self.variables = double, home, {}
        self.gcloud_folder = home / ".config" / "gcloud"

    def file(self, value, name="credential.json"):
        self.variables["GOOGLE_APPLICATION_CREDENTIALS"] = str(write_json(self.home / name, value))
        return self

    def well_known(self, value):
        self.gcloud_folder.mkdir(parents=True, exist_ok=True)
        write_json(self.gcloud_folder / "application_default_credentials.json", value)
        return self

    def gcloud(self, token="", project=None, account=None, config="default", status=0):
        """A gcloud command: it prints the token, and the project as the real one does, from the active file."""
        configurations = self.gcloud_folder / "configurations"
        configurations.mkdir(parents=True, exist_ok=True)
        (self.gcloud_folder / "active_config").write_text(config)
        lines = ["[compute]", "project = wrong-section", "[core]", "# project = commented"]
        lines += [f"{k} = {v}" for k, v in (("account", account), ("project", project)) if v]
        (configurations / f"config_{config}").write_text("\n".join(lines) + "\n")
        program = self.home / "bin" / "gcloud"
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            f"#!/bin/sh\ncase \"$*\" in\n'config get project') echo '{project or ''}';;\n"
            f"'auth print-access-token'*) echo '{token}'; exit {status};;\n*) exit 1;;\nesac\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return self

    def metadata(self):
        self.variables |= {"NO_GCE_CHECK": None, "GCE_METADATA_HOST": self.double.metadata_host,
                           "GCE_METADATA_IP": self.double.metadata_host}  # fmt: skip
        return self

    def set(self, **variables):
        self.variables |= variables
        return self

    def env(self):
        return environment(self.double, self.home, **self.variables)

    def tool(self, **options):
        options = {"endpoint": self.double.url, "ca_file": self.double.ca_file, **options}
        return VaultTool("gcp", self.env(), **options)


@pytest.fixture
def case(double, home):  # noqa: F811
    return Case(double, home)


def principal(answer):
    return next(line for line in answer.lines if line.startswith("principal: "))


def external(double, home, pool=POOL, **more):  # noqa: F811
    """An external_account file whose token lies in a file."""
    double.identity.add_pool(pool, "https://ci.example.com")
    (home / "subject-token").write_text(double.identity.subject_token(pool))
    return {"type": "external_account", "audience": pool, "token_url": double.sts_url,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "credential_source": {"file": str(home / "subject-token")}, **more}  # fmt: skip


def service_account(case):
    return case.file(case.double.writer.file(case.double.token_url)), case.double.writer.email


def authorized_user(case):
    case.double.manager.grant("kim@example.com", "roles/secretmanager.admin")
    user = case.double.identity.add_user("kim@example.com")
    return case.file({**user, "token_uri": case.double.token_url}).set(GOOGLE_CLOUD_PROJECT=PROJECT), "kim@example.com"


def well_known(case):
    case.double.manager.grant("kim@example.com", "roles/secretmanager.admin")
    user = case.double.identity.add_user("kim@example.com")
    case.well_known({**user, "token_uri": case.double.token_url}).gcloud(project=PROJECT)
    return case, "kim@example.com"


def external_file(case):
    case.double.manager.grant(f"principal:{POOL}/subject/build-7", "roles/secretmanager.admin")
    return case.file(external(case.double, case.home)), POOL


def external_json(case):
    case.double.manager.grant(f"principal:{POOL}/subject/build-7", "roles/secretmanager.admin")
    config = external(case.double, case.home)
    token = case.double.identity.subject_token(POOL)
    write_json(case.home / "subject.json", {"id_token": token})
    config["credential_source"] = {"file": str(case.home / "subject.json"),
                                   "format": {"type": "json", "subject_token_field_name": "id_token"}}  # fmt: skip
    return case.file(config), POOL


def external_impersonated(case):
    account = case.double.writer
    case.double.identity.impersonators.add((f"principal:{POOL}/subject/build-7", account.email))
    config = external(case.double, case.home, service_account_impersonation_url=case.double.impersonation_url(account))
    return case.file(config), account.email


def impersonated(case):
    source = case.double.identity.accounts.get(f"source@{PROJECT}.iam.gserviceaccount.com")
    source = source or case.double.identity.add_account("source")
    case.double.identity.impersonators.add((source.email, case.double.writer.email))
    return case.file({
        "type": "impersonated_service_account", "delegates": [], "source_credentials": source.file(case.double.token_url),
        "service_account_impersonation_url": case.double.impersonation_url(case.double.writer),
    }).set(GOOGLE_CLOUD_PROJECT=PROJECT), case.double.writer.email  # fmt: skip


def metadata(case):
    return case.metadata(), case.double.identity.machine.email


def gcloud(case):
    case.double.manager.grant("kim@example.com", "roles/secretmanager.admin")
    token = case.double.identity.issue("kim@example.com", ["https://www.googleapis.com/auth/cloud-platform"])
    return case.gcloud(token, project=PROJECT, account="kim@example.com"), "kim@example.com"


WAYS = [service_account, authorized_user, well_known, external_file, external_json, external_impersonated, impersonated,
        metadata, gcloud]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_credential_stores_and_says_whose_it_is(case, way):
    made, who = way(case)
    with made.tool() as vault:
        identity = vault.identity()
        assert identity.ok, identity
        assert who in principal(identity)
        assert identity.lines[0].startswith(("project: " + PROJECT, "project: " + NUMBER)), identity.lines
        assert vault.put("API_KEY", "value-one").ok
        assert vault.get("API_KEY").value == b"value-one"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_part_of_a_credential_is_said(case, way):
    made, _ = way(case)
    with made.tool() as vault:
        vault.check(), vault.put("API_KEY", "value-one"), vault.get("NONE")
    said = "\n".join([*vault.said, vault.trace])
    assert "eyJ" not in said and "PRIVATE KEY" not in said and "1//" not in said and "assertion" not in said
    for user in case.double.identity.users.values():
        assert user["client_secret"] not in said and user["refresh_token"] not in said


@pytest.mark.parametrize("way", [way for way in WAYS if way is not gcloud], ids=lambda way: way.__name__)
def test_a_token_that_is_refused_in_the_middle_is_replaced_once(case, way):
    made, _ = way(case)
    with made.tool() as vault:
        assert vault.put("API_KEY", "value-one").ok
        case.double.rest.scripts["AccessSecretVersion"] = [401]
        assert vault.get("API_KEY").value == b"value-one"
        case.double.rest.scripts["AccessSecretVersion"] = [401, 401]
        refused = vault.get("API_KEY")
        assert refused.status == "credentials" and "vaults check" in refused.message


def test_a_url_gives_the_subject_token_too(case):
    from doubles.http_service import Reply, Server
    import threading

    config = external(case.double, case.home)
    token = case.double.identity.subject_token(POOL)
    server = Server(lambda r: Reply(200, {"value": token}) if r.headers.get("X-Key") == "k" else Reply(403))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config["credential_source"] = {"url": server.url + "/token", "headers": {"X-Key": "k"},
                                   "format": {"type": "json", "subject_token_field_name": "value"}}  # fmt: skip
    case.double.manager.grant(f"principal:{POOL}/subject/build-7", "roles/secretmanager.admin")
    try:
        with case.file(config).tool() as vault:
            assert vault.put("API_KEY", "value-one").ok
        config["credential_source"]["headers"] = {}
        with case.file(config).tool() as vault:
            answer = vault.put("API_KEY", "value-one")
            assert answer.status == "credentials" and "403" in answer.message
    finally:
        server.shutdown()
        server.server_close()


# --- the same as google.auth.default() ------------------------------------------------------

ASK_GOOGLE = """
import json, warnings
warnings.simplefilter("ignore")
import google.auth
try:
    credentials, project = google.auth.default()
    print(json.dumps([type(credentials).__module__ + "." + type(credentials).__name__, project, credentials.quota_project_id]))
except Exception as e:
    print(json.dumps([type(e).__name__, None, None]))
"""

KINDS = {  # what google.auth calls it: the link of keylift
    "google.oauth2.service_account.Credentials": ("environment", "application-default"),
    "google.oauth2.credentials.Credentials": ("environment", "application-default"),
    "google.auth.identity_pool.Credentials": ("environment", "application-default"),
    "google.auth.impersonated_credentials.Credentials": ("environment", "application-default"),
    "google.auth.compute_engine.credentials.Credentials": ("metadata",),
}

def paying_user(case, **more):
    made, _ = authorized_user(case)
    path = case.home / "credential.json"
    write_json(path, json.loads(path.read_text()) | more)
    return made


DIFFERENTIAL = {
    "key file": lambda c: service_account(c)[0],
    "variable before key file": lambda c: service_account(c)[0].set(GOOGLE_CLOUD_PROJECT="other-1"),
    "old variable": lambda c: service_account(c)[0].set(GCLOUD_PROJECT="other-2"),
    "new variable before old": lambda c: service_account(c)[0].set(GCLOUD_PROJECT="other-2", GOOGLE_CLOUD_PROJECT="o-1"),
    "empty variable": lambda c: service_account(c)[0].set(GCLOUD_PROJECT="other-2", GOOGLE_CLOUD_PROJECT=""),
    "key file before well-known": lambda c: service_account(well_known(c)[0])[0],
    "key file before metadata": lambda c: service_account(c.metadata())[0],
    "empty path": lambda c: c.set(GOOGLE_APPLICATION_CREDENTIALS="").metadata(),
    "well-known with gcloud's project": lambda c: well_known(c)[0],
    "well-known before metadata": lambda c: well_known(c)[0].metadata(),
    "well-known key file": lambda c: c.well_known(c.double.writer.file(c.double.token_url)),
    "quota project of a user": lambda c: paying_user(c, quota_project_id=PROJECT),
    "quota project of a key file": lambda c: c.file(c.double.writer.file(c.double.token_url, quota_project_id=PROJECT)),
    "quota project of an external account": lambda c: c.file(
        external(c.double, c.home, WORKFORCE, quota_project_id=PROJECT)).set(GOOGLE_CLOUD_PROJECT=PROJECT),
    "quota project of the variable before a user's": lambda c: paying_user(
        c, quota_project_id="payer-1").set(GOOGLE_CLOUD_QUOTA_PROJECT=PROJECT),
    "quota project of the variable": lambda c: c.file(
        c.double.writer.file(c.double.token_url, quota_project_id="payer-1")).set(GOOGLE_CLOUD_QUOTA_PROJECT=PROJECT),
    "external account": lambda c: c.file(external(c.double, c.home, WORKFORCE)).set(GOOGLE_CLOUD_PROJECT=PROJECT),
    "impersonated": lambda c: impersonated(c)[0],
    "metadata": lambda c: c.metadata(),
    "metadata before gcloud's project": lambda c: gcloud(c)[0].metadata(),
    "another folder of gcloud": lambda c: well_known(c)[0].set(CLOUDSDK_CONFIG=str(c.home / "nowhere")).metadata(),
    "missing file": lambda c: c.set(GOOGLE_APPLICATION_CREDENTIALS="/nowhere/key.json").metadata(),
    "broken file": lambda c: c.file([]).metadata(),
    "unknown type": lambda c: c.file({"type": "api_key"}).metadata(),
    "key file without a key": lambda c: c.file({"type": "service_account", "client_email": "a@b"}).metadata(),
    "user without a refresh token": lambda c: c.file({"type": "authorized_user", "client_id": "x"}).metadata(),
    "nothing": lambda c: c,
}  # fmt: skip


@pytest.mark.parametrize("build", DIFFERENTIAL.values(), ids=DIFFERENTIAL.keys())
def test_the_credential_and_project_are_those_of_google_auth(case, build):
    made = build(case)
    asked = subprocess.run([sys.executable, "-c", ASK_GOOGLE], env=made.env(), capture_output=True, text=True, timeout=120)
    kind, project, payer = json.loads(asked.stdout.splitlines()[-1])
    with made.tool() as vault:
        found = vault.check()
    used = [line.split()[1] for line in found.lines if line.startswith("credential: ")]
    calls = case.double.rest.calls
    if kind not in KINDS:  # google.auth found none, or one that is broken: then no other one is used instead
        assert (found.status, used) in (("credentials", []), ("usage", ["none"])), (kind, found, found.lines)
        assert all("Authorization" not in call[2] for call in calls)
        return
    assert len(used) == 1 and used[0] in KINDS[kind], (kind, found, found.lines)
    assert calls and {call[2].get("x-goog-user-project") for call in calls} == {payer}
    if project:
        assert all(call[1].startswith(f"/v1/projects/{project}/") for call in calls), (project, found.lines)


# --- what is refused -------------------------------------------------------------------------

def test_a_named_file_that_is_missing_is_an_error_and_no_other_identity_is_used(case):
    with case.metadata().set(GOOGLE_APPLICATION_CREDENTIALS="/nowhere/key.json").tool() as vault:
        answer = vault.identity()
    assert answer.status == "credentials" and "/nowhere/key.json" in answer.message and not case.double.rest.calls


@pytest.mark.parametrize("change", [
    {"token_uri": STRANGER}, {"token_uri": "http://oauth2.googleapis.com/token"},
    {"token_uri": "https://oauth2.googleapis.com@example.net/token"}, {"token_uri": "https://googleapis.com.example/"},
    {"token_uri": "https://evilgoogleapis.com/token"},
])  # fmt: skip
def test_an_assertion_goes_to_google_alone(case, change):
    with case.file(case.double.writer.file(case.double.token_url) | change).tool() as vault:
        answer = vault.identity()
    assert answer.status == "refused" and "Google's own" in answer.message, answer
    assert "eyJ" not in answer.message


def test_a_token_of_another_provider_goes_to_google_alone(case):
    config = external(case.double, case.home)
    for change in ({"token_url": STRANGER}, {"service_account_impersonation_url": STRANGER + "/a@b:generateAccessToken"}):
        with case.file(config | change).tool() as vault:
            assert vault.identity().status == "refused"


@pytest.mark.parametrize("host", ["metadata.example.com", "10.0.0.1", "169.254.169.254.example.com", "[::2]"])
def test_a_metadata_server_elsewhere_is_refused(case, host):
    with case.set(NO_GCE_CHECK=None, GCE_METADATA_HOST=host).tool(gcp_project=PROJECT) as vault:
        answer = vault.identity()
    assert answer.status == "refused" and "GCE_METADATA_HOST" in answer.message


def test_what_is_no_metadata_server_is_passed_over(case):
    from doubles.http_service import Reply, Server
    import threading

    server = Server(lambda r: Reply(200, {"access_token": "x", "expires_in": 3600}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made, _ = gcloud(case)
    try:
        made.set(NO_GCE_CHECK=None, GCE_METADATA_HOST=server.url.removeprefix("http://"))
        with made.tool() as vault:
            assert "kim@example.com" in principal(vault.identity())
            assert any("not Google's metadata server" in line for line in vault.check().lines)
    finally:
        server.shutdown()
        server.server_close()


def test_another_universe_is_explained(case):
    with case.file(case.double.writer.file(case.double.token_url, universe_domain="example.cloud")).tool() as vault:
        answer = vault.identity()
    assert answer.status == "credentials" and "example.cloud" in answer.message and "googleapis.com" in answer.message


@pytest.mark.parametrize("source, word", [
    ({"environment_id": "aws1", "url": "http://169.254.169.254/"}, "AWS"),
    ({"executable": {"command": "/bin/true"}}, "program"), ({"certificate": {}}, "certificate"), ({}, "no file"),
])  # fmt: skip
def test_a_source_that_is_not_supported_is_explained(case, source, word):
    config = external(case.double, case.home)
    config["credential_source"] = source
    with case.file(config).tool() as vault:
        answer = vault.identity()
    assert answer.status == "credentials" and word in answer.message, answer


def test_an_account_that_may_not_be_impersonated_is_told_the_role(case):
    made, _ = impersonated(case)
    case.double.identity.impersonators.clear()
    with made.tool() as vault:
        answer = vault.identity()
    assert answer.status == "permission"
    assert "iam.serviceAccounts.getAccessToken" in answer.message
    assert "roles/iam.serviceAccountTokenCreator" in answer.message


@pytest.mark.parametrize("break_it, words", [
    (lambda d: setattr(d.identity, "clock_offset", 90000), "clock"),
    (lambda d: d.identity.accounts.pop(d.writer.email), "not found"),
])  # fmt: skip
def test_a_refused_assertion_is_explained(case, break_it, words):
    made, _ = service_account(case)
    try:
        break_it(case.double)
        with made.tool() as vault:
            answer = vault.identity()
        assert answer.status == "credentials" and "invalid_grant" in answer.message and words in answer.message
    finally:
        case.double.identity.accounts[case.double.writer.email] = case.double.writer


def test_a_signed_out_user_is_told_how_to_sign_in(case):
    made, _ = authorized_user(case)
    case.double.identity.users.clear()
    with made.tool() as vault:
        answer = vault.identity()
    assert answer.status == "credentials" and "gcloud auth application-default login" in answer.message


def test_check_says_which_links_were_tried_and_why_they_were_not_used(case):
    made, _ = gcloud(case)
    with made.tool() as vault:
        lines = vault.check().lines
    assert "credential: gcloud (kim@example.com)" in lines
    reasons = {line.split(": ")[1] for line in lines if line.startswith("not used: ")}
    assert reasons == {"environment", "application-default", "metadata"}


def test_without_a_credential_nothing_is_sent_and_all_links_are_named(case):
    with case.tool(endpoint="https://keylift.invalid", gcp_project=PROJECT) as vault:
        answer = vault.put("API_KEY", "value-one")
    assert answer.status == "credentials"
    for link in ("environment", "application-default", "metadata", "gcloud"):
        assert link in answer.message


def test_a_quota_project_that_may_not_pay_is_explained(case):
    made, _ = service_account(case)
    with made.set(GOOGLE_CLOUD_QUOTA_PROJECT="someone-elses").tool() as vault:
        answer = vault.put("API_KEY", "value-one")
    assert answer.status == "permission"
    assert "someone-elses" in answer.message and "serviceUsageConsumer" in answer.message


def test_a_project_that_nothing_names_is_asked_for(case):
    made, _ = authorized_user(case)
    with made.set(GOOGLE_CLOUD_PROJECT=None).tool() as vault:
        answer = vault.identity()
    assert answer.status == "usage" and "--gcp-project" in answer.message and "GOOGLE_CLOUD_PROJECT" in answer.message
