"""HashiCorp Vault and OpenBao: keylift against a real `bao server` over TLS, read back with hvac."""

import os
import random
import re
import subprocess
import threading

import hvac
import pytest

import support
from vaults.support_bao import Bao
from vaults.support_conformance import conformance
from vaults.support_vaulttool import VaultTool

DOCS = support.ROOT / "docs" / "vaults" / "vault.md"
SERIAL = iter(range(1, 1 << 30))


def documented_policy(mount="secret", prefix=""):
    """The policy that the documentation tells people to write, for another place."""
    [policy] = re.findall(r"```hcl\n(.*?)```", DOCS.read_text(), re.S)
    assert "secret/data/shop/*" in policy
    return policy.replace("secret/", mount + "/").replace("/shop/", "/" + prefix)


@pytest.fixture
def place(bao, home):
    """(environment, options) of a keylift with the least token for a prefix of its own."""
    prefix = f"t{next(SERIAL)}"
    token = bao.token(documented_policy(prefix=prefix + "/"))
    env = support.clean_env(home, VAULT_TOKEN=token)
    return env, {"vault_addr": bao.address, "ca_file": bao.ca, "prefix": prefix, "vault_mount": "secret"}


def tool(place, **more):
    env, options = place
    return VaultTool("vault", {**env, **more.pop("env", {})}, **{**options, **more})


def kv(bao, **more):
    return bao.client(bao.root.token, **more).secrets.kv.v2


def read(bao, place, name, mount="secret"):
    path = f"{place[1]['prefix']}/{name}"
    return kv(bao).read_secret_version(path, mount_point=mount, raise_on_deleted_version=True)["data"]


# --- the suite that every vault passes -------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("bundle", [None, "all-in-one"])
def test_conformance_with_the_least_policy(bao, home, bundle):
    kv(bao).create_or_update_secret("made-by-others", {"value": "foreign-value"}, mount_point="secret")
    env = support.clean_env(home, VAULT_TOKEN=bao.token(documented_policy()))
    options = {"vault_addr": bao.address, "ca_file": bao.ca, "vault_mount": "secret", "bundle": bundle}
    conformance("vault", env, foreign="made-by-others", **options)


# --- values, both ways ----------------------------------------------------------------
def table():
    """Values that some store somewhere has lost or changed, and one from every plane of Unicode."""
    source = random.Random(5)
    yield from ("", " ", "x", "'", '"', "\\", "\n", "\r\n", "a\tb", " both ends ", "null", "0123", "[1]", '{"a": 1}',
                "${HOME}", "%41", "a&b<c>d", "\u2028\u2029", "\ufeff", "é", "e\u0301", "\x01\x7f", "=" * 99)  # fmt: skip
    for plane in range(17):
        yield "".join(chr(plane * 0x10000 + source.randrange(1, 0xD7FF if plane == 0 else 0xFFFE)) for _ in range(9))
    for size in (10, 1000, 65536, 500000, 998000):
        yield "".join(source.choice("abcXYZ019+/=é") for _ in range(size))[: size // 2] if size > 600000 else (
            "".join(source.choice("abcXYZ019+/='\"\\") for _ in range(size))
        )
    yield "x" * 998900


def test_hvac_reads_what_keylift_wrote_and_the_other_way_round(bao, place):
    with tool(place) as vault:
        for i, value in enumerate(table()):
            ours, theirs = f"OURS_{i}", f"THEIRS_{i}"
            assert vault.put(ours, value).ok, (i, len(value))
            found = read(bao, place, ours)
            assert found["data"] == {"value": value}
            assert found["metadata"]["custom_metadata"]["managed-by"] == "keylift"
            kv(bao).create_or_update_secret(f"{place[1]['prefix']}/{theirs}", {"value": value}, mount_point="secret")
            assert vault.get(theirs).value == value.encode()


def test_what_it_cannot_hold_is_refused_by_name_before_anything_is_sent(bao, place):
    with tool(place) as vault:
        assert vault.accepts("NUL", b"a\0b").status == "unsupported"
        assert vault.accepts("BYTES", b"\xff\xfe").status == "unsupported"
        assert vault.accepts("LONG", b"x" * 1000001).status == "limit"
        assert vault.accepts("ESCAPED", b"<" * 170000).status == "limit"  # six bytes each in the server's JSON
        for name in ("a b", "é", "", "/x", "a//b", "..", "a/../b", "x" * 600):
            assert vault.map(name).status == "unsupported", name
        assert vault.map("deep/er_NAME.v1").stored == place[1]["prefix"] + "/deep/er_NAME.v1"


