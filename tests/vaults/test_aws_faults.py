"""Each call of the vault aws through a proxy that breaks it: nothing is called stored that boto3 does not find,
nothing is lost that was called stored, and no message holds a value or a token."""

import base64

import pytest

import support
from vaults.support_aws import REGION, moto, prefix  # noqa: F401
from vaults.support_proxy import FAULTS, FaultProxy
from vaults.support_tls import Authority

SLOW = ("stall", "slow")
BREAKS = sorted(set(FAULTS) - set(SLOW))
SHORT_MS = 1500  # instead of the deadline that a person gets: a slow answer takes several times as long
WRITES = ("put", "add")
AT_CONNECT = ("reset-at-connect", "reset-in-handshake")


@pytest.fixture
def proxy(moto):  # noqa: F811
    with FaultProxy(upstream=moto.url, host="127.0.0.1") as between:
        yield between


def act(vault, do, value):
    calls = {"put": vault.put, "add": vault.add, "describe": vault.add}  # which add does first
    if do in calls:
        return calls[do]("KEY", value)
    return vault.get("KEY") if do == "get" else vault.list()


def stored(client, name):
    try:
        return client.get_secret_value(SecretId=name)["SecretString"].encode()
    except client.exceptions.ResourceNotFoundException:
        return None


def prepare(moto, home, prefix, do):  # noqa: F811
    if do != "put":
        assert moto.vault(home, prefix=prefix).put("KEY", b"first-value").status == "ok"


@pytest.mark.parametrize("do", ["put", "describe", "add", "get", "list"])
@pytest.mark.parametrize("fault", BREAKS)
def test_a_broken_call_is_mended_or_told(moto, home, prefix, proxy, do, fault):  # noqa: F811
    """One fault, then a server that works."""
    value = support.made("value-", 40).encode()
    prepare(moto, home, prefix, do)
    # The first call of "add" is DescribeSecret; the write itself comes after it.
    proxy.inject(fault, skip=1 if do == "add" and fault not in AT_CONNECT else 0)
    answer = act(moto.vault(home, proxy.url, prefix=prefix), do, value)
    assert fault in AT_CONNECT or [call.fault for call in proxy.calls].count(fault) == 1
    held = stored(moto.client(), prefix + "KEY")
    if do in (*WRITES, "describe"):
        versions = moto.client().list_secret_version_ids(SecretId=prefix + "KEY")["Versions"] if held else []
        assert len(versions) <= (1 if do == "put" else 2)
        if answer.status == "ok":
            assert held == value
            assert answer.version in {entry["VersionId"] for entry in versions}
    elif do == "get" and answer.status == "ok":
        assert answer.value == b"first-value"
    if answer.status != "ok":
        assert answer.status in ("network", "protocol", "limit"), answer
        assert answer.message and value.decode() not in answer.message
        assert base64.b64encode(value).decode() not in answer.message


@pytest.mark.parametrize("do", ["put", "add"])
def test_a_lost_reply_is_no_second_version(moto, home, prefix, proxy, do):  # noqa: F811
    value = support.made("value-", 40).encode()
    prepare(moto, home, prefix, do)
    proxy.inject("lost-reply", skip=1 if do == "add" else 0)
    answer = act(moto.vault(home, proxy.url, prefix=prefix), do, value)
    assert answer.status == "ok", answer.message
    assert stored(moto.client(), prefix + "KEY") == value
    versions = moto.client().list_secret_version_ids(SecretId=prefix + "KEY")["Versions"]
    assert len(versions) == (1 if do == "put" else 2)


@pytest.mark.parametrize("do", ["put", "describe", "add", "get", "many", "list"])
@pytest.mark.parametrize("fault", SLOW)
def test_a_call_that_hangs_ends_and_is_mended_or_told(moto, home, prefix, proxy, do, fault):  # noqa: F811
    """The server hears nothing of a stalled call; it does the work of a slow one, whose answer comes too late."""
    value = support.made("value-", 40).encode()
    prepare(moto, home, prefix, do)
    proxy.inject(fault, skip=1 if do == "add" else 0)
    vault = moto.vault(home, proxy.url, prefix=prefix, total_ms=SHORT_MS)
    answer = vault.many(["KEY", "OTHER"]) if do == "many" else act(vault, do, value)
    assert [call.fault for call in proxy.calls].count(fault) == 1
    held = stored(moto.client(), prefix + "KEY")
    if do in WRITES and fault == "slow":
        assert answer.ok and held == value, answer
        versions = moto.client().list_secret_version_ids(SecretId=prefix + "KEY")["Versions"]
        assert len(versions) == (1 if do == "put" else 2)
        assert answer.version in {entry["VersionId"] for entry in versions}
    else:
        assert answer.status == "network", answer
        assert held == (None if do == "put" else b"first-value")


# What AWS says with each status, and the category that it must become.
REFUSALS = [
    (400, "AccessDeniedException", "permission"),
    (400, "ExpiredTokenException", "credentials"),
    (400, "UnrecognizedClientException", "credentials"),
    (400, "ResourceNotFoundException", "not-found"),
    (400, "DecryptionFailure", "permission"),
    (400, "LimitExceededException", "limit"),
    (401, "", "protocol"),
    (403, "", "protocol"),
    (404, "", "protocol"),
    (409, "", "protocol"),
    (429, "", "throttled"),
    (500, "InternalServiceError", "network"),
    (503, "", "network"),
]


@pytest.mark.parametrize("do", ["put", "get", "list"])
@pytest.mark.parametrize("status, code, category", REFUSALS)
def test_a_refusal_becomes_its_category(moto, home, prefix, proxy, do, status, code, category):  # noqa: F811
    value = support.made("value-", 40).encode()
    proxy.inject(status, times=100, headers=[("x-amzn-ErrorType", code)], retry_after=0)
    answer = act(moto.vault(home, proxy.url, prefix=prefix), do, value)
    assert answer.status == category, answer
    assert value.decode() not in answer.message
    assert stored(moto.client(), prefix + "KEY") is None


def test_a_read_that_gives_another_version_is_no_value(moto, home, prefix):  # noqa: F811
    """A server that answers for another secret than was asked for."""
    body = b'{"Name": "other", "VersionId": "v", "SecretString": "another-value"}'
    with FaultProxy(handler=lambda call: (200, [("Content-Type", "application/json")], body), host="127.0.0.1") as liar:
        answer = moto.vault(home, liar.url, prefix=prefix, aws_region=REGION).get("KEY")
    assert answer.status == "protocol" and "another-value" not in answer.message


@pytest.mark.parametrize("which", ["another CA", "expired", "another host"])
def test_a_wrong_certificate_gets_no_call_and_no_value(moto, home, prefix, tmp_path, which):  # noqa: F811
    authority, stranger = Authority(tmp_path / "ca"), Authority(tmp_path / "stranger")
    names = ["elsewhere.example"] if which == "another host" else ["127.0.0.1"]
    certificate = authority.issue(*names, days=-1 if which == "expired" else 20)
    trusted = stranger if which == "another CA" else authority
    with FaultProxy(certificate, upstream=moto.url, host="127.0.0.1") as between:
        vault = moto.vault(home, between.url, prefix=prefix, ca_file=trusted.ca_file)
        assert vault.put("KEY", b"some-value").status == "tls"
        assert between.calls == []
    assert stored(moto.client(), prefix + "KEY") is None
