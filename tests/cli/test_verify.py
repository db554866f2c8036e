"""--verify: providers are asked whether tokens are live, each its own, over TLS, and nobody else (docs/verification.md).
The providers are a double on loopback (tests/doubles/providers.py), which keylift takes for the whole internet."""

import base64
import collections
import json
import re
import shutil
import signal
import subprocess
import time

import pytest

import rule_examples
import support
from doubles.provider_answers import ASKED, AWS_HOST, AWS_LIVE, AWS_REFUSED, AWS_WRONG_PAIR
from doubles.providers import Providers
from support import INTERRUPTIBLE, made

pytestmark = pytest.mark.server

RULES = {rule["id"]: rule for rule in rule_examples.all_rules()}
SECOND_EXAMPLE = ("tailscale-key",)  # the first is of a kind that no question is known for
SLOW_DOWN, GARBAGE = (429, {"message": "slow down"}), (200, b'{"half": "of a JSON te')


def new_token(rule, chance):
    example = rule_examples.expand(RULES[rule]["find"][rule in SECOND_EXAMPLE], chance)
    return example.partition("=")[2] if "name_words" in RULES[rule] else example


def line_with(rule, token):
    name = RULES[rule]["find"][0].partition("=")[0] if "name_words" in RULES[rule] else "SETTING"
    return f'{re.sub("[^A-Za-z0-9_]", "_", name)} = "{token}"\n'


