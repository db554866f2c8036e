"""A Vault whose connection breaks in every way: nothing is called stored that a later read does not return,
nothing hangs, and no token or value is in anything that was printed."""

import base64
import json
import time

import hvac
import pytest

import support
from vaults.support_proxy import FAULTS, FaultProxy
from vaults.support_vaulttool import VaultTool

POLICY = """
path "secret/data/*" { capabilities = ["create", "read", "update", "patch"] }
path "secret/metadata/*" { capabilities = ["patch", "list"] }
"""
PATIENCE_MS, DEADLINE_MS = 10000, 1500  # of a call that nothing is done to, and of one with a fault
# A call is at most: its own deadline, and for a write the reads that make sure of it.
HANG_S = 90
SERIAL = iter(range(1, 1 << 30))
STATUSES = (400, 401, 403, 404, 405, 409, 412, 429, 500, 502, 503)
KINDS = [*FAULTS, *STATUSES, "500-after", "503-after"]
OPERATIONS = ("get", "put", "add", "list", "identity")


class Place:
    """keylift, the fault proxy, and the server behind it."""

    def __init__(self, bao, proxy, home):
        self.bao, self.proxy, self.prefix = bao, proxy, f"faults{next(SERIAL)}"
        self.token, self.value = bao.token(POLICY), support.made_password(24)
        self.env = support.clean_env(home, VAULT_TOKEN=self.token)
        self.options = {"vault_addr": proxy.url, "ca_file": bao.ca, "vault_mount": "secret", "prefix": self.prefix}
        self.printed = ""

    def kv(self):
        return self.bao.client(self.bao.root.token).secrets.kv.v2

    def held(self, name):
        try:
            found = self.kv().read_secret_version(f"{self.prefix}/{name}", mount_point="secret", raise_on_deleted_version=True)
        except hvac.exceptions.InvalidPath:
            return None, 0
        return found["data"]["data"]["value"], found["data"]["metadata"]["version"]

    def run(self, calls, total_ms=PATIENCE_MS):
        started = time.monotonic()
        with VaultTool("vault", self.env, total_ms=total_ms, **self.options) as vault:
            answer = calls(vault)
        assert time.monotonic() - started < HANG_S
        self.printed += "\n".join(vault.said) + vault.trace
        return answer

    def check_output(self):
        for secret in (self.token, self.value):
            raw = secret.encode()
            for form in (secret, raw.hex(), raw.hex().upper(), *(base64.b64encode(b"x" * i + raw)[4:-4].decode() for i in range(3))):
                assert form not in self.printed


@pytest.fixture
def place(bao, bao_authority, home):
    with FaultProxy(bao_authority.issue("localhost"), upstream=bao.address, upstream_ca=bao.ca) as proxy:
        made = Place(bao, proxy, home)
        yield made
        proxy.clear()
        made.check_output()


def calls_of(operation, value):
    return {
        "get": lambda v: v.get("THERE"), "put": lambda v: v.put("NEW", value), "add": lambda v: v.add("THERE", value),
        "list": lambda v: v.list(), "identity": lambda v: v.identity(),
    }[operation]  # fmt: skip


def requests_of(place, operation):
    """How many requests the call makes when nothing fails."""
    before = len(place.proxy.calls)
    assert place.run(calls_of(operation, "probe")).ok
    return len(place.proxy.calls) - before


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_fault_at_each_request_of_a_call(place, kind, operation):
    place.run(lambda v: v.put("THERE", "before"))
    count = requests_of(place, operation)
    for at in range(count):
        place.prefix = place.options["prefix"] = f"faults{next(SERIAL)}"
        assert place.run(lambda v: v.put("THERE", "before")).ok
        on_connect = kind in ("reset-at-connect", "reset-in-handshake")
        place.proxy.inject(kind, times=1, skip=0 if on_connect else at)
        answer = place.run(calls_of(operation, place.value), DEADLINE_MS)
        place.proxy.clear()
        new, there = place.held("NEW"), place.held("THERE")
        if operation == "put":
            assert new in ((None, 0), (place.value, 1)), "a second copy, or another value"
            assert new == (place.value, 1) or not answer.ok
        if operation == "add":
            assert there in (("before", 1), (place.value, 2)), "a second version, or another value"
            assert there == (place.value, 2) or not answer.ok
        if operation == "get":
            assert answer.value == b"before" if answer.ok else answer.status != "not-found" or kind == 404
        if answer.ok and operation == "list":
            assert answer.names == ["THERE"]
        assert answer.ok or answer.message


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["stall", "lost-reply", "slow", 429, 503, "reset-after-request"], ids=str)
def test_a_fault_that_stays_ends_with_an_error_that_names_the_category(place, kind):
    assert place.run(lambda v: v.put("THERE", "before")).ok
    for operation in ("get", "put", "add"):
        place.proxy.inject(kind, times=1000)
        answer = place.run(calls_of(operation, place.value), DEADLINE_MS)
        place.proxy.clear()
        assert answer.status in ("network", "throttled"), answer
        assert place.held("NEW")[0] in (None, place.value) and place.held("THERE")[1] in (1, 2)


