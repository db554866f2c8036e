"""What is special to Key Vault: the challenge, versions without conditions, answers that are lost."""

import threading
import time

import pytest

from doubles.http_service import Hangup, Reply
from vaults.support_azure import azure, azure_service  # noqa: F401


@pytest.fixture
def env(azure, home):  # noqa: F811
    return azure.base(home, **azure.with_secret())


def puts(azure, path="/secrets/API-KEY"):  # noqa: F811
    return [r for r in azure.vault.requests if r[:2] == ("PUT", path)]


# ---- the challenge ----


def test_a_token_goes_only_to_a_vault_of_the_resource_that_it_asks_for(azure, env):  # noqa: F811
    """Without --endpoint the rule holds, for loopback as for any other host."""
    with azure.tool(env, endpoint=None, azure_vault=azure.vault.url) as vault:
        answer = vault.get("API_KEY")
    assert answer.status == "refused" and "vault.azure.net" in answer.message and "no token was sent" in answer.message
    assert not any(had_token for *_, had_token, _ in azure.vault.requests) and azure.authority.requests == []


def test_no_value_is_sent_before_the_vault_has_said_who_it_is(azure, env):  # noqa: F811
    with azure.tool(env) as vault:
        assert vault.put("API_KEY", "value-one").ok
    first, *rest = azure.vault.requests
    assert first[:2] == ("GET", "/secrets") and not first[3] and not first[4]
    assert all(had_token for *_, had_token, _ in rest)


@pytest.mark.parametrize("challenge", [
    None, "", "Basic realm=x", "Bearer", 'Bearer resource="https://vault.azure.net"',
    'Bearer authorization="https://x/../y", resource="https://vault.azure.net"',
    'Bearer authorization="https://login.example/{t}?a", resource="https://vault.azure.net"',
    'Bearer authorization="http://login.example/{t}", resource="https://vault.azure.net"',
    'Bearer authorization="https://login.example/{t}", resource="http://vault.azure.net"',
    'Bearer authorization="https://login.example/{t}", resource="vault.azure.net"',
    'Bearer authorization="https://login.example/{t}',
])  # fmt: skip
def test_a_challenge_that_is_none_ends_in_a_message(azure, env, challenge):  # noqa: F811
    headers = {} if challenge is None else {"WWW-Authenticate": challenge.replace("{t}", azure.tenant)}

    def refuse(request):
        raise Reply(401, {}, headers)

    azure.vault.answer, real = refuse, azure.vault.answer
    server = next(s for s in azure._servers if s.url == azure.vault.url)
    server.answer = refuse
    try:
        with azure.tool(env) as vault:
            answer = vault.get("API_KEY")
    finally:
        azure.vault.answer = server.answer = real
    assert answer.status == "protocol" and azure.vault.url in answer.message
    assert azure.authority.requests == []


def test_a_token_that_runs_out_in_the_middle_is_renewed(azure, env):  # noqa: F811
    rejected = []

    def reject_once(request):
        if request.method == "PUT" and not rejected:
            rejected.append(request)
            azure.vault._challenge("[TokenExpired] Error validating token: 'S2S12005'.")

    azure.vault.before = reject_once
    with azure.tool(env) as vault:
        assert vault.put("API_KEY", "value-one").ok
    assert rejected and len(azure.vault.secrets["api-key"][1]) == 1
    assert len([r for r in azure.authority.requests if r[0] == "POST"]) == 2


def test_a_token_that_is_never_accepted_ends_in_a_message(azure, env):  # noqa: F811
    azure.vault.before = lambda request: azure.vault._challenge("AKV10032: Invalid issuer.")
    with azure.tool(env) as vault:
        answer = vault.put("API_KEY", "value-one")
    assert answer.status == "credentials" and f"az login --tenant {azure.tenant}" in answer.message
    assert "AKV10032" in answer.message


def test_a_vault_that_moves_to_another_tenant_is_told(azure, env):  # noqa: F811
    with azure.tool(env) as vault:
        assert vault.put("API_KEY", "value-one").ok
        real, azure.vault.resource = azure.vault.resource, "https://elsewhere.example"
        azure.vault.before = lambda request: azure.vault._challenge("AKV10032: Invalid issuer.")
        answer = vault.get("API_KEY")
        azure.vault.resource = real
    assert answer.status == "conflict" and "another tenant" in answer.message


# ---- versions, and others who write ----


def test_what_is_there_is_never_replaced_by_a_put(azure, env):  # noqa: F811
    azure.vault.store("api-key", "value-other")
    with azure.tool(env) as vault:
        assert vault.put("API_KEY", "value-one").status == "conflict"
        assert vault.get("API_KEY").value == b"value-other"
    assert not puts(azure)


def test_a_writer_at_the_same_moment_is_noticed(azure, env):  # noqa: F811
    def other_writes(request, reply):
        if request.method == "PUT":
            azure.vault.store("API-KEY", "value-other")
        return reply

    azure.vault.after = other_writes
    with azure.tool(env) as vault:
        answer = vault.put("API_KEY", "value-one")
    assert answer.status == "conflict" and "az keyvault secret list-versions" in answer.message
    assert "value-" not in answer.message
    azure.vault.reset()
    azure.vault.store("API-KEY", "value-old", tags={"managed-by": "keylift"})
    azure.vault.after = other_writes
    with azure.tool(env) as vault:
        assert vault.add("API_KEY", "value-one").status == "conflict"


def test_a_writer_just_before_is_noticed(azure, env):  # noqa: F811
    wrote = []

    def other_writes(request):
        if request.method == "PUT" and not wrote:
            wrote.append(azure.vault.store("API-KEY", "value-other"))

    azure.vault.before = other_writes
    with azure.tool(env) as vault:
        assert vault.put("API_KEY", "value-one").status == "conflict"


