"""What keylift writes Google's library reads, and the other way round, byte for byte."""

import base64
import json
import os
import random

import pytest
from google.api_core import exceptions
from google.cloud import secretmanager_v1
from google.oauth2 import service_account

import support
from vaults.support_gcp import PROJECT, double, environment, gcp, write_json  # noqa: F401
from vaults.support_vaulttool import VaultTool

LIMIT = 65536
PARENT = f"projects/{PROJECT}"


def text_of_plane(plane, source, count=40):
    """Characters of one Unicode plane, unassigned ones too, but no surrogates."""
    picked = [source.randrange(plane << 16, (plane + 1) << 16) for _ in range(count)]
    return "".join(chr(c) for c in picked if not 0xD800 <= c <= 0xDFFF)


def texts():
    source = random.Random(5)
    values = ["x", " ", "  leading", "trailing  ", "\n", "a\nb\r\nc\r", "\ttab", '"', "'", '\\"', "\\", "\\u0041", "\0"]
    values += ["{}", "null", "0", "<a href='x'>&amp;</a>", "${HOME}", "`id`", "%2F%00", "\x7f", "\u2028\u2029\ufeff"]
    values += ["".join(map(chr, range(32))), "\ufffe\uffff", "e\u0301", "\u00e9", "a" * 4096, "dGVzdA==", "+/=-_"]
    values += [text_of_plane(plane, source) for plane in range(17)]
    lengths = (2, 3, 4, 63, 64, 65, 1000, LIMIT - 1, LIMIT)
    values += ["".join(source.choice(support.ALNUM) for _ in range(n)) for n in lengths]
    return [v.encode() for v in values] + ["ä".encode() * (LIMIT // 2), "🔑".encode() * (LIMIT // 4), b'"' * LIMIT]


def binaries():
    source = random.Random(6)
    values = [b"\x80", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", bytes(range(256)), bytes(range(255, -1, -1))]
    return values + [source.randbytes(n) + b"\xff" for n in (1, 2, 3, 62, 999, LIMIT - 1)]


@pytest.fixture
def env(double, home):  # noqa: F811
    key = write_json(home / "key.json", double.writer.file(double.token_url))
    return environment(double, home, GOOGLE_APPLICATION_CREDENTIALS=str(key))


@pytest.fixture
def vault(double, env):  # noqa: F811
    tool = VaultTool("gcp", env, endpoint=double.url, ca_file=double.ca_file, gcp_project=PROJECT, run_id="Run 7/é")
    with tool:
        assert tool.opened.ok, tool.opened
        yield tool


@pytest.fixture
def sdk(double, monkeypatch):  # noqa: F811
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(double.ca_file))
    credentials = service_account.Credentials.from_service_account_info(double.writer.file(double.token_url))
    options = {"api_endpoint": double.url.removeprefix("https://")}
    with secretmanager_v1.SecretManagerServiceClient(
        credentials=credentials, transport="rest", client_options=options
    ) as client:
        yield client


def test_the_sdk_reads_what_keylift_wrote(vault, sdk):
    for i, value in enumerate(texts() + binaries()):
        binary = i >= len(texts())
        done = vault.put(f"VALUE_{i}", value, binary=binary)
        assert done.ok and done.version == "1", (i, done)
        for version in ("latest", done.version):
            got = sdk.access_secret_version(name=f"{PARENT}/secrets/VALUE_{i}/versions/{version}")
            assert got.payload.data == value, i
    labels = dict(sdk.get_secret(name=f"{PARENT}/secrets/VALUE_0").labels)
    assert labels == {"managed-by": "keylift", "keylift-run": "run-7---"}
    assert sdk.get_secret_version(name=f"{PARENT}/secrets/VALUE_0/versions/1").client_specified_payload_checksum


def test_keylift_reads_what_the_sdk_wrote(vault, sdk):
    for i, value in enumerate(texts() + binaries()):
        made = sdk.create_secret(parent=PARENT, secret_id=f"s-{i}", secret={"replication": {"automatic": {}}})
        sdk.add_secret_version(parent=made.name, payload={"data": b"the first"})
        sdk.add_secret_version(parent=made.name, payload={"data": value})
        for version in (None, "2"):
            read = vault.get(f"s-{i}", version)
            assert read.ok and read.value == value and read.version == "2", (i, read)
            assert read.binary == (i >= len(texts())), i
        assert vault.get(f"s-{i}", "1").value == b"the first"


@pytest.mark.parametrize("value, binary", [
    (b"", False), (b"", True), (b"x" * (LIMIT + 1), False), ("ä".encode() * (LIMIT // 2) + b"x", False),
    (b"\xff\xfe", False), (b"\xed\xa0\x80", False),
])  # fmt: skip
def test_what_cannot_be_held_is_refused_by_name_before_anything_is_sent(vault, double, value, binary):  # noqa: F811
    for call in (vault.accepts, vault.put, vault.add):
        refused = call("BAD_VALUE", value, binary=binary)
        assert refused.status in ("unsupported", "limit") and "BAD_VALUE" in refused.message
    assert double.rest.calls == [] and not double.manager.secrets


@pytest.mark.parametrize("name", ["", "a.b", "a/b", "ä", "x" * 256, "a b", "../x", "a?b", "a%2Fb", "a:access"])
def test_a_name_that_secret_manager_has_not_is_refused_before_anything_is_sent(vault, double, name):  # noqa: F811
    for answer in (vault.map(name), vault.get(name), vault.put(name, "value"), vault.add(name, "value")):
        assert answer.status == "unsupported" and name[:200] in answer.message
    assert double.rest.calls == []


def test_names_are_kept_as_they_are_behind_their_prefix(double, env, sdk):  # noqa: F811
    with VaultTool("gcp", env, endpoint=double.url, ca_file=double.ca_file, gcp_project=PROJECT, prefix="shop-") as tool:
        for name in ("API_KEY", "a", "-", "_", "x" * 250, "Api_Key", "API-KEY"):
            assert tool.map(name).stored == f"shop-{name}"
            assert tool.put(name, f"value-of-{name}").ok
        sdk.create_secret(parent=PARENT, secret_id="other-API_KEY", secret={"replication": {"automatic": {}}})
        sdk.create_secret(parent=PARENT, secret_id="shop-", secret={"replication": {"automatic": {}}})
        assert tool.map("x" * 251).status == "unsupported"
        assert sorted(tool.list().names) == sorted(["API_KEY", "a", "-", "_", "x" * 250, "Api_Key", "API-KEY"])
    assert sdk.access_secret_version(name=f"{PARENT}/secrets/shop-Api_Key/versions/latest").payload.data == b"value-of-Api_Key"


@pytest.mark.parametrize("text", ["plain", "ä\n\0€"])
def test_the_python_that_keylift_writes_reads_the_value(vault, sdk, monkeypatch, text):
    from google.cloud import secretmanager

    assert vault.put("API_KEY", text).ok and vault.put("BLOB", bytes(range(256)), binary=True).ok
    access = vault.python().python
    assert access["client"] == "secretmanager.SecretManagerServiceClient()"
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    scope = {"secretmanager": secretmanager, "os": os, "client": sdk}

    def read(template, name):
        return eval(template.replace("{client}", "client").replace("{name}", repr(name)), scope)

    assert read(access["read_text"], "API_KEY") == text
    assert read(access["read_bytes"], "BLOB") == bytes(range(256))
    assert access["missing_error"] == "google.api_core.exceptions.NotFound"
    with pytest.raises(exceptions.NotFound):
        read(access["read_text"], "ABSENT")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "another-project")
    with pytest.raises(exceptions.Forbidden):
        read(access["read_text"], "API_KEY")


def test_the_python_for_regional_secrets_names_their_place(double, env, sdk):  # noqa: F811
    parent = f"{PARENT}/locations/europe-west3"
    with VaultTool("gcp", env, endpoint=double.url, ca_file=double.ca_file, gcp_project=parent) as tool:
        assert tool.put("API_KEY", "here").ok
        access = tool.python().python
    assert '"api_endpoint": "secretmanager.europe-west3.rep.googleapis.com"' in access["client"]
    code = access["read_text"].replace("{client}", "client").replace("{name}", '"API_KEY"')
    assert eval(code, {"os": os, "client": sdk}) == "here"


def test_the_python_for_a_bundle_reads_its_field(double, env, sdk):  # noqa: F811
    from google.cloud import secretmanager

    with VaultTool("gcp", env, endpoint=double.url, ca_file=double.ca_file, gcp_project=PROJECT, bundle="shop") as tool:
        assert tool.put("API_KEY", "one").ok and tool.put("DB_URL", "two").ok
        code = tool.python().python["read_text"].replace("{client}", "client").replace("{name}", '"DB_URL"')
    assert f'os.environ.get("GOOGLE_CLOUD_PROJECT", "{PROJECT}")' in code
    assert eval(code, {"secretmanager": secretmanager, "os": os, "json": json, "client": sdk}) == "two"


def test_nothing_of_a_value_is_said(vault):
    value = support.made_password()
    assert vault.put("API_KEY", value).ok and not vault.put("API_KEY", "other").ok
    vault.check(), vault.identity(), vault.list()
    vault.__exit__(None, None, None)
    said = "\n".join([*vault.said, vault.trace])
    for form in (value, base64.b64encode(value.encode()).decode(), value.encode().hex()):
        assert form not in said
    assert "eyJ" not in said and "POST" in vault.trace  # no token, which is a JWT here