def test_a_lost_reply_makes_no_second_version(place):
    """The fault that tempts to write twice: the server has stored, and the client does not hear of it."""
    data = r"/v1/secret/data/"
    place.proxy.inject("lost-reply", method="POST", path=data)
    answer = place.run(lambda v: v.put("NEW", place.value))
    assert answer.ok and answer.version == "1" and place.held("NEW") == (place.value, 1)
    place.proxy.inject("lost-reply", method="PATCH", path=data)
    answer = place.run(lambda v: v.add("NEW", place.value + "2"))
    assert answer.ok and answer.version == "2" and place.held("NEW") == (place.value + "2", 2)
    tags = place.kv().read_secret_metadata(f"{place.prefix}/NEW", mount_point="secret")["data"]["custom_metadata"]
    assert tags["managed-by"] == "keylift"


def test_a_write_between_reading_and_writing_is_not_lost(place):
    """Another program writes after keylift has read: its field, and its value, stay."""
    assert place.run(lambda v: v.put("THERE", "before")).ok
    other = place.kv()
    real, done = place.proxy._ask_server, []

    def meddle(call):
        if call.method == "PATCH" and "/data/" in call.path and not done:
            done.append(call)
            other.patch(f"{place.prefix}/THERE", {"other": "theirs"}, mount_point="secret")
        return real(call)

    place.proxy._ask_server = meddle
    answer = place.run(lambda v: v.add("THERE", place.value))
    assert done and answer.ok and answer.version == "3"
    held = other.read_secret_version(f"{place.prefix}/THERE", mount_point="secret", raise_on_deleted_version=True)
    assert held["data"]["data"] == {"value": place.value, "other": "theirs"}
    # Now the value itself: keylift must not replace what it has not seen.
    done.clear()
    theirs = lambda: other.patch(f"{place.prefix}/THERE", {"value": "theirs"}, mount_point="secret")  # noqa: E731

    def meddle_with_value(call):
        if call.method == "PATCH" and "/data/" in call.path and not done:
            done.append(call)
            theirs()
        return real(call)

    place.proxy._ask_server = meddle_with_value
    answer = place.run(lambda v: v.add("THERE", place.value + "x"))
    assert done and answer.status == "conflict" and "another program" in answer.message
    assert place.held("THERE") == ("theirs", 4)


def test_every_request_says_that_it_is_a_program_and_carries_no_token_in_its_address(place):
    assert place.run(lambda v: v.put("KEY", place.value)).ok
    assert place.run(lambda v: v.check()).ok
    assert len(place.proxy.calls) > 8
    for call in place.proxy.calls:
        assert call.header("X-Vault-Request") == "true"
        assert place.token not in call.path and place.value not in call.path
        assert call.header("X-Vault-Token") in (None, place.token)


def test_a_redirect_is_not_followed_with_a_token(place):
    place.proxy.inject(307, path="/data/", headers=[("Location", "https://elsewhere.example/v1/x")])
    answer = place.run(lambda v: v.get("KEY"))
    assert answer.status == "protocol" and "VAULT_ADDR" in answer.message


def test_the_servers_own_words_are_shown_without_their_layout(bao_authority, home, bao):
    def handler(call):
        body = {"errors": ["2 errors occurred:\n\t* permission denied\n\t* the \x1b[31mseal\x07 is wrong\n\n", "x" * 900]}
        return 500, [("Content-Type", "application/json")], json.dumps(body).encode()

    with FaultProxy(bao_authority.issue("localhost"), handler=handler) as proxy:
        env = support.clean_env(home, VAULT_TOKEN="unused")
        with VaultTool("vault", env, total_ms=300, vault_addr=proxy.url, ca_file=bao.ca) as vault:
            message = vault.get("KEY").message
    assert '"permission denied; the  [31mseal  is wrong; xxx' in message and "x" * 200 not in message