def test_a_bundle_that_grows_too_large_is_a_limit_and_stays_as_it_was(bao, place):
    with tool(place, bundle="grows") as vault:
        assert vault.put("ONE", "x" * 900000).ok
        answer = vault.put("TWO", "x" * 900000)
        assert answer.status == "limit" and "larger than the server takes" in answer.message
        assert set(read(bao, place, "grows")["data"]) == {"ONE"}


def test_json_that_cjson_would_cut_is_an_error_and_no_value(bao, place):
    path = f"{place[1]['prefix']}/CUT"
    kv(bao).create_or_update_secret(path, {"value": "before\0after"}, mount_point="secret")
    with tool(place) as vault:
        answer = vault.get("CUT")
    assert answer.status == "unsupported" and "U+0000" in answer.message and answer.value is None


# --- check-and-set -----------------------------------------------------------------------
def test_a_version_changes_its_field_and_no_other(bao, place):
    path = f"{place[1]['prefix']}/SHARED"
    with tool(place) as vault:
        assert vault.put("SHARED", "one").version == "1"
        kv(bao).patch(path, {"user": "admin", "number": 7}, mount_point="secret")
        answer = vault.add("SHARED", "two")
        assert answer.version == "3"
        assert read(bao, place, "SHARED")["data"] == {"value": "two", "user": "admin", "number": 7}
        assert vault.get("SHARED", "1").value == b"one"
        assert vault.get("SHARED", "2").value == b"one"
        assert vault.get("SHARED").value == b"two"


def test_what_keylift_did_not_make_is_never_changed(bao, place):
    kv(bao).create_or_update_secret(f"{place[1]['prefix']}/THEIRS", {"value": "a", "x": "y"}, mount_point="secret")
    kv(bao).create_or_update_secret(f"{place[1]['prefix']}/OTHER", {"password": "a"}, mount_point="secret")
    with tool(place) as vault:
        assert vault.add("THEIRS", "b").status == "refused"
        assert vault.put("THEIRS", "b").status == "conflict"
        assert vault.put("OTHER", "b").status == "refused"
        answer = vault.get("OTHER")
        assert answer.status == "conflict" and "another program's secret" in answer.message
        command = re.search(r"vault (kv metadata patch .*)", answer.message).group(1)
    assert read(bao, place, "THEIRS")["metadata"]["version"] == read(bao, place, "OTHER")["metadata"]["version"] == 1
    # The command that the message names hands it over.
    env = {**place[0], "BAO_ADDR": bao.address, "BAO_CACERT": str(bao.ca), "BAO_TOKEN": bao.root.token}
    from vaults.support_bao import BAO

    subprocess.run([BAO, *command.split()], env=env, check=True, stdout=subprocess.PIPE, timeout=60)
    with tool(place) as vault:
        assert vault.put("OTHER", "b").ok
    assert read(bao, place, "OTHER")["data"] == {"password": "a", "value": "b"}


def test_of_many_keylifts_at_once_one_stores_the_name(bao, place):
    answers = []

    def one(i):
        with tool(place) as vault:
            for k in range(5):
                answers.append((k, i, vault.put(f"RACE_{k}", f"value-{i}-{k}")))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    for k in range(5):
        winners = [i for number, i, answer in answers if number == k and answer.ok]
        losers = [answer for number, _, answer in answers if number == k and not answer.ok]
        assert len(winners) == 1 and {answer.status for answer in losers} == {"conflict"}
        found = read(bao, place, f"RACE_{k}")
        assert found["data"] == {"value": f"value-{winners[0]}-{k}"} and found["metadata"]["version"] == 1


def test_many_keylifts_fill_one_bundle_and_lose_nothing(bao, place):
    failed = []

    def one(i):
        with tool(place, bundle="crowd") as vault:
            failed.extend(answer for k in range(6) if not (answer := vault.put(f"N_{i}_{k}", f"value-{i}-{k}")).ok)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failed
    assert read(bao, place, "crowd")["data"] == {f"N_{i}_{k}": f"value-{i}-{k}" for i in range(4) for k in range(6)}


def test_a_field_of_another_name(bao, place):
    with tool(place, vault_field="password") as vault:
        assert vault.put("NAMED", "a").ok
        assert vault.get("NAMED").value == b"a"
        assert any("field password" in line for line in vault.identity().lines)
    assert read(bao, place, "NAMED")["data"] == {"password": "a"}
    with tool(place) as vault:
        assert vault.get("NAMED").status == "not-found"  # keylift's own, and has no field "value" yet
        assert vault.put("NAMED", "b").ok
    assert read(bao, place, "NAMED")["data"] == {"password": "a", "value": "b"}


