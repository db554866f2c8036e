"""Faults between keylift and Azure, at each call: nothing is said to be stored that is not, nothing is stored twice,
nothing secret is said."""

import base64
import time
from unittest import mock

import pytest

from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_proxy import FAULTS, FaultProxy, free_port
from vaults.support_tls import Authority, Certificate

VALUE = "value-that-nobody-may-see-1"
CALLS = {
    "challenge": ("GET", r"^/secrets\?"),
    "read": ("GET", r"^/secrets/API-KEY\?"),
    "write": ("PUT", r"^/secrets/API-KEY\?"),
    "versions": ("GET", r"^/secrets/API-KEY/versions\?"),
}
SLOW = ("stall", "slow")
KINDS = [k for k in FAULTS if not k.endswith(("at-connect", "in-handshake")) and k not in SLOW]
STATUSES = [400, 401, 403, 404, 409, 429, 500, 503, "500-after", "503-after"]
CATEGORIES = {"ok", "not-found", "conflict", "refused", "unsupported", "credentials", "permission", "throttled",
              "network", "protocol", "limit"}  # fmt: skip


@pytest.fixture
def own_certificate(azure):  # noqa: F811
    """The proxy shows the double's own certificate, so that one CA file will do."""
    return Certificate(azure.tls.cert_file, azure.tls.key_file)


@pytest.fixture
def proxy(azure, own_certificate):  # noqa: F811
    with FaultProxy(own_certificate, azure.vault.url, azure.tls.ca_file, host="127.0.0.1") as proxy:
        yield proxy


@pytest.fixture
def authority_proxy(azure, own_certificate):  # noqa: F811
    with FaultProxy(own_certificate, azure.authority.url, azure.tls.ca_file, host="127.0.0.1") as proxy:
        yield proxy


def stored(azure):  # noqa: F811
    return azure.vault.secrets.get("api-key", (None, []))[1]


def check_silence(azure, vault):  # noqa: F811
    said = "\n".join([*vault.said, vault.trace])
    for secret in (VALUE, azure.secret):
        for spelling in (secret, base64.b64encode(secret.encode()).decode().rstrip("="), secret.encode().hex()):
            assert spelling not in said
    assert "eyJ" not in said  # the beginning of every token


def check_put(azure, proxy, env, what):  # noqa: F811
    """A put with the fault, and one after it."""
    with azure.tool(env, endpoint=proxy.url) as vault:
        first = vault.put("API_KEY", VALUE)
        there = stored(azure)
        assert first.status in CATEGORIES and (first.ok or first.message), (what, first)
        assert len(there) <= 1, what
        if first.ok:
            assert there[0].value == VALUE and there[0].id == first.version, what
        proxy.clear()
        second = vault.put("API_KEY", VALUE)
        assert second.status == ("conflict" if there else "ok"), (what, first, second)
        assert vault.get("API_KEY").value == VALUE.encode(), what
        assert len(stored(azure)) == 1, what
    check_silence(azure, vault)
    return first


@pytest.mark.parametrize("kind", [*KINDS, *STATUSES])
def test_one_fault_at_each_call_of_a_put(azure, proxy, home, kind):  # noqa: F811
    env = azure.base(home, **azure.with_secret())
    for call, (method, path) in CALLS.items():
        azure.vault.reset()
        proxy.clear()
        proxy.inject(kind, method=method, path=path)
        check_put(azure, proxy, env, (kind, call))


@pytest.mark.parametrize("kind", ["reset-at-connect", "reset-in-handshake"])
def test_a_connection_that_is_reset_is_made_anew(azure, proxy, home, kind):  # noqa: F811
    proxy.inject(kind)
    assert check_put(azure, proxy, azure.base(home, **azure.with_secret()), kind).ok


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["stall", "slow"])
def test_a_server_that_does_not_answer_is_given_up(azure, proxy, home, kind):  # noqa: F811
    proxy.inject(kind, method="PUT")
    began = time.monotonic()
    check_put(azure, proxy, azure.base(home, **azure.with_secret()), kind)
    assert time.monotonic() - began < 240  # against a hang, not for speed


