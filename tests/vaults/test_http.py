"""keylift's HTTP (backends/http.h over the network module) against real sockets: what is answered, and that
each call ends by its deadline (support_http.DEADLINE_MS, configured; HANG_S would mean that it does not)."""

import hashlib
import re
import signal
import ssl
import subprocess
import time

import pytest

import support
from vaults.support_http import DEADLINE_MS, HANG_S, TOOL, http_all, http_one
from vaults.support_proxy import FAULTS, FaultProxy, free_port
from vaults.support_tls import Authority

SECRET = support.made_password()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority):
    """Answers with what it was asked, as JSON."""

    def echo(call):
        return 200, [("Content-Type", "application/json"), ("X-Asked", call.method)], b'{"value": "' + call.body + b'"}'

    with FaultProxy(authority.issue("localhost"), handler=echo) as proxy:
        yield proxy


@pytest.fixture
def ask(home, authority, server):
    """ask(METHOD="GET", path="/", *headers, **settings) -> the answer, with no SECRET in what is said of it."""

    def asked(method="GET", path="/v1/secret", *headers, **settings):
        settings = {"ca": authority.ca_file, "repeatable": 1, **settings}
        [answer], trace = http_all(home, method, server.url + path, *headers, **settings)
        assert SECRET not in trace + answer.get("message", "")
        return answer

    return asked


# --- requests and answers --------------------------------------------------------
def test_a_request_arrives_as_given(ask, server):
    answer = ask("POST", "/v1/a%2Fb/../c?list=true", "X-Token: " + SECRET, "Content-Type: application/json", "X-Empty:",
                 body=b"abc")  # fmt: skip
    assert answer["status"] == 200 and answer["body"] == '{"value": "abc"}'
    assert "x-asked: POST\n" in answer["headers"]
    [call] = server.calls
    assert (call.method, call.path, call.body) == ("POST", "/v1/a%2Fb/../c?list=true", b"abc")
    assert call.header("X-Token") == SECRET and call.header("X-Empty") == ""
    assert call.header("Host") == f"localhost:{server.port}" and call.header("User-Agent").startswith("keylift/")
    unwanted = ("Accept-Encoding", "Cookie", "Expect", "Authorization", "Transfer-Encoding")
    assert not [name for name in unwanted if call.header(name)]


@pytest.mark.parametrize("method, body", [("GET", b""), ("DELETE", b""), ("LIST", b""), ("PUT", b"x"), ("PATCH", b"x"),
                                          ("POST", b""), ("DELETE", b"x")])  # fmt: skip
def test_every_method_goes_out_with_its_body(ask, server, method, body):
    assert ask(method, body=body)["status"] == 200
    assert (server.calls[0].method, server.calls[0].body) == (method, body)
    assert server.calls[0].header("Content-Type") is None
    if method in ("POST", "PUT", "PATCH"):
        assert server.calls[0].header("Content-Length") == str(len(body))


def test_an_answer_to_head_has_no_body(ask):
    assert ask("HEAD")["status"] == 200


@pytest.mark.parametrize("status", [200, 201, 204, 400, 401, 403, 404, 409, 412, 501])
def test_a_status_is_the_vaults_business_and_asked_once(ask, server, status):
    server.inject(status)
    assert ask()["status"] == status
    assert len(server.calls) == 1


def test_connections_are_kept_for_the_next_request(ask, server, home, authority):
    answers, _ = http_all(home, "GET", server.url, ca=authority.ca_file, count=5, repeatable=1)
    assert [answer["status"] for answer in answers] == [200] * 5
    assert server.connections == 1


def test_many_threads_may_ask_at_once(server, home, authority):
    answers, _ = http_all(home, "POST", server.url, ca=authority.ca_file, count=10, threads=8, repeatable=1,
                          body=b"abc", total_ms=10000)  # fmt: skip
    assert [answer["body"] for answer in answers] == ['{"value": "abc"}'] * 80
    assert server.connections <= 8


def test_a_redirect_is_not_followed(ask, server):
    server.inject("redirect")
    answer = ask("GET", "/", "X-Token: " + SECRET)
    assert answer["status"] == 302 and "location: https://redirected.invalid/" in answer["headers"]
    assert len(server.calls) == 1


def test_netrc_and_curlrc_are_not_read(ask, server, home):
    for name in (".netrc", "_netrc"):
        (home / name).write_text("machine localhost login someone password something\n")
    (home / ".curlrc").write_text('header = "X-Curlrc: 1"\n')
    assert ask()["status"] == 200
    assert server.calls[0].header("Authorization") is None and server.calls[0].header("X-Curlrc") is None