def test_deleted_and_destroyed_versions_are_explained_and_come_back(bao, place):
    path = f"{place[1]['prefix']}/GONE"
    with tool(place) as vault:
        vault.put("GONE", "one"), vault.add("GONE", "two")
        kv(bao).delete_latest_version_of_secret(path, mount_point="secret")
        for answer in (vault.get("GONE"), vault.put("GONE", "x"), vault.add("GONE", "x")):
            assert answer.status == "conflict" and "version 2 was deleted at 20" in answer.message
            assert f"vault kv undelete -mount=secret -versions=2 {path}" in answer.message
        assert vault.get("GONE", "2").status == "not-found"
        assert vault.get("GONE", "1").value == b"one"
        kv(bao).undelete_secret_versions(path, [2], mount_point="secret")
        assert vault.get("GONE").value == b"two"
        kv(bao).destroy_secret_versions(path, [2], mount_point="secret")
        answer = vault.get("GONE")
        assert answer.status == "conflict" and "was destroyed" in answer.message
        assert vault.get("GONE", "9").status == "not-found"
        assert vault.get("GONE", "nine").status == "not-found"


def test_list_goes_down_folders_and_stays_below_the_prefix(bao, place):
    kv(bao).create_or_update_secret(f"{place[1]['prefix']}x/NEXT", {"value": "a"}, mount_point="secret")
    with tool(place) as vault:
        assert vault.list().names == []
        for name in ("A", "a/B", "a/b/C", "a/b/D"):
            assert vault.put(name, "v").ok
        assert sorted(vault.list().names) == ["A", "a/B", "a/b/C", "a/b/D"]
    with tool(place, bundle="all") as vault:
        assert vault.list().names == []
        assert vault.put("X", "1").ok and vault.put("Y", "2").ok
        assert sorted(vault.list().names) == ["X", "Y"]


# --- policies --------------------------------------------------------------------------------
def test_the_least_policy_is_enough_and_allows_nothing_else(bao, place):
    prefix, client = place[1]["prefix"], bao.client(place[0]["VAULT_TOKEN"]).secrets.kv.v2
    with tool(place) as vault:
        assert vault.put("KEY", "one").ok and vault.add("KEY", "two").ok and vault.get("KEY", "1").ok
        assert vault.list().names == ["KEY"]
        assert "rights: all that keylift needs" in vault.check().lines
    kv(bao).create_or_update_secret("elsewhere", {"value": "a"}, mount_point="secret")
    for forbidden in (
        lambda: client.read_secret_version("elsewhere", mount_point="secret", raise_on_deleted_version=True),
        lambda: client.create_or_update_secret("elsewhere", {"value": "b"}, mount_point="secret"),
        lambda: client.delete_latest_version_of_secret(f"{prefix}/KEY", mount_point="secret"),
        lambda: client.delete_metadata_and_all_versions(f"{prefix}/KEY", mount_point="secret"),
        lambda: client.destroy_secret_versions(f"{prefix}/KEY", [1], mount_point="secret"),
        lambda: client.list_secrets("", mount_point="secret"),
        lambda: bao.client(place[0]["VAULT_TOKEN"]).sys.list_policies(),
    ):
        with pytest.raises(hvac.exceptions.Forbidden):
            forbidden()


@pytest.mark.parametrize("lacking, operation", [
    (("data", "read"), "get"), (("data", "create"), "put"), (("data", "patch"), "add"),
    (("metadata", "patch"), "put"), (("metadata", "list"), "list"),
], ids=lambda x: "-".join(x) if isinstance(x, tuple) else x)  # fmt: skip
def test_a_missing_capability_is_named_as_the_policy_line_that_mends_it(bao, place, lacking, operation):
    kind, capability = lacking
    prefix = place[1]["prefix"]
    with tool(place) as vault:
        vault.put("THERE", "one")
    whole = documented_policy(prefix=prefix + "/")
    less = re.sub(rf'(path "secret/{kind}/[^}}]*)"{capability}",? ?', r"\1", whole).replace(", ]", "]")
    assert less != whole
    if (kind, capability) == ("data", "create"):
        less = less.replace('"update", ', "")  # either allows the write of what is new, for servers differ
    with tool(place, env={"VAULT_TOKEN": bao.token(less)}) as vault:
        checked = vault.check()
        calls = {
            "get": lambda: vault.get("THERE"), "put": lambda: vault.put("NEW", "v"),
            "add": lambda: vault.add("THERE", "two"), "list": vault.list,
        }  # fmt: skip
        answer = calls[operation]()
    line = rf'path "secret/{kind}/{prefix}/\*" {{ capabilities = \[[^\]]*"{capability}"'
    assert answer.status == "permission" and re.search(line, answer.message), answer.message
    assert any(re.search("missing in the policy: " + line, shown) for shown in checked.lines), checked.lines