@pytest.mark.slow
@pytest.mark.parametrize("kind,category", [(503, "network"), (429, "throttled"), ("reset-after-request", "network"),
                                           ("truncated", None)])  # fmt: skip
@pytest.mark.parametrize("call", ["challenge", "read", "write"])
def test_a_fault_that_stays_ends_in_a_message(azure, proxy, home, kind, category, call):  # noqa: F811
    method, path = CALLS[call]
    proxy.inject(kind, times=100, method=method, path=path)
    first = check_put(azure, proxy, azure.base(home, **azure.with_secret()), (kind, call))
    if category:
        assert first.status == category


@pytest.mark.parametrize("kind", [500, 503, 429, "reset-after-request", "lost-reply", "truncated", "garbage",
                                  "wrong-json", "not-http", "huge-body", "redirect", 400, 401, 403])  # fmt: skip
def test_one_fault_at_the_authority(azure, authority_proxy, home, kind):  # noqa: F811
    authority_proxy.inject(kind, method="POST")
    env = azure.base(home, **azure.with_secret())
    env["AZURE_AUTHORITY_HOST"] = authority_proxy.url
    with azure.tool(env) as vault:
        first, second = vault.put("API_KEY", VALUE), vault.put("OTHER", VALUE)
    repeated = kind in (500, 503, 429, "reset-after-request", "lost-reply", "truncated")
    assert first.status in CATEGORIES and second.ok
    assert first.ok or not repeated
    if isinstance(kind, int) and not repeated:
        assert first.status == "credentials"
    check_silence(azure, vault)


def test_a_refused_connection_is_a_network_error(azure, home):  # noqa: F811
    url = f"https://127.0.0.1:{free_port()}"
    with azure.tool(azure.base(home, **azure.with_secret()), endpoint=url) as vault:
        answer = vault.put("API_KEY", VALUE)
    assert answer.status == "network" and url in answer.message


@pytest.mark.parametrize("which", ["another CA", "expired", "another host"])
def test_a_wrong_certificate_gets_no_token_and_no_value(azure, home, tmp_path, which):  # noqa: F811
    authority = Authority(tmp_path / "ca")
    names = {"another host": ["elsewhere.example"]}.get(which, ["127.0.0.1"])
    certificate = authority.issue(*names, days=-1 if which == "expired" else 20)
    ca_file = azure.tls.ca_file if which == "another CA" else authority.ca_file
    with FaultProxy(certificate, azure.vault.url, azure.tls.ca_file, host="127.0.0.1") as proxy:
        with azure.tool(azure.base(home, **azure.with_secret()), endpoint=proxy.url, ca_file=ca_file) as vault:
            assert vault.put("API_KEY", VALUE).status == "tls"
        assert proxy.calls == []


def test_clocks_that_differ_end_in_a_message(azure, home):  # noqa: F811
    """The authority's tokens have run out by the vault's clock before they arrive."""
    made = azure.authority.make_token
    with mock.patch.object(azure.authority, "make_token", lambda app, **claims: made(app, exp=int(time.time()) - 60)):
        with azure.tool(azure.base(home, **azure.with_secret())) as vault:
            answer = vault.put("API_KEY", VALUE)
    assert answer.status == "credentials" and "TokenExpired" in answer.message
    check_silence(azure, vault)


def test_a_value_that_comes_back_changed_is_what_get_gives(azure, home):  # noqa: F811
    """get adds nothing of its own: that the caller's comparison fails is the caller's to see."""

    def after(request, reply):
        if request.method == "GET" and request.path == "/secrets/API-KEY" and reply.status == 200:
            reply.body = reply.body.replace(VALUE.encode(), b"another-value")
        return reply

    azure.vault.after = after
    with azure.tool(azure.base(home, **azure.with_secret())) as vault:
        assert vault.put("API_KEY", VALUE).ok
        assert vault.get("API_KEY").value == b"another-value"
