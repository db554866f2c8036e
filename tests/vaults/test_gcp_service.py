"""What keylift says and does when Secret Manager refuses, is slow to answer, or holds something unexpected."""

import base64

import google_crc32c
import pytest
from google.cloud.secretmanager_v1 import types

import support
from doubles.http_service import Reply
from vaults.support_gcp import NUMBER, PROJECT, double, environment, gcp, write_json  # noqa: F401
from vaults.support_proxy import FAULTS, FaultProxy
from vaults.support_tls import Authority
from vaults.support_vaulttool import VaultTool

LATEST = f"/v1/projects/{PROJECT}/secrets/API_KEY/versions/latest:access"
ADD = f"/v1/projects/{PROJECT}/secrets/API_KEY:addVersion"


@pytest.fixture
def env(double, home):  # noqa: F811
    key = write_json(home / "key.json", double.writer.file(double.token_url))
    return environment(double, home, GOOGLE_APPLICATION_CREDENTIALS=str(key))


@pytest.fixture
def open_vault(double, env):  # noqa: F811
    tools = []

    def make(**options):
        base = {"endpoint": double.url, "ca_file": double.ca_file, "gcp_project": PROJECT}
        tools.append(VaultTool("gcp", env, **{**base, **options}))
        assert tools[-1].opened.ok, tools[-1].opened
        return tools[-1]

    yield make
    for tool in tools:
        tool.__exit__()


@pytest.fixture
def vault(open_vault):
    return open_vault(run_id="run-1")


def act(double, call, message, **fields):  # noqa: F811
    """A call of the writer's own to the double's state."""
    kind = getattr(types, message)
    return getattr(double.manager, call)(double.writer.email, kind.pb(kind(**fields)))


def versions(double, name="API_KEY"):  # noqa: F811
    return [version.data for version in double.manager.secrets[None, name].versions]


def paths(double, verb=None):  # noqa: F811
    return [path for method, path, _, _ in double.rest.calls if verb in (None, method)]


# --- states -----------------------------------------------------------------------------------

def test_a_disabled_version_is_explained_with_the_command_that_enables_it(vault, double):  # noqa: F811
    assert vault.put("API_KEY", "value-one").ok
    act(double, "disable_secret_version", "DisableSecretVersionRequest",
        name=f"projects/{PROJECT}/secrets/API_KEY/versions/1")  # fmt: skip
    for version in (None, "1"):
        answer = vault.get("API_KEY", version)
        assert answer.status == "conflict"
        command = f"gcloud secrets versions enable 1 --secret API_KEY --project {PROJECT}"
        assert "version 1 is disabled" in answer.message and command in answer.message
    assert vault.put("API_KEY", "value-two").status == "conflict"
    assert len(versions(double)) == 1


def test_a_destroyed_version_is_explained(vault, double):  # noqa: F811
    assert vault.put("API_KEY", "value-one").ok
    act(double, "destroy_secret_version", "DestroySecretVersionRequest",
        name=f"projects/{PROJECT}/secrets/API_KEY/versions/1")  # fmt: skip
    answer = vault.get("API_KEY")
    assert answer.status == "conflict" and "destroyed" in answer.message and "keylift put API_KEY" in answer.message
    assert vault.add("API_KEY", "value-two").version == "2" and vault.get("API_KEY").value == b"value-two"


def test_who_may_not_see_the_state_is_told_what_it_can_be(vault, double):  # noqa: F811
    assert vault.put("API_KEY", "value-one").ok
    act(double, "disable_secret_version", "DisableSecretVersionRequest",
        name=f"projects/{PROJECT}/secrets/API_KEY/versions/1")  # fmt: skip
    double.manager.grants = [(double.writer.email, "roles/secretmanager.secretAccessor")]
    answer = vault.get("API_KEY")
    assert answer.status == "conflict" and "disabled or destroyed" in answer.message


# --- permissions ------------------------------------------------------------------------------

def test_a_missing_permission_is_named_with_the_role_and_the_command(vault, double):  # noqa: F811
    assert vault.put("API_KEY", "value-one").ok
    double.manager.grants.clear()
    member = f"--member serviceAccount:{double.writer.email}"
    for answer, permission, command in (
        (vault.get("API_KEY"), "secretmanager.versions.access",
         f"gcloud secrets add-iam-policy-binding API_KEY --project {PROJECT} {member} "
         "--role roles/secretmanager.secretAccessor"),
        (vault.put("NEW", "value"), "secretmanager.secrets.create",
         f"gcloud projects add-iam-policy-binding {PROJECT} {member} --role roles/secretmanager.admin"),
        (vault.list(), "secretmanager.secrets.list",
         f"gcloud projects add-iam-policy-binding {PROJECT} {member} --role roles/secretmanager.viewer"),
    ):  # fmt: skip
        assert answer.status == "permission"
        assert f"permission {permission} is missing" in answer.message and command in answer.message, answer