def test_of_two_runs_at_once_at_most_one_says_stored(azure, env):  # noqa: F811
    """Two processes, many names. The one whose write came second has been told; no value is lost."""
    answers = {}
    gate = threading.Barrier(2)

    def run(who):
        with azure.tool(env, run_id=f"run-{who}") as vault:
            vault.identity()
            gate.wait(60)
            answers[who] = {i: vault.put(f"RACE_{i}", f"value-{who}") for i in range(20)}

    threads = [threading.Thread(target=run, args=(who,)) for who in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for i in range(20):
        stored = [who for who in "ab" if answers[who][i].ok]
        assert all(answers[who][i].status in ("ok", "conflict") for who in "ab")
        assert len(stored) <= 1
        values = [version.value for version in azure.vault.secrets[f"race-{i}"][1]]
        assert all(f"value-{who}" in values for who in stored) and len(values) <= 2
        if len(values) == 1:
            assert len(stored) == 1  # a put that found a value there wrote nothing


def test_a_new_version_keeps_what_keylift_does_not_own(azure, env):  # noqa: F811
    end = int(time.time()) + 86400
    tags = {"managed-by": "keylift", "keylift-run": "run-0", "team": "shop", "ä": "ö"}
    azure.vault.store("API-KEY", "value-old", "application/x-pem-file", tags, {"exp": end})
    with azure.tool(env, run_id="run-1") as vault:
        assert vault.add("API_KEY", "value-new").ok
    newest = azure.vault.secrets["api-key"][1][-1]
    assert newest.value == "value-new" and newest.content_type == "application/x-pem-file"
    assert newest.tags == {**tags, "keylift-run": "run-1"} and newest.attributes["exp"] == end


def test_a_new_version_of_an_expired_secret_has_no_end(azure, env):  # noqa: F811
    azure.vault.store("API-KEY", "value-old", None, {"managed-by": "keylift"}, {"exp": 1000})
    with azure.tool(env) as vault:
        assert vault.get("API_KEY").value == b"value-old"  # Azure gives it, and so does the SDK
        assert vault.add("API_KEY", "value-new").ok
    assert "exp" not in azure.vault.secrets["api-key"][1][-1].attributes


def test_no_tag_of_somebody_else_is_lost_for_ours(azure, env):  # noqa: F811
    tags = {"managed-by": "keylift", **{f"t{i}": "" for i in range(14)}}
    azure.vault.store("API-KEY", "value-old", None, tags)
    with azure.tool(env) as vault:
        answer = vault.add("API_KEY", "value-new")
    assert answer.status == "limit" and "15 tags" in answer.message and not puts(azure)


def test_a_version_of_nobody_is_not_found(azure, env):  # noqa: F811
    azure.vault.store("API-KEY", "value-one")
    with azure.tool(env) as vault:
        for version in ("0" * 32, "../OTHER", "", "a/b", "x" * 200):
            assert vault.get("API_KEY", version).status == "not-found"
    assert all(".." not in path for _, path, *_ in azure.vault.requests)


def test_versions_need_not_be_listed_to_write(azure, env):  # noqa: F811
    """A role that may get and set, and no more."""
    azure.vault.allowed = {azure.app.object_id: ("get", "set")}
    with azure.tool(env) as vault:
        assert vault.put("API_KEY", "value-one").ok
        assert vault.add("API_KEY", "value-two").ok
        assert vault.get("API_KEY").value == b"value-two"

        def other_writes(request, reply):
            if request.method == "PUT":
                azure.vault.store("OTHER", "value-other")
            return reply

        azure.vault.after = other_writes
        assert vault.put("OTHER", "value-one").status == "conflict"


# ---- lost replies ----


@pytest.mark.parametrize("fault", ["lost", "unsent", 500, 503])
def test_after_a_lost_reply_the_vault_is_read_before_anything_is_written_again(azure, env, fault):  # noqa: F811
    done = []

    def before(request):
        if request.method == "PUT" and not done and fault == "unsent":
            done.append("unsent")
            raise Hangup

    def after(request, reply):
        if request.method == "PUT" and not done and fault != "unsent":
            done.append(fault)
            if fault == "lost":
                raise Hangup
            raise Reply(fault, {"error": {"code": "InternalServerError", "message": "failed"}})
        return reply

    azure.vault.before, azure.vault.after = before, after
    with azure.tool(env) as vault:
        answer = vault.put("API_KEY", "value-one")
    assert answer.ok and done
    versions = azure.vault.secrets["api-key"][1]
    assert len(versions) == 1 and versions[0].id == answer.version
    methods = [r[0] for r in azure.vault.requests if r[1] == "/secrets/API-KEY"]
    assert methods[:3] == ["GET", "PUT", "GET"]


def test_a_lost_reply_and_another_writer_is_a_conflict(azure, env):  # noqa: F811
    def after(request, reply):
        if request.method == "PUT":
            azure.vault.after = None
            azure.vault.store("API-KEY", "value-other")
            raise Hangup
        return reply

    azure.vault.after = after
    with azure.tool(env) as vault:
        assert vault.put("API_KEY", "value-one").status == "conflict"
    assert len(puts(azure)) == 1


def test_throttling_is_waited_out(azure, env):  # noqa: F811
    with azure.tool(env) as vault:
        vault.identity()
        azure.vault.throttle = 3
        assert vault.put("API_KEY", "value-one").ok

        def refuse_two(request, left=[2]):
            if request.method == "PUT" and left[0]:
                left[0] -= 1
                raise Reply(429, {"error": {"code": "Throttled", "message": "wait"}}, {"Retry-After": "1"})

        azure.vault.before = refuse_two
        assert vault.put("OTHER", "value-one").ok
    assert len(azure.vault.secrets["other"][1]) == 1