# --- mounts, namespaces -------------------------------------------------------------------------
def test_a_mount_is_found_or_explained(bao, home):
    def opened(mount=None, policy='path "*" { capabilities = ["read", "list"] }'):
        env = support.clean_env(home, VAULT_TOKEN=bao.token(policy))
        with VaultTool("vault", env, vault_addr=bao.address, ca_file=bao.ca, vault_mount=mount) as vault:
            return vault.identity()

    assert "mount: secret/ (KV version 2)" in opened().lines
    assert "mount: secret/ (KV version 2)" in opened("/secret/").lines
    only_old = 'path "old/*" { capabilities = ["read"] }'
    for answer in (opened("old"), opened(policy=only_old)):
        assert answer.status == "unsupported" and "KV version 1" in answer.message
        assert "vault kv enable-versioning old" in answer.message
    assert opened("nowhere").status == "permission" and "no mount \"nowhere\"" in opened("nowhere").message
    assert "belongs into --prefix" in opened("secret/shop").message
    assert opened(policy='path "nothing" { capabilities = ["read"] }').status == "permission"
    bao.mount("team/kv")
    try:
        assert "mount: team/kv/ (KV version 2)" in opened("team/kv").lines
        assert "mount: team/kv/ (KV version 2)" in opened(policy='path "team/*" { capabilities = ["read"] }').lines
        bao.mount("team/second")
        answer = opened(policy='path "team/*" { capabilities = ["read"] }')
        assert answer.status == "usage" and "team/kv/, team/second/" in answer.message
    finally:
        bao.root.sys.disable_secrets_engine("team/kv")
        bao.root.sys.disable_secrets_engine("team/second")


def test_a_namespace_is_a_vault_of_its_own(bao, home):
    bao.root.adapter.post("/v1/sys/namespaces/team")
    inside = bao.client(bao.root.token, namespace="team")
    inside.sys.enable_secrets_engine("kv", path="secret", options={"version": "2"})
    inside.sys.create_or_update_policy("keylift", documented_policy())
    token = inside.auth.token.create(policies=["keylift"])["auth"]["client_token"]
    options = {"vault_addr": bao.address, "ca_file": bao.ca}
    env = support.clean_env(home, VAULT_TOKEN=token)
    with VaultTool("vault", env, vault_namespace="team", **options) as vault:
        assert "namespace: team" in vault.identity().lines
        assert vault.put("INSIDE", "v").ok
        python = vault.python().python
    assert kv(bao, namespace="team").read_secret_version("INSIDE", mount_point="secret", raise_on_deleted_version=True)
    with pytest.raises(hvac.exceptions.InvalidPath):
        kv(bao).read_secret_version("INSIDE", mount_point="secret", raise_on_deleted_version=True)
    with VaultTool("vault", {**env, "VAULT_NAMESPACE": "team"}, **options) as vault:
        assert vault.get("INSIDE").value == b"v"
    with VaultTool("vault", env, **options) as vault:  # a token of the namespace is none of the root's
        assert vault.get("INSIDE").status in ("credentials", "permission")
    assert '"team"' in python["client"]
    assert evaluate(python, "text", "INSIDE", {**env, "VAULT_CACERT": str(bao.ca)}) == "v"


# --- states of a server -------------------------------------------------------------------------------
@pytest.fixture
def fresh(tmp_path, bao_authority):
    server = Bao(tmp_path / "fresh", bao_authority)
    yield server.wait()
    server.stop()