def test_the_least_roles_of_the_manual_are_enough(vault, double):  # noqa: F811
    """docs/vaults/gcp.md: a role of one's own for writing; the accessor alone for the program that reads."""
    from doubles.gcp_secrets import ROLES

    needed = {"secrets.create", "secrets.get", "versions.add", "versions.access"}
    manual = (support.ROOT / "docs" / "vaults" / "gcp.md").read_text()
    assert ",".join(f"secretmanager.{p}" for p in sorted(needed)) in manual
    ROLES["roles/test.writer"] = needed
    double.manager.grants = [(double.writer.email, "roles/test.writer")]
    assert vault.identity().ok and vault.put("API_KEY", "value-one").ok
    assert vault.put("API_KEY", "value-two").status == "conflict"
    assert vault.add("API_KEY", "value-two").ok and vault.get("API_KEY", "1").value == b"value-one"
    assert "may list secrets: NO" in "\n".join(vault.check().lines)
    for missing in needed:
        ROLES["roles/test.writer"] = needed - {missing}
        answers = [vault.put(f"N_{missing[-6:].replace('.', '_')}", "v"), vault.add("API_KEY", "v3"), vault.get("API_KEY")]
        assert any(a.status == "permission" and f"secretmanager.{missing}" in a.message for a in answers), missing
    double.manager.grants = [(double.writer.email, "roles/secretmanager.secretAccessor")]
    assert vault.get("API_KEY").ok


def test_an_api_that_is_not_enabled_is_told_before_the_first_write(vault, double):  # noqa: F811
    double.manager.enabled = False
    answer = vault.identity()
    assert answer.status == "permission"
    assert f"gcloud services enable secretmanager.googleapis.com --project {PROJECT}" in answer.message


def test_an_organisation_that_forbids_a_place_leads_to_the_option(vault, open_vault, double):  # noqa: F811
    double.manager.allowed_locations = {"europe-west3"}
    answer = vault.put("API_KEY", "value-one")
    assert answer.status == "conflict" and "--gcp-locations" in answer.message
    assert open_vault(gcp_locations="europe-west3").put("API_KEY", "value-one").ok


def test_check_says_what_may_be_done(vault, double):  # noqa: F811
    assert vault.put("API_KEY", "value-one").ok
    lines = vault.check().lines
    assert f"project: {PROJECT}, number {NUMBER} (from --gcp-project)" in lines
    assert f"principal: {double.writer.email} (credential: environment)" in lines
    assert f"endpoint: {double.url}" in lines and "may list secrets: yes" in lines
    assert "on API_KEY: secretmanager.versions.access yes" in lines
    double.manager.grants = [(double.writer.email, "roles/secretmanager.viewer")]
    assert "on API_KEY: secretmanager.versions.access NO" in vault.check().lines


# --- what is there already ----------------------------------------------------------------------

def test_what_a_killed_run_left_is_completed(vault, double):  # noqa: F811
    secret = {"replication": {"automatic": {}}, "labels": {"managed-by": "keylift", "keylift-run": "run-0"}}
    act(double, "create_secret", "CreateSecretRequest", parent=f"projects/{PROJECT}", secret_id="API_KEY", secret=secret)
    assert vault.get("API_KEY").status == "not-found"
    assert vault.put("API_KEY", "value-one").version == "1" and versions(double) == [b"value-one"]


def test_an_empty_secret_of_others_is_left_alone(vault, double):  # noqa: F811
    act(double, "create_secret", "CreateSecretRequest", parent=f"projects/{PROJECT}", secret_id="API_KEY",
        secret={"replication": {"automatic": {}}})  # fmt: skip
    answer = vault.put("API_KEY", "value-one")
    assert answer.status == "conflict" and "not made by keylift" in answer.message
    assert "--update-labels managed-by=keylift" in answer.message and versions(double) == []


def test_a_value_that_another_program_stored_meanwhile_is_not_claimed(vault, double):  # noqa: F811
    """Between keylift's two calls somebody else adds the first version."""
    manager = type(double.manager)
    plain = manager.create_secret

    def create_and_add(self, principal, request):
        made = plain(self, principal, request)
        act(double, "add_secret_version", "AddSecretVersionRequest", parent=made.name, payload={"data": b"theirs"})
        return made

    from doubles import gcp_secrets

    gcp_secrets.METHODS["CreateSecret"] = (create_and_add, gcp_secrets.METHODS["CreateSecret"][1])
    try:
        answer = vault.put("API_KEY", "value-one")
    finally:
        gcp_secrets.METHODS["CreateSecret"] = (plain, gcp_secrets.METHODS["CreateSecret"][1])
    assert answer.status == "conflict" and "at the same time" in answer.message