# --- faults ---------------------------------------------------------------------
# Fault: what the answer says when it is played each time, for what may be repeated.
OUTCOMES = {
    "reset-at-connect": ("network", "broke|cannot connect"),
    "reset-in-handshake": ("network", "broke"),
    "reset-after-request-head": ("network", "broke before the answer"),
    "reset-after-request": ("network", "broke before the answer"),
    "stall": ("network", "did not answer within"),
    "lost-reply": ("network", "broke before the answer"),
    "reset-after-response-head": ("network", "broke in the middle of the answer"),
    "reset-mid-body": ("network", "broke in the middle of the answer"),
    "truncated": ("network", "broke in the middle of the answer"),
    "slow": ("network", "did not finish its answer within|did not answer within"),
    "long-length": ("network", "broke in the middle of the answer"),
    "not-http": ("protocol", "is not HTTP"),
    "huge-body": ("limit", "more than keylift takes"),
    "huge-headers": ("limit", "more than keylift takes"),
}
# These are answers like others to HTTP; only the vault can tell what they are worth.
WELL_FORMED = {"short-length": 200, "garbage": 200, "wrong-json": 200, "redirect": 302}


def test_every_fault_has_its_outcome():
    assert set(OUTCOMES) | set(WELL_FORMED) == set(FAULTS)


@pytest.mark.parametrize("fault", OUTCOMES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_fault_ends_by_its_deadline_in_words(ask, server, fault, method):
    server.inject(fault, times=-1)
    answer = ask(method, "/v1/secret", "X-Token: " + SECRET, body=SECRET.encode() if method == "POST" else b"")
    error, words = OUTCOMES[fault]
    if error == "network":  # the last attempt may be the one that the deadline ends
        words += r"|within \d+ ms"
    assert answer["error"] == error and re.search(words, answer["message"]) and "localhost" in answer["message"]


@pytest.mark.parametrize("fault", WELL_FORMED)
def test_a_well_formed_answer_is_handed_over(ask, server, fault):
    server.inject(fault)
    assert ask()["status"] == WELL_FORMED[fault]


REPEATED = [fault for fault, (error, _) in OUTCOMES.items() if error == "network" and fault not in ("slow", "stall")]


@pytest.mark.parametrize("fault", REPEATED)
def test_a_fault_that_passes_is_got_over(ask, server, fault):
    server.inject(fault, times=1)
    assert ask("POST", body=b"abc", total_ms=15000)["body"] == '{"value": "abc"}'


@pytest.mark.parametrize("fault", [*REPEATED, "stall", "slow", 429, 500, 503, "503-after"])
def test_what_must_not_be_repeated_is_sent_once(ask, server, fault):
    server.inject(fault, times=1)
    answer = ask("POST", body=b"abc", repeatable=0)
    assert len(server.calls) <= 1, "a second send"
    if fault in ("reset-at-connect", "reset-in-handshake"):  # no connection was made: the one send is the second try
        assert answer["status"] == 200 and len(server.calls) == 1
    else:
        assert answer.get("error") == "network" or answer["status"] == int(str(fault)[:3])


def test_a_kept_connection_that_has_died_is_no_second_send(server, home, authority):
    """libcurl repeats by itself what went out on a connection that it had kept: not for these."""
    server.inject("reset-after-request", skip=1)
    answers, _ = http_all(home, "POST", server.url, ca=authority.ca_file, count=2, repeatable=0, body=b"abc")
    assert answers[0]["status"] == 200 and answers[1]["error"] == "network"
    assert len(server.calls) == 2


@pytest.mark.parametrize("fault", [429, 500, 502, 503, 504])
def test_patience_is_rewarded(ask, server, fault):
    server.inject(fault, times=2, retry_after=0)
    assert ask()["status"] == 200
    assert [call.answered for call in server.calls] == [fault, fault, 200]


def test_retry_after_beyond_the_deadline_is_not_waited_for(ask, server):
    server.inject(503, times=-1, retry_after=3600)
    assert ask()["status"] == 503
    assert len(server.calls) == 1


def test_retry_after_may_be_a_date(ask, server):
    far = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))
    server.inject(429, times=-1, retry_after=far)
    assert ask()["status"] == 429 and len(server.calls) == 1


def test_a_refused_connection_is_told(home):
    answer = http_one(home, "GET", f"https://127.0.0.1:{free_port()}/", repeatable=1)
    assert answer["error"] == "network" and "cannot connect to 127.0.0.1: Connection refused" in answer["message"]


def test_a_name_without_address_is_told(home):
    answer = http_one(home, "GET", "https://vault.invalid/", repeatable=1)
    assert answer["error"] == "network" and "cannot find the address of vault.invalid" in answer["message"]