def test_a_server_that_is_not_initialised_or_sealed_is_explained(fresh, home):
    env = support.clean_env(home, VAULT_TOKEN="not-asked-for-yet")

    def identity():
        with VaultTool("vault", env, vault_addr=fresh.address, ca_file=fresh.ca) as vault:
            return vault.identity()

    answer = identity()
    assert answer.status == "network" and "not initialised" in answer.message and "operator init" in answer.message
    fresh.initialize()
    fresh.mount("secret")
    env["VAULT_TOKEN"] = fresh.root.token
    with VaultTool("vault", env, vault_addr=fresh.address, ca_file=fresh.ca, total_ms=1500) as vault:
        assert vault.put("KEY", "v").ok
        fresh.root.sys.seal()
        answer = vault.get("KEY")  # in the middle of a run
        assert answer.status == "network" and "sealed" in answer.message, answer
        assert vault.put("LATER", "v").status == "network"
        answer = identity()
        assert answer.status == "network" and "is sealed" in answer.message and "unseal" in answer.message
        fresh.unseal()
        assert vault.get("KEY").value == b"v"
        assert vault.get("LATER").status == "not-found"
    assert any("a root token" in line for line in identity().lines)


@pytest.mark.slow
def test_a_standby_node_is_named_and_serves(fresh, home, tmp_path, bao_authority):
    fresh.initialize()
    fresh.mount("secret")
    second = Bao(tmp_path / "second", bao_authority, node="two")
    try:
        second.wait()
        second.client().adapter.post("/v1/sys/storage/raft/join", json={
            "leader_api_addr": fresh.address, "leader_ca_cert": bao_authority.ca_file.read_text(),
        })  # fmt: skip
        second.key = fresh.key
        second.unseal(states=(200, 429))
        env = support.clean_env(home, VAULT_TOKEN=fresh.root.token)
        with VaultTool("vault", env, vault_addr=second.address, ca_file=fresh.ca) as vault:
            assert any("standby: it hands requests to the active node" in line for line in vault.identity().lines)
            assert vault.put("KEY", "v").ok
            assert vault.get("KEY").value == b"v"
    finally:
        second.stop()


# --- what the code says ----------------------------------------------------------------------------------
def evaluate(python, which, name, env):
    """The expression as a program would run it, hvac and all; str or bytes, or the exception's name."""
    expression = python[f"read_{which}"].replace("{client}", python["client"]).replace("{name}", repr(name))
    code = (
        "import base64, os, hvac\n"
        f"try: print(repr({expression}))\nexcept {python['missing_error']}: print(repr('missing'))\n"
    )
    done = subprocess.run([support.sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, check=True, timeout=60)
    import ast

    return ast.literal_eval(done.stdout.decode())


@pytest.mark.parametrize("bundle", [None, "bundled"])
def test_the_expression_reads_text_and_bytes_and_misses_by_the_error_it_names(bao, place, bundle):
    env = {**place[0], "VAULT_CACERT": str(bao.ca), "PATH": os.environ["PATH"]}
    with tool(place, bundle=bundle) as vault:
        python = vault.python().python
        vault.put("TEXT", "it's \"é\"\n"), vault.put("BYTES", "AP/+")
        stored = {name: vault.map(name).stored for name in ("TEXT", "BYTES", "NONE")}
    assert evaluate(python, "text", stored["TEXT"], env) == "it's \"é\"\n"
    assert evaluate(python, "bytes", stored["BYTES"], env) == b"\x00\xff\xfe"
    assert evaluate(python, "text", stored["NONE"], env) == "missing"
    # The code's own address wins, so that one build runs in every environment.
    python["client"] = python["client"].replace(bao.address, "https://127.0.0.1:1")
    assert evaluate(python, "text", stored["TEXT"], {**env, "VAULT_ADDR": bao.address}) == "it's \"é\"\n"


def test_a_project_is_migrated_and_its_program_reads_with_hvac(bao, place, project):
    text, raw = support.made_password(), support.made_password().encode()
    project.write("app.py", f"DB_PASSWORD = {text!r}\nAPI_TOKEN = {raw!r}\nprint(DB_PASSWORD, API_TOKEN)\n")
    env = {**place[0], "VAULT_CACERT": str(bao.ca), "PATH": os.environ["PATH"]}
    run = lambda: subprocess.run([support.sys.executable, "app.py"], cwd=project, env=env, check=True, capture_output=True)  # noqa: E731
    before = run().stdout
    done = subprocess.run(
        [support.BINARY, "migrate", "--to", "openbao", "--vault-addr", bao.address, "--vault-mount", "secret", "--prefix",
         place[1]["prefix"], "--yes", "-vv"], cwd=project, env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert read(bao, place, "DB_PASSWORD")["data"] == {"value": text}
    for secret in (text, raw.decode(), env["VAULT_TOKEN"]):
        assert secret not in done.stdout + done.stderr and secret not in project.read("app.py")
    assert run().stdout == before