# --- answers that do not come, or are wrong -------------------------------------------------------

@pytest.mark.parametrize("step", ["drop", 500, 503], ids=str)
@pytest.mark.parametrize("call", ["put", "add"])
def test_a_write_whose_answer_was_lost_makes_no_second_version(vault, double, call, step):  # noqa: F811
    assert call == "put" or vault.put("API_KEY", "value-zero").ok
    before = 0 if call == "put" else 1
    double.rest.scripts["AddSecretVersion"] = [step]
    done = vault(call, "API_KEY", "value-one")
    assert done.ok and done.version == str(before + 1), done
    assert versions(double)[before:] == [b"value-one"]
    assert paths(double, "POST").count(ADD) == before + 1


def test_a_write_that_was_never_done_is_tried_again_after_a_look(vault, double):  # noqa: F811
    double.rest.scripts["AddSecretVersion"] = ["lose", "lose"]
    assert vault.put("API_KEY", "value-one").version == "1" and versions(double) == [b"value-one"]
    seen = [path for path in paths(double) if path in (LATEST, ADD)]
    assert seen == [LATEST, LATEST, ADD]  # the calls that were lost are not recorded


def test_a_write_that_never_gets_through_ends_with_an_error(vault, double):  # noqa: F811
    double.rest.scripts["AddSecretVersion"] = ["lose"] * 9
    answer = vault.put("API_KEY", "value-one")
    assert answer.status == "network" and "storing API_KEY" in answer.message and versions(double) == []
    double.rest.scripts.clear()
    assert vault.put("API_KEY", "value-one").version == "1"  # what it left is completed


def test_a_creation_whose_answer_was_lost_is_gone_on_with(vault, double):  # noqa: F811
    double.rest.scripts["CreateSecret"] = ["drop"]
    assert vault.put("API_KEY", "value-one").version == "1" and versions(double) == [b"value-one"]


def test_a_quota_that_is_used_up_is_waited_for(vault, double):  # noqa: F811
    double.rest.scripts["AddSecretVersion"] = [429, 429]
    double.rest.scripts["CreateSecret"] = [429]
    assert vault.put("API_KEY", "value-one").version == "1"
    double.rest.scripts["AddSecretVersion"] = [429] * 9
    answer = vault.add("API_KEY", "value-two")
    assert answer.status == "throttled" and "quota" in answer.message and versions(double) == [b"value-one"]


def payload_reply(data=b"value-one", crc=None, name=f"projects/{NUMBER}/secrets/API_KEY/versions/1", **more):
    crc = google_crc32c.value(data) if crc is None else crc
    payload = {"data": base64.b64encode(data).decode(), "dataCrc32c": str(crc), **more}
    return Reply(200, {"name": name, "payload": payload})


@pytest.mark.parametrize("reply, word", [
    (payload_reply(crc=1), "CRC-32C"), (payload_reply(dataCrc32c=None), "checksum"), (payload_reply(dataCrc32c=""), "CRC"),
    (payload_reply(data=b"x" * 65537), "value"), (payload_reply(name="projects/1/secrets/OTHER/versions/1"), "another"),
    (payload_reply(name="projects/1/secrets/API_KEY/versions/x"), "another"), (Reply(200, {}), "another"),
    (Reply(200, b'{"payload": '), "ends too early"), (Reply(200, []), "object"), (Reply(200, b""), "API_KEY"),
    (Reply(200, b'{"name":"a","name":"b"}'), "API_KEY"), (Reply(200, b'{"name":"a\\u0000"}'), "API_KEY"),
    (Reply(302, b"", {"Location": "https://example.com/"}), "302"),
    (Reply(404, b"<html>Not Found</html>", {"Content-Type": "text/html"}), "API_KEY"),
])  # fmt: skip
def test_an_answer_that_cannot_be_right_is_no_value(vault, double, reply, word):  # noqa: F811
    double.rest.scripts["AccessSecretVersion"] = [reply] * 4
    answer = vault.get("API_KEY")
    assert answer.status in ("protocol", "not-found") and answer.value is None and word in answer.message, answer
    assert "API_KEY" in answer.message and "value-one" not in answer.message