def bytes_of(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


class Internet:
    """All providers: answers[token] is what its host says of it."""

    def __init__(self, providers):
        self.providers, self.answers, self.wrong = providers, {}, []
        self.hosts = collections.defaultdict(list)
        for rule, asked in ASKED.items():
            self.hosts[asked.request.split("/")[2]].append(rule)
        for host in self.hosts:
            providers.answers[host] = self.answer

    def answer(self, call):
        for rule in self.hosts[call.host]:
            for token, (status, body) in self.answers.items():
                if self.is_for(call, rule, token):
                    return status, {"Content-Type": "application/json"}, bytes_of(body)
        self.wrong.append((call.host, call.method, call.path, sorted(call.headers)))
        return 418, {}, b"{}"

    @staticmethod
    def is_for(call, rule, token):
        asked = ASKED[rule]
        method, url = asked.request.replace("{token}", token).split(" ")
        wanted = asked.expected_headers(token)
        allowed = {"host", "user-agent", "accept", "content-length", *wanted}
        return (
            (call.method, f"https://{call.host}{call.target}", call.port, call.sni) == (method, url, 443, call.host)
            and call.headers["host"] == call.host
            and all(call.headers.get(name) == value for name, value in wanted.items())
            and call.headers.keys() <= allowed
            and call.body == asked.body
        )


@pytest.fixture(scope="module")
def providers(tmp_path_factory):
    with Providers(tmp_path_factory.mktemp("providers")) as running:
        yield running


@pytest.fixture
def internet(providers):
    providers.answers.clear()
    providers.calls.clear()
    providers.connects.clear()
    return Internet(providers)


def scan(keylift, internet, project, *flags, rc=1, **more):
    done = keylift("scan", "--format", "json", *flags, cwd=project, env=internet.providers.env | more.pop("env", {}), **more)
    assert done.returncode == rc, done.stderr
    for token in internet.answers:
        assert token not in done.stdout + done.stderr
    return json.loads(done.stdout), done.stderr


def verdicts(report):
    """(rule, path): (verdict, reason) of each finding that has one."""
    found = [f for f in report["findings"] if "verified" in f]
    return {(f["rule"], f["path"]): (f["verified"], f["verified_reason"]) for f in found}


def all_providers(project, internet, answer_of):
    """One file a rule and an answer, with a token of its own."""
    chance = support.chance()
    for rule, asked in ASKED.items():
        for kind, answer in answer_of(asked).items():
            token = new_token(rule, chance)
            project.write(f"{kind}/{rule}.py", line_with(rule, token))
            internet.answers[token] = answer


def all_calls_were_right(internet, count):
    assert internet.wrong == []
    assert len(internet.providers.calls) == count
    assert all(method == "CONNECT" for method, _ in internet.providers.connects)


@pytest.mark.slow
def test_every_provider_is_asked_as_it_wants_and_understood(keylift, internet, project):
    all_providers(project, internet, lambda asked: {"live": asked.live, "refused": asked.refused})
    report, _ = scan(keylift, internet, project, "--verify", "all")
    all_calls_were_right(internet, 2 * len(ASKED))
    seen = verdicts(report)
    wrong = {}
    for rule, asked in ASKED.items():
        host = asked.request.split("/")[2]
        if seen.get((rule, f"live/{rule}.py")) != ("live", None):
            wrong[rule] = seen.get((rule, f"live/{rule}.py"))
        verdict, why = seen.get((rule, f"refused/{rule}.py"), (None, ""))
        if verdict != asked.verdict or not why.startswith(f"{host} does not accept it"):
            wrong[rule] = (verdict, why)
    assert wrong == {}


@pytest.mark.parametrize("answer, why", [(SLOW_DOWN, "answered 429: it asks to slow down"),
                                         (GARBAGE, "answered 200, which says nothing of the token")])  # fmt: skip
def test_every_provider_that_says_nothing_leaves_the_token_unknown(keylift, internet, project, answer, why):
    all_providers(project, internet, lambda asked: {"any": answer})
    report, _ = scan(keylift, internet, project, "--verify", "all")
    all_calls_were_right(internet, len(internet.hosts if answer == SLOW_DOWN else ASKED))
    seen = verdicts(report)
    expected = {(rule, f"any/{rule}.py"): ("unknown", f"{asked.request.split('/')[2]} {why}") for rule, asked in ASKED.items()}
    assert {key: seen.get(key) for key in expected} == expected
    assert report["stats"]["verification"]["live"] == 0


def test_a_provider_with_several_answers_is_understood_in_each(keylift, internet, project):
    def answers(asked):
        live = {f"live{i}": answer for i, answer in enumerate(asked.more_live)}
        return live | {f"refused{i}": answer for i, answer in enumerate(asked.more_refused)}

    all_providers(project, internet, answers)
    report, _ = scan(keylift, internet, project, "--verify", "all")
    for (rule, path), (verdict, _) in verdicts(report).items():
        if path.endswith(f"/{rule}.py"):
            assert verdict == ("live" if path.startswith("live") else ASKED[rule].verdict), (rule, path)


# --- what is sent, and to whom ---------------------------------------------------------


@pytest.fixture
def github(internet, project):
    """A project with a token of GitHub, which is live."""
    internet.token = new_token("github-pat", support.chance())
    internet.answers[internet.token] = ASKED["github-pat"].live
    project.write("a.py", line_with("github-pat", internet.token))
    return internet


def test_without_verify_nobody_is_asked(keylift, github, project):
    report, _ = scan(keylift, github, project)
    assert github.providers.connects == [] and verdicts(report) == {}
    assert "verification" not in report["stats"]


def test_only_the_providers_that_are_named_are_asked(keylift, github, project):
    report, said = scan(keylift, github, project, "--verify", "slack,openai")
    assert github.providers.connects == [] and verdicts(report) == {} and said == ""
    report, _ = scan(keylift, github, project, "--verify", "slack,github")
    assert [call.host for call in github.providers.calls] == ["api.github.com"]


def test_a_token_is_sent_once_wherever_it_stands_and_without_the_text_around_it(keylift, github, project):
    project.write("b/c.py", f'headers = {{"Authorization": "token {github.token}"}}\nurl = "https://x:{github.token}@github.com/a/b"\n')
    report, _ = scan(keylift, github, project, "--verify", "github")
    [call] = github.providers.calls
    assert call.headers["authorization"] == f"Bearer {github.token}"
    assert {path for (rule, path), (verdict, _) in verdicts(report).items() if rule == "github-pat" and verdict == "live"} >= {"a.py", "b/c.py"}


def test_before_anything_is_sent_it_says_what_goes_where(keylift, github, project):
    token = new_token("slack-bot-token", support.chance())
    github.answers[token] = ASKED["slack-bot-token"].refused
    project.write("b.py", line_with("slack-bot-token", token))
    report, said = scan(keylift, github, project, "--verify", "all")
    assert said == ("Sending 2 tokens, each once, to their providers, over TLS: api.github.com (1), slack.com (1). "
                    "Providers log such calls.\n")  # fmt: skip
    assert report["stats"]["verification"] == {"live": 1, "not_live": 1, "unknown": 0, "sent": {"api.github.com": 1, "slack.com": 1}}


def test_a_silenced_finding_is_asked_about_only_when_it_is_shown(keylift, github, project):
    project.write("a.py", f'TOKEN = "{github.token}"  # keylift: ignore\n')
    scan(keylift, github, project, "--verify", "github", rc=0)
    assert github.providers.calls == []
    report, _ = scan(keylift, github, project, "--verify", "github", "--show-suppressed", rc=0)
    assert verdicts(report) == {("github-pat", "a.py"): ("live", None)}


def test_a_redirect_is_not_followed(keylift, github, project):
    github.providers.answers["evil.example"] = github.answer
    github.providers.answers["api.github.com"] = lambda call: (302, {"Location": "https://evil.example/rate_limit"}, b"")
    report, _ = scan(keylift, github, project, "--verify", "github")
    assert verdicts(report) == {
        ("github-pat", "a.py"): ("unknown", "api.github.com answered 302, a redirect, which is not followed")}  # fmt: skip
    assert {host for _, host in github.providers.connects} == {"api.github.com"}


@pytest.mark.parametrize("wrong", ["another host", "another authority"])
def test_a_host_that_cannot_prove_who_it_is_gets_no_token(keylift, tmp_path, project, wrong):
    token = new_token("github-pat", support.chance())
    project.write("a.py", line_with("github-pat", token))
    with Providers(tmp_path / "ca", certificate_for="evil.example" if wrong == "another host" else None) as providers:
        internet = Internet(providers)
        internet.answers[token] = ASKED["github-pat"].live
        env = {}
        if wrong == "another authority":
            env["SSL_CERT_FILE"] = str(Providers(tmp_path / "other").authority.ca_file)
        report, _ = scan(keylift, internet, project, "--verify", "github", env=env)
        [(verdict, why)] = verdicts(report).values()
        assert verdict == "unknown" and "certificate of api.github.com" in why
        assert providers.calls == []


@pytest.mark.slow
def test_a_host_that_cannot_be_reached_is_tried_for_one_token_alone(keylift, internet, project):
    chance = support.chance()
    for i in range(4):
        project.write(f"{i}.py", line_with("github-pat", new_token("github-pat", chance)))
    del internet.providers.answers["api.github.com"]
    report, _ = scan(keylift, internet, project, "--verify", "github")
    [reason] = set(verdicts(report).values())
    assert reason[0] == "unknown" and "the proxy does not let keylift connect to api.github.com" in reason[1]
    assert len(internet.providers.connects) <= 5  # the attempts of http.h, for the first token


def test_a_host_that_asks_to_slow_down_is_left_alone(keylift, internet, project):
    chance = support.chance()
    for i in range(4):
        token = new_token("github-pat", chance)
        internet.answers[token] = SLOW_DOWN
        project.write(f"{i}.py", line_with("github-pat", token))
    report, _ = scan(keylift, internet, project, "--verify", "github")
    assert len(internet.providers.calls) == 1
    assert set(verdicts(report).values()) == {("unknown", "api.github.com answered 429: it asks to slow down")}


def test_the_traces_show_hosts_and_no_path_that_holds_a_token(keylift, internet, project):
    tokens = {rule: new_token(rule, support.chance()) for rule in ("telegram-bot-token", "mapbox-secret-token", "github-pat")}
    for rule, token in tokens.items():
        internet.answers[token] = ASKED[rule].live
        project.write(f"{rule}.py", line_with(rule, token))
    _, said = scan(keylift, internet, project, "--verify", "all", "-vv")
    assert re.search(r"^GET api\.telegram\.org /\.\.\. 200 in \d+ ms$", said, re.M)
    assert re.search(r"^GET api\.mapbox\.com /\.\.\. 200 in \d+ ms$", said, re.M)
    assert re.search(r"^GET api\.github\.com /rate_limit 200 in \d+ ms$", said, re.M)
    for token in tokens.values():
        for part in (token, token.partition(":")[2] or token):
            assert part not in said


def test_what_a_provider_answers_is_shown_nowhere(keylift, github, project):
    echo = made("", 30, seed=5)
    for status in (200, 400, 500):
        github.answers[github.token] = (status, {"message": f"{echo} {github.token}", "resources": None})
        done = keylift("scan", "--verify", "github", "-vv", cwd=project, env=github.providers.env)
        assert echo not in done.stdout + done.stderr and github.token not in done.stdout + done.stderr


# --- two parts ---------------------------------------------------------------------------


@pytest.fixture
def aws(internet, project):
    chance = support.chance()
    internet.key_id = rule_examples.expand(RULES["aws-access-key-id"]["find"][0], chance)
    internet.secret = new_token("aws-secret-access-key", chance)
    internet.answers[internet.secret] = internet.answers[internet.key_id] = AWS_LIVE
    project.write("a.py", f'AWS_ID = "{internet.key_id}"\n' + line_with("aws-secret-access-key", internet.secret))
    internet.providers.answers[AWS_HOST] = lambda call: (*[internet.answers[internet.secret][0], {}], internet.answers[internet.secret][1])
    return internet


def test_a_pair_of_aws_is_asked_about_together_and_the_secret_stays_here(keylift, aws, project):
    report, _ = scan(keylift, aws, project, "--verify", "aws")
    [call] = aws.providers.calls
    assert (call.method, call.target, call.host) == ("POST", "/", AWS_HOST)
    assert call.body == b"Action=GetCallerIdentity&Version=2011-06-15"
    assert f"Credential={aws.key_id}/" in call.headers["authorization"]
    assert "/us-east-1/sts/aws4_request" in call.headers["authorization"]
    assert aws.secret not in json.dumps(call.headers) and aws.secret.encode() not in call.body
    assert verdicts(report) == {("aws-secret-access-key", "a.py"): ("live", None), ("aws-access-key-id", "a.py"): ("live", None)}


@pytest.mark.parametrize("answer, verdict", [(AWS_REFUSED, "not live"), (AWS_WRONG_PAIR, "unknown")])
def test_a_pair_that_aws_does_not_accept(keylift, aws, project, answer, verdict):
    aws.answers[aws.secret] = answer
    report, _ = scan(keylift, aws, project, "--verify", "aws")
    assert {verdict for verdict, _ in verdicts(report).values()} == {verdict}


@pytest.mark.parametrize("other", [None, "ASIA"])
def test_half_a_pair_is_not_sent(keylift, aws, project, other):
    text = f'ID = "{other}{aws.key_id[4:]}"\n' if other else ""  # a temporary id, which needs a third part
    project.write("a.py", text + line_with("aws-secret-access-key", aws.secret))
    report, said = scan(keylift, aws, project, "--verify", "aws")
    assert aws.providers.connects == [] and said == ""
    assert verdicts(report)["aws-secret-access-key", "a.py"] == ("unknown", "its other half, aws-access-key-id, is not in the file")


def test_a_token_of_twilio_is_sent_with_the_account_that_stands_beside_it(keylift, internet, project):
    chance = support.chance()
    token, account, far = (rule_examples.expand("{hex:32}", chance) for _ in range(3))
    project.write("a.py", f'OTHER = "AC{far}"\n' + "\n" * 30 + f'ACCOUNT = "AC{account}"\nTWILIO_AUTH_TOKEN = "{token}"\n')
    internet.providers.answers["api.twilio.com"] = lambda call: (200, {}, b'{"sid": "AC", "auth_token": "x"}')
    report, _ = scan(keylift, internet, project, "--verify", "twilio")
    [call] = internet.providers.calls
    assert call.target == f"/2010-04-01/Accounts/AC{account}.json"
    assert call.headers["authorization"] == "Basic " + base64.b64encode(f"AC{account}:{token}".encode()).decode()
    assert verdicts(report)["twilio-auth-token", "a.py"] == ("live", None)
    internet.providers.answers["api.twilio.com"] = lambda call: (401, {}, b'{"code": 20003, "status": 401}')
    report, _ = scan(keylift, internet, project, "--verify", "twilio")
    verdict, why = verdicts(report)["twilio-auth-token", "a.py"]
    assert verdict == "unknown" and why.endswith("it may be of another account than that which stands beside it")
    project.write("a.py", f'TWILIO_AUTH_TOKEN = "{token}"\nACCOUNT = "AC{account[1:]}"\n')
    report, _ = scan(keylift, internet, project, "--verify", "twilio")
    assert verdicts(report)["twilio-auth-token", "a.py"] == ("unknown", "what belongs to it, AC…, is not in the file")
    assert len(internet.providers.calls) == 2


# --- what it changes ------------------------------------------------------------------------


def test_a_live_token_is_of_high_severity_and_a_refused_one_stays_as_it_is(keylift, internet, project):
    rule = "stripe-test-key"
    token = rule_examples.expand(RULES[rule]["find"][0], support.chance())
    project.write("a.py", f'STRIPE = "{token}"\n')
    internet.providers.answers["api.stripe.com"] = lambda call: (200, {}, b'{"object": "balance"}')
    before, _ = scan(keylift, internet, project, "--fail-on", "high", rc=0)
    after, _ = scan(keylift, internet, project, "--fail-on", "high", "--verify", "stripe", rc=1)
    assert before["findings"][0]["severity"] != "high" and after["findings"][0]["severity"] == "high"
    internet.providers.answers["api.stripe.com"] = lambda call: (401, {}, b"{}")
    refused, _ = scan(keylift, internet, project, "--fail-on", "high", "--verify", "stripe", rc=0)
    assert refused["findings"][0]["severity"] == before["findings"][0]["severity"]
    assert refused["findings"][0]["fingerprint"] == after["findings"][0]["fingerprint"] == before["findings"][0]["fingerprint"]


def test_only_live_silences_the_rest_and_still_counts_it(keylift, github, project):
    token = new_token("slack-bot-token", support.chance())
    github.answers[token] = SLOW_DOWN
    project.write("b.py", line_with("slack-bot-token", token) + f'PASSWORD = "{support.made_password(seed=3)}"\n')
    flags = ["--verify", "all", "--only-live"]
    report, _ = scan(keylift, github, project, *flags)
    assert [(f["rule"], f["verified"]) for f in report["findings"]] == [("github-pat", "live")]
    assert report["stats"]["verification"]["unknown"] == 1 and report["stats"]["suppressed"] >= 2
    report, _ = scan(keylift, github, project, *flags, "--show-suppressed")
    assert {f["suppressed"] for f in report["findings"] if f["path"] == "b.py"} == {"--only-live"}
    github.answers[github.token] = ASKED["github-pat"].refused
    done = keylift("scan", *flags, cwd=project, env=github.providers.env)
    assert done.returncode == 0 and "No live secrets found; " in done.stdout
    assert "By their providers: 0 live, 1 not live, 1 unknown." in done.stdout
    done = keylift("scan", "--only-live", cwd=project)
    assert done.returncode == 2 and "--only-live goes with --verify" in done.stderr


def test_every_format_tells(keylift, github, project):
    def told(name):
        return keylift("scan", "--verify", "github", "--format", name, cwd=project, env=github.providers.env).stdout

    assert re.search(r"^    live$", told("text"), re.M) and "By their providers: 1 live, 0 not live, 0 unknown." in told("text")
    assert json.loads(told("jsonl").splitlines()[0])["verified"] == "live"
    [result] = json.loads(told("sarif"))["runs"][0]["results"]
    assert result["properties"]["verified"] == "live" and result["level"] == "error"
    header, line = told("csv").splitlines()
    assert header.endswith(",verified,verified_reason") and line.endswith(",live,")
    assert '"verified":"live"' in told("html")
    for name in ("junit", "gitlab", "github"):
        assert "characters); live" in told(name)


def test_the_csv_of_a_scan_that_asks_nobody_has_the_columns_that_it_had(keylift, github, project):
    done = keylift("scan", "--format", "csv", cwd=project)
    assert done.stdout.splitlines()[0].endswith(",suppressed,revoke")


def test_a_report_says_when_nobody_was_asked(keylift, github, project):
    done = keylift("scan", "--verify", "slack", cwd=project, env=github.providers.env)
    assert "Nobody was asked: no finding is of a provider that --verify names." in done.stdout


def test_without_the_network_module_what_was_found_is_reported_and_why_nobody_was_asked(github, project, home, tmp_path):
    alone = tmp_path / "bin" / "keylift"
    alone.parent.mkdir()
    shutil.copy(support.BINARY, alone)
    report, _ = scan(support.Keylift(home, binary=alone), github, project, "--verify", "github", rc=2)
    [error] = report["errors"]
    assert error["message"].startswith("--verify: keylift's network module is missing")
    assert [verdict for verdict, _ in verdicts(report).values()] == ["unknown"]


# --- who may turn it on ------------------------------------------------------------------------


def test_a_provider_that_is_not_known_is_an_error_that_names_the_nearest(keylift, project):
    done = keylift("scan", "--verify", "githib", cwd=project)
    assert done.returncode == 2 and 'no provider "githib"; did you mean "github"?' in done.stderr
    done = keylift("scan", "--verify", "qqqqqqqqqq", cwd=project)
    assert done.returncode == 2 and "docs/verification.md" in done.stderr


def test_no_configuration_turns_it_on(keylift, github, project):
    project.write("keylift.toml", 'verify = ["all"]\n')
    done = keylift("scan", cwd=project, env=github.providers.env)
    assert done.returncode == 2 and "verify" in done.stderr
    done = keylift("scan", "--config", "keylift.toml", cwd=project, env=github.providers.env)
    assert done.returncode == 2
    assert github.providers.connects == []


def test_rules_of_the_user_s_own_send_nothing_and_may_not_say_where_to(keylift, github, project):
    project.write("own.toml", OWN_RULE)
    project.write("a.py", f'TOKEN = "own_{made("", 20, seed=1)}"\n')
    report, said = scan(keylift, github, project, "--rules-file", "own.toml", "--verify", "all")
    assert github.providers.connects == [] and verdicts(report) == {} and said == ""
    project.write("own.toml", OWN_RULE + OWN_VERIFY)
    done = keylift("scan", "--rules-file", "own.toml", "--verify", "all", cwd=project, env=github.providers.env)
    assert done.returncode == 2 and "only keylift's own rules say where a token is sent" in done.stderr
    assert github.providers.connects == []


def test_a_rule_of_gitleaks_that_replaces_a_built_in_one_has_nothing_sent_to_its_provider(keylift, github, project):
    project.write("gitleaks.toml", "[[rules]]\nid = 'github-pat'\nregex = 'TOKEN = \"(\\w{20})\"'\n")
    project.write("a.py", f'TOKEN = "{made("", 20, seed=1)}"\n')
    report, said = scan(keylift, github, project, "--rules-file", "gitleaks.toml", "--verify", "all")
    assert [f["rule"] for f in report["findings"]] == ["github-pat"]
    assert github.providers.connects == [] and verdicts(report) == {} and said == ""


OWN_RULE = """
provider = "GitHub"
severity = "high"
revoke = "nowhere"
source = "none yet: a test"

[[rule]]
id = "own-token"
description = "a token of our own"
keywords = ["own_"]
pattern = '(own_[A-Za-z0-9]{20})'
find = ["own_{alnum:20}", "x own_{alnum:20}", "own=own_{alnum:20}"]
skip = ["own_{alnum:19}", "ow_{alnum:20}", "own_"]
"""
OWN_VERIFY = """
[[verify]]
rules = ["own-token"]
request = "GET https://api.example.com/me"
headers = ["Authorization: Bearer {token}"]
live = ["200 id"]
not_live = ["401"]
source = "none"
"""


def test_ctrl_c_ends_the_questions_and_what_was_found_is_reported(internet, project, home):
    chance = support.chance()
    for i in range(6):
        token = new_token("github-pat", chance)
        internet.answers[token] = ASKED["github-pat"].live
        project.write(f"{i}.py", line_with("github-pat", token))
    command = [*INTERRUPTIBLE, support.BINARY, "scan", "--verify", "github", "--format", "json"]
    env = support.clean_env(home, **internet.providers.env)
    process = subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not internet.providers.calls:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    report = json.loads(out)
    assert process.returncode == 2 and len(report["findings"]) == 6
    assert "interrupted" in json.dumps(report["errors"])
    assert len(internet.providers.calls) < 6
    assert {verdict for verdict, _ in verdicts(report).values()} <= {"live", "unknown"}