def test_an_interrupt_ends_a_request(home, authority, server):
    server.inject("stall", times=-1)
    command = [TOOL, "total-ms=60000", f"ca={authority.ca_file}", "repeatable=1", "GET", server.url]
    with subprocess.Popen([*support.INTERRUPTIBLE, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          env=support.clean_env(home)) as tool:  # fmt: skip
        while not server.calls:
            time.sleep(0.01)
            assert tool.poll() is None
        tool.send_signal(signal.SIGINT)
        out, _ = tool.communicate(timeout=HANG_S)
    assert b'"error":"interrupted"' in out


# --- TLS ------------------------------------------------------------------------
@pytest.mark.parametrize("names, days, starts, words", [
    (["other.example"], 20, None, "the certificate of localhost is for another host"),
    (["localhost"], -1, None, "certificate has expired; if its dates are right, this machine's clock is wrong"),
    (["localhost"], 20, 2, "not yet valid; if its dates are right, this machine's clock is wrong"),
])  # fmt: skip
def test_a_wrong_certificate_is_refused_before_anything_is_sent(home, authority, names, days, starts, words):
    with FaultProxy(authority.issue(*names, days=days, starts=starts)) as server:
        answer = http_one(home, "POST", server.url, "X-Token: " + SECRET, ca=authority.ca_file, body=b"x", repeatable=1)
        assert answer["error"] == "tls" and words in answer["message"]
        assert server.calls == [] and server.connections == 1  # not tried again either


def test_a_stranger_is_refused_and_ca_file_named(home, authority, server, tmp_path):
    for settings in ({}, {"ca": Authority(tmp_path / "other").ca_file}):
        answer = http_one(home, "GET", server.url, **settings)
        assert answer["error"] == "tls" and "if it is your own, name its CA with --ca-file" in answer["message"]
    assert server.calls == []


def test_a_self_signed_certificate_is_trusted_only_by_its_own_name(home, authority, server):
    answer = http_one(home, "GET", server.url.replace("localhost", "127.0.0.1"), ca=authority.ca_file)
    assert answer["error"] == "tls" and "is for another host" in answer["message"]


def test_a_server_name_of_its_own_is_expected(home, authority):
    with FaultProxy(authority.issue("vault.example")) as server:
        settings = {"ca": authority.ca_file, "server_name": "vault.example"}
        assert http_one(home, "GET", server.url + "/a?b=c", **settings)["status"] == 200
        assert server.calls[0].header("Host") == f"localhost:{server.port}" and server.calls[0].path == "/a?b=c"
        answer = http_one(home, "GET", server.url, **{**settings, "server_name": "other.example"})
        assert answer["error"] == "tls"


def test_trust_comes_from_openssls_variables_when_there_is_no_ca_file(home, authority, server, tmp_path):
    variable = {"SSL_CERT_FILE": str(authority.ca_file)}
    assert http_one(home, "GET", server.url, env=variable)["status"] == 200
    other = Authority(tmp_path / "other")
    assert http_one(home, "GET", server.url, env=variable, ca=other.ca_file)["error"] == "tls"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert http_one(home, "GET", server.url, env={"SSL_CERT_DIR": str(empty)})["error"] == "tls"


def test_a_client_certificate_is_shown(home, authority, tmp_path):
    mine = authority.issue("keylift", client=True)
    with FaultProxy(authority.issue("localhost"), client_ca=authority.ca_file) as server:
        good = {"ca": authority.ca_file, "cert": mine.file, "key": mine.key}
        assert http_one(home, "GET", server.url, **good)["status"] == 200
        answer = http_one(home, "GET", server.url, ca=authority.ca_file, repeatable=1)
        assert answer["error"] == "tls" and "refused the TLS connection" in answer["message"], answer
        answer = http_one(home, "GET", server.url, **{**good, "key": authority.issue("x", client=True).key})
        assert answer["error"] == "credentials" and str(mine.file) in answer["message"]


def test_http_is_not_taken_for_https(home):
    with FaultProxy() as server:
        answer = http_one(home, "GET", server.url.replace("http:", "https:"), repeatable=1)
        assert answer["error"] in ("tls", "network") and "localhost" in answer["message"]


def test_plain_http_is_for_this_machine_alone(home):
    with FaultProxy() as server:
        assert http_one(home, "GET", server.url)["status"] == 200
    answer = http_one(home, "GET", "http://vault.example/")
    assert answer["error"] == "refused" and "use https://" in answer["message"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("flag", ["TLSv1", "TLSv1_1"])
def test_old_tls_is_refused(home, authority, flag):
    chain = authority.issue("localhost")
    context = chain.server_context()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, flag)
    chain.server_context = lambda client_ca=None: context
    with FaultProxy(chain) as server:
        answer = http_one(home, "GET", server.url, ca=authority.ca_file)
        assert answer["error"] == "tls" and server.calls == []


# --- proxies ----------------------------------------------------------------------
@pytest.fixture
def proxy_server():
    """A proxy that refuses whatever is asked of it with 403, and remembers it."""
    with FaultProxy(handler=lambda call: (403, [], b"")) as proxy:
        yield proxy


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_environments_proxy_is_used(home, proxy_server, variable):
    address = proxy_server.url.replace("http://", f"http://someone:{SECRET}@")
    answer = http_one(home, "GET", "https://vault.example/v1", env={variable: address}, repeatable=0)
    assert answer["error"] == "network" and "the proxy does not let keylift connect" in answer["message"]
    assert SECRET not in answer["message"]
    assert {(call.method, call.path) for call in proxy_server.calls} == {("CONNECT", "vault.example:443")}


def test_a_proxy_that_is_not_understood_does_not_leak_its_password(home):
    for address in (f"nonsense://someone:{SECRET}@localhost:1", f"http://someone:{SECRET}@"):
        answer = http_one(home, "GET", "https://vault.invalid/", env={"https_proxy": address})
        assert "error" in answer and SECRET not in answer["message"]


def test_no_proxy_is_honoured(home, proxy_server):
    env = {"https_proxy": proxy_server.url, "no_proxy": "vault.invalid"}
    answer = http_one(home, "GET", "https://vault.invalid/", env=env)
    assert "cannot find the address" in answer["message"] and proxy_server.calls == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_machine_is_never_asked_through_a_proxy(home, authority, proxy_server, host):
    env = {name: proxy_server.url for name in ("http_proxy", "https_proxy", "all_proxy")}
    with FaultProxy(authority.issue("localhost", "127.0.0.1")) as server:
        url = server.url.replace("localhost", host)
        assert http_one(home, "GET", url, ca=authority.ca_file, env=env)["status"] == 200
    with FaultProxy() as server:
        assert http_one(home, "GET", server.url.replace("localhost", host), env=env)["status"] == 200
    assert proxy_server.calls == []


def test_metadata_is_never_asked_through_a_proxy(home, proxy_server):
    """Nobody need answer: the connection's deadline is short. That the proxy is not asked is the point."""
    env = {name: proxy_server.url for name in ("http_proxy", "https_proxy", "all_proxy")}
    answer = http_one(home, "GET", "http://169.254.169.254/latest", env=env, metadata=1, connect_ms=200, total_ms=500)
    assert proxy_server.calls == [] and proxy_server.connections == 0, answer


# --- signing --------------------------------------------------------------------
def test_rs256_is_what_the_public_key_verifies(home, tmp_path):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    def pem(key, form="PKCS8", protection=None):
        return key.private_bytes(serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form),
                                 protection or serialization.NoEncryption())  # fmt: skip

    def sign(text):
        file = tmp_path / "key.pem"
        file.write_bytes(text)
        return subprocess.run([TOOL, "sign", file], input=b"a.b", capture_output=True, timeout=HANG_S,
                              env=support.clean_env(home))  # fmt: skip

    key = rsa.generate_private_key(65537, 2048)
    for form in ("PKCS8", "TraditionalOpenSSL"):
        signature = bytes.fromhex(sign(pem(key, form)).stdout.decode())
        key.public_key().verify(signature, b"a.b", padding.PKCS1v15(), hashes.SHA256())
    locked = serialization.BestAvailableEncryption(b"x")
    short, other = rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())
    for wrong, words in [(pem(key, protection=locked), "encrypted"), (pem(short), "2048 to 4096 bits"),
                         (pem(other), "not an RSA key"), (b"", "empty"), (b"x" * 100_000, "too long"),
                         (pem(key)[:200], "damaged")]:  # fmt: skip
        done = sign(wrong)
        assert done.returncode == 2 and words in done.stderr.decode() and done.stdout == b""


def test_thumbprints_are_those_of_the_certificate(home, authority):
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    text = authority.issue("x").file.read_bytes()
    der = x509.load_pem_x509_certificate(text).public_bytes(serialization.Encoding.DER)
    done = subprocess.run([TOOL, "thumbprints"], input=b"comment\n" + text, capture_output=True, timeout=HANG_S,
                          env=support.clean_env(home))  # fmt: skip
    assert done.stdout.decode().split() == [hashlib.sha1(der).hexdigest(), hashlib.sha256(der).hexdigest()]
    done = subprocess.run([TOOL, "thumbprints"], input=b"x", capture_output=True, timeout=HANG_S)
    assert done.returncode == 2 and b"no certificate" in done.stderr


def test_the_deadline_of_these_tests_is_far_from_a_hang():
    assert DEADLINE_MS < HANG_S * 1000 / 5