def test_a_value_that_arrived_damaged_is_read_once_more(vault, double):  # noqa: F811
    assert vault.put("API_KEY", "value-one").ok
    double.rest.scripts["AccessSecretVersion"] = [payload_reply(crc=1)]
    assert vault.get("API_KEY").value == b"value-one"


def test_a_pinned_version_that_is_another_is_no_value(vault, double):  # noqa: F811
    double.rest.scripts["AccessSecretVersion"] = [payload_reply()]
    assert vault.get("API_KEY", "2").status == "protocol"
    assert vault.get("API_KEY", "latest").status == "usage"


def test_pages_that_do_not_end_are_an_error(vault, double):  # noqa: F811
    double.rest.scripts["ListSecrets"] = [Reply(200, {"nextPageToken": "again"})] * 9
    answer = vault.list()
    assert answer.status == "protocol" and "pages" in answer.message


def test_a_refusal_does_not_quote_the_value(vault, double):  # noqa: F811
    value = support.made_password()
    words = f'Invalid value at payload.data: "{value}" {base64.b64encode(value.encode()).decode()}'
    refusal = Reply(400, {"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}})
    double.rest.scripts["AddSecretVersion"] = [refusal]
    answer = vault.put("API_KEY", value)
    assert answer.status == "protocol" and "INVALID_ARGUMENT" in answer.message
    assert value not in answer.message and base64.b64encode(value.encode()).decode() not in answer.message


def test_control_characters_of_a_server_do_not_reach_the_screen(vault, double):  # noqa: F811
    text = "\x1b[31mred\r\n" + "x" * 5000
    double.rest.scripts["ListSecrets"] = [Reply(403, {"error": {"message": text, "status": "\x1b[0m"}})]
    answer = vault.list()
    assert answer.status == "permission" and len(answer.message) < 800
    assert not any(ord(c) < 32 for c in answer.message)


# --- the fault proxy between ----------------------------------------------------------------------

@pytest.mark.parametrize("fault", [*FAULTS, 401, 403, 404, 409, 429, 500, 503, "500-after", "503-after"], ids=str)
@pytest.mark.parametrize("phase", ["CreateSecret", "AddSecretVersion", "AccessSecretVersion"])
def test_what_is_said_to_be_stored_is_there(double, env, tmp_path, fault, phase):  # noqa: F811
    """One fault on one call: an error, or a stored value that a later read returns; never a hang, a lie or a leak."""
    value = support.made_password()
    where = {"CreateSecret": ("POST", r"/secrets\?secretId="), "AddSecretVersion": ("POST", ":addVersion"),
             "AccessSecretVersion": ("GET", ":access")}[phase]  # fmt: skip
    authority = Authority(tmp_path / "authority")
    trust = tmp_path / "both.pem"
    trust.write_bytes(authority.ca_file.read_bytes() + double.ca_file.read_bytes())
    with FaultProxy(authority.issue("localhost"), upstream=double.url, upstream_ca=str(double.ca_file)) as proxy:
        with VaultTool("gcp", env, endpoint=proxy.url, ca_file=trust, gcp_project=PROJECT, total_ms=4000) as tool:
            if fault in ("reset-at-connect", "reset-in-handshake"):
                proxy.inject(fault)
            else:
                proxy.inject(fault, method=where[0], path=where[1], retry_after=0 if fault in (429, 503) else None)
            put = tool.put("API_KEY", value)
            read = tool.get("API_KEY")
            proxy.clear()
            later = tool.get("API_KEY")
        said = "\n".join([*tool.said, tool.trace])
    for answer in (put, read):
        assert not answer.ok or later.value == value.encode(), (put, read, later)
    assert put.ok or put.message
    stored = double.manager.secrets.get((None, "API_KEY"))
    assert not stored or len(stored.versions) <= 1
    for form in (value, base64.b64encode(value.encode()).decode(), value.encode().hex(), "eyJ"):
        assert form not in said


def test_a_wrong_certificate_gets_no_token_and_no_value(double, open_vault, tmp_path):  # noqa: F811
    stranger = Authority(tmp_path / "stranger")
    assert open_vault(ca_file=stranger.ca_file).put("KEY", "some-value").status == "tls"
    assert double.rest.calls == []


@pytest.mark.parametrize("ahead", [-7200, 7200])
def test_a_clock_that_is_wrong_is_named(double, vault, ahead):  # noqa: F811
    """Google's clock is two hours ahead of this machine's, or behind it."""
    double.identity.clock_offset = ahead
    answer = vault.put("KEY", "some-value")
    assert answer.status == "credentials" and "clock" in answer.message, answer
