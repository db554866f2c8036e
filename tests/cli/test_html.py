"""The HTML report: one file that needs nothing else, without a secret; and what a person sees of it in Chromium."""

import base64
import hashlib
import html.parser
import json
import re
import zipfile

import pytest

import support
from doubles.provider_answers import ASKED
from doubles.providers import Providers
from support_chromium import Chromium

AXE = support.BUILD / "npm/node_modules/axe-core/axe.min.js"
OWNERS = """\
# comment
*                @everyone
/shop/           @shop/team  pay@example.invalid # who pays
docs/*           @writers
*.cfg            @config
apps/            @apps
/nobody/
**/deep/x.py     @deep
with\\ blank/     @blank
"""


class Elements(html.parser.HTMLParser):
    """The text of each style and script element, and every attribute that could load something."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.loads, self.policy, self.inside = {}, [], None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.loads += [value for name, value in attrs.items() if name in ("src", "href", "action", "srcset", "data")]
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if tag in ("script", "style"):
            self.inside = f"{tag}:{attrs.get('type', '')}"
            assert self.inside not in self.texts
            self.texts[self.inside] = ""

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside] += data


def data_of(page):
    return json.loads(Elements(page).texts["script:application/json"])


@pytest.fixture
def leaks(project):
    """Names and paths that are markup, a line end of JavaScript, or that turn text around; a silenced finding."""
    project.git_init()
    project.secrets = [support.made_stripe_key(seed=1), support.made_password(seed=2), support.made_aws_id(seed=3)]
    stripe, password, aws = project.secrets
    project.write("shop/pay.py", f'import os\nkey = "{stripe}"\nos.environ["REGION"]\nos.getenv("DB_PASSWORD", "x")\n')
    evil = "</script><img src=x onerror=alert(1)>"
    project.write("shop/<b>&amp;\u2028\u202e.py", f'x = {{"password {evil}": "{password}"}}\n')
    project.write("lib/a.py", f'AWS_KEY = "{aws}"\ndb_password = "{support.made_password(seed=4)}"  # keylift: ignore\n')
    project.write("lib/low.py", 'password = "hunter2"\n')
    project.write("CODEOWNERS", OWNERS)
    return project


@pytest.fixture
def page(keylift, leaks):
    def run(*flags, status=1):
        done = keylift("scan", "--format", "html", *flags, ".", cwd=leaks)
        assert done.returncode == status, done.stderr
        for secret in leaks.secrets:
            assert secret not in done.stdout
        return done.stdout

    return run


def test_the_page_holds_the_json_report_and_runs_its_own_script_alone(page, keylift, leaks):
    text = page("--show-suppressed")
    whole = json.loads(keylift("scan", "--format", "json", "--show-suppressed", ".", cwd=leaks).stdout)
    seen = Elements(text)
    data = json.loads(seen.texts["script:application/json"])
    owners = [finding.pop("owner") for finding in data["findings"]]
    assert data["findings"] == whole["findings"] and data["environment"] == whole["environment"]
    assert "pay@example.invalid" in owners[-1] and data["fail_on"] == "medium"
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(seen.texts[f"{kind}:"].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in seen.policy
    assert "default-src 'none'" in seen.policy and "unsafe" not in seen.policy
    assert [load for load in seen.loads if not load.startswith(("#", "data:"))] == []


def test_no_text_of_the_tree_is_markup_or_ends_the_data(page):
    text = page()
    raw = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1]
    assert not set("<>&\u2028\u2029") & set(raw)
    assert "onerror" in raw and "<img" not in text


def test_merged_reports_become_a_page_too(keylift, leaks):
    for shard in ("shop", "lib"):
        keylift("scan", "--format", "json", "-o", f"{shard}.json", shard, cwd=leaks)
    merged = json.loads(keylift("report", "merge", "shop.json", "lib.json", cwd=leaks).stdout)
    done = keylift("report", "merge", "--format", "html", "-o", "all.html", "shop.json", "lib.json", cwd=leaks)
    assert done.returncode == 1 and done.stdout == ""
    data = data_of(leaks.read("all.html"))
    assert [f["fingerprint"] for f in data["findings"]] == [f["fingerprint"] for f in merged["findings"]]
    assert {f["owner"] for f in data["findings"]} == {"@shop/team  pay@example.invalid", "@everyone"}
    for flags, said in ((("merge", "--format", "text"), "json or html"), (("diff", "--format", "json"), "writes text"),
                        (("merge", "--format", "sarif"), "text, json or html")):  # fmt: skip
        assert said in keylift("report", *flags, "shop.json", "lib.json", cwd=leaks).stderr


OWNED = {
    "a.py": "@everyone", "shop/x/y.py": "@shop/team  pay@example.invalid", "docs/a.py": "@writers",
    "docs/in/a.py": "@everyone", "sub/apps/x/a.py": "@apps", "nobody/a.py": "", "sub/deep/x.py": "@deep",
    "with blank/a.py": "@blank",
}  # fmt: skip


def test_owners_are_those_of_the_last_line_that_matches(keylift, project):
    project.git_init()
    for path in OWNED:
        project.write(path, f'key = "{support.made_stripe_key(seed=1)}"\n')
    project.write("CODEOWNERS", "[Ignored] @nobody\n* @none\n")
    project.write(".github/CODEOWNERS", OWNERS)
    assert _owners(keylift, project) == OWNED
    (project / ".github/CODEOWNERS").unlink()
    project.write("CODEOWNERS", "* @all\n[Docs][2] @writers\ndocs/\n/docs/in/ @inner\n^[Apps] @apps\napps/\n")
    by_section = _owners(keylift, project)
    assert by_section["docs/a.py"] == "@writers @all" and by_section["docs/in/a.py"] == "@inner @all"
    assert by_section["a.py"] == "@all" and by_section["sub/apps/x/a.py"] == "@apps @all"


def _owners(keylift, project):
    found = data_of(keylift("scan", "--format", "html", ".", cwd=project).stdout)["findings"]
    return {finding["path"]: finding["owner"] for finding in found}


# --- in a browser --------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


def rest(tab):
    """Until the browser has told the page of what opened."""
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))")


def open_groups(tab):
    """Opens them, and waits until the browser has told the page so, which then fills them."""
    tab.evaluate("""new Promise((done) => {
        const groups = [...document.querySelectorAll("details.group")];
        for (const group of groups) group.open = true;
        (function look() { groups.every((g) => g.querySelector(".items")) ? done() : setTimeout(look, 5); })();
    })""")


def places(tab):
    open_groups(tab)
    return sorted(tab.texts("#list .place"))


@pytest.mark.slow
def test_a_person_filters_groups_and_reads(page, leaks, browser, tmp_path):
    leaks.git("add", "lib")
    leaks.git("commit", "-q", "-m", "Old", GIT_AUTHOR_DATE="2020-02-03T12:00:00Z")
    leaks.write("report.html", page("--show-suppressed", "--blame"))
    tab = browser.open(leaks / "report.html")
    assert tab.texts("#shown") == ["5 of 5 findings in 3 groups."]
    evil = "shop/<b>&amp;\\u2028\\u202e.py:1:"
    everything = places(tab)
    assert any(place.startswith(evil) for place in everything) and len(everything) == 5
    assert "onerror" in tab.evaluate("document.body.innerText") and tab.evaluate("document.images.length") == 0

    tab.type("#text", "PAY.py stripe")
    assert places(tab) == ["shop/pay.py:2:7"]
    assert "text=PAY.py" in tab.evaluate("location.hash")
    tab.click("button[type=reset]")
    assert len(places(tab)) == 5
    tab.click("#severity-high")
    assert places(tab) == ["lib/low.py:1:12"] and "without=high" in tab.evaluate("location.hash")
    tab.click("#severity-high")
    tab.choose("#folder", "lib/")
    assert {place.split(":")[0] for place in places(tab)} == {"lib/a.py", "lib/low.py"}
    tab.choose("#state", "silenced")
    assert places(tab) == ["lib/a.py:2:15"] and "silenced: " in tab.texts("#list .facts")[0]
    tab.click("button[type=reset]")
    tab.choose("#rule", "aws-access-key-id")
    assert places(tab) == ["lib/a.py:1:11"]
    tab.click("button[type=reset]")
    assert tab.texts("#age option") == ["all ages", "older than three years (3)", "age unknown (2)"]
    tab.choose("#age", "older than three years")
    assert {place.split(":")[0] for place in places(tab)} == {"lib/a.py", "lib/low.py"}
    assert "since 2020-02-03" in tab.texts("#list .facts")[0] and "age=older" in tab.evaluate("location.hash")
    tab.choose("#group", "age")
    assert tab.texts("#list summary b") == ["older than three years"]
    tab.click("button[type=reset]")
    tab.choose("#sort", "age")
    tab.choose("#group", "none")
    assert [place.split("/")[0] for place in tab.texts("#list .place")] == ["lib"] * 3 + ["shop"] * 2
    tab.click("button[type=reset]")
    tab.choose("#owner", "@everyone")
    tab.choose("#group", "file")
    assert tab.texts("#list summary b") == ["lib/a.py", "lib/low.py"]
    tab.choose("#group", "owner")
    assert tab.texts("#list summary b") == ["@everyone"]
    tab.choose("#group", "none")
    assert len(places(tab)) == 3

    again = browser.open(f"{leaks / 'report.html'}{tab.evaluate('location.hash')}")
    assert places(again) == places(tab)
    assert "REGION" in "".join(tab.texts("#environment-list")) and "DB_PASSWORD" in tab.texts("#environment-list code")[0]
    tab.click("#secret")
    assert tab.texts("#environment-shown") == ["1 of 2 variables."]
    assert tab.problems == again.problems == [] and {a.split("#")[0] for a in tab.requests} == {tab.requests[0]}


@pytest.mark.slow
def test_the_keyboard_alone_serves(page, leaks, browser):
    leaks.write("report.html", page())
    tab = browser.open(leaks / "report.html")
    assert tab.evaluate("document.querySelector('#age').closest('p').hidden")  # no age is known
    tab.press("Tab")
    assert tab.evaluate("document.activeElement.innerText") == "Skip to the findings"
    tab.press("Enter")
    tab.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "text"
    for _ in range(20):
        if tab.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
        tab.press("Tab")
    tab.press("Enter")
    rest(tab)
    tab.press("Tab")
    assert tab.evaluate("document.activeElement.innerText") == "Details"
    tab.press(" ")
    assert tab.evaluate("document.activeElement.parentElement.open") and tab.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("dark, width", [(False, 1280), (True, 1280), (False, 360)])
def test_axe_finds_nothing_in_light_dark_and_narrow(page, leaks, browser, tmp_path, dark, width):
    leaks.write("report.html", page("missing.py", status=2))
    tab = browser.open(leaks / "report.html", width=width, dark=dark)
    open_groups(tab)
    tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    tab.screenshot(tmp_path / "page.png")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.texts("#error-list code") == ["missing.py"]
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") != dark
    tab.evaluate(AXE.read_text("utf-8"))
    found = tab.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html, v.nodes[0].failureSummary]))")
    assert found == []


@pytest.mark.slow
def test_ten_thousand_findings_are_shown_a_page_at_a_time(keylift, project, browser):
    found = [
        {"rule": f"rule-{i % 50}", "message": "a token", "path": f"app{i % 200}/src/file{i // 4}.py", "line": i, "column": 1,
         "start_byte": i, "name": f"NAME_{i}", "context": "assignment", "redacted": "tok_…", "fingerprint": f"{i:016x}",
         "severity": ("high", "medium", "low")[i % 3], "confidence": 0.9, "fixable": i % 2 == 0,
         "reason": None if i % 2 == 0 else "a reason", "suppressed": None, "revoke": None}
        for i in range(10_000)
    ]  # fmt: skip
    report = {"version": 1, "tool": "keylift 0", "findings": found, "environment": [], "errors": [], "stats": {"files": 1}}
    project.write("many.json", json.dumps(report))
    project.write("many.html", keylift("report", "merge", "--format", "html", "many.json", cwd=project).stdout)
    tab = browser.open(project / "many.html")
    assert tab.texts("#shown") == ["10,000 of 10,000 findings in 50 groups."]
    tab.choose("#group", "file")
    assert len(tab.texts("#list details.group")) == 100
    tab.click("#list > .more button")
    assert len(tab.texts("#list details.group")) == 200
    tab.choose("#group", "none")
    assert len(tab.texts("#list li")) == 100
    tab.click("#list .more button")
    assert len(tab.texts("#list li")) == 200
    assert tab.evaluate("[...document.querySelectorAll('#list li')].indexOf(document.activeElement)") == 100
    tab.type("#text", "name_9999")
    assert tab.texts("#list .place") == ["app199/src/file2499.py:9999:1"]
    assert tab.texts("#shown") == ["1 of 10,000 findings."] and tab.problems == []


KEYS = [support.made_stripe_key(seed=seed) for seed in range(3)]


@pytest.fixture
def audited(keylift, project, tmp_path):
    """audited("--history") -> a page about a key that is gone and revoked, one that is there and live, and one in an
    archive of which its provider says nothing; with what the provider was asked of them."""
    project.git_init()
    project.write("CODEOWNERS", "* @everyone\n*.whl @release\n*.py @writers\n")
    project.write("shop/gone.py", f'key = "{KEYS[0]}"\n')
    project.gone = project.commit_at("2019-05-06T12:00:00Z")
    project.write("shop/gone.py", "key = None\n")
    project.write("shop/stays.py", f'\nAPI_KEY = "{KEYS[1]}"\npassword = "{support.made_password(seed=4)}"\n')
    (project / "dist").mkdir()
    with zipfile.ZipFile(project / "dist/shop.whl", "w") as archive:
        archive.writestr("shop/<i>/settings.py", f'key = "{KEYS[2]}"\n')
    project.stays = project.commit_at("2026-01-02T12:00:00Z")
    answers = dict(zip(KEYS, [ASKED["stripe-live-key"].refused, ASKED["stripe-live-key"].live, (503, b"{}")], strict=True))

    def answer(call):
        status, body = next(answers[key] for key in KEYS if key in call.headers["authorization"])
        return status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()

    def run(*flags):
        with Providers(tmp_path / "providers") as providers:
            providers.answers["api.stripe.com"] = answer
            done = keylift("scan", "--format", "html", "--archives", "--verify", "all", *flags, ".", cwd=project, env=providers.env)
        assert done.returncode == 1 and not [key for key in KEYS if key in done.stdout]
        (tmp_path / "audited.html").write_text(done.stdout, "utf-8")
        return tmp_path / "audited.html"

    return run


def rows(tab):
    """{place: what the row says below it}"""
    open_groups(tab)
    return dict(zip(tab.texts("#list .place"), [" ".join(facts.split()) for facts in tab.texts("#list .facts")], strict=True))


MEMBER, STAYS, GONE, OTHER = "dist/shop.whl!shop/<i>/settings.py:1:7", "shop/stays.py:2:11", "shop/gone.py:1:7", "shop/stays.py:3:12"


@pytest.mark.slow
@pytest.mark.server
def test_what_the_providers_said_is_shown_and_filtered(audited, browser):
    tab = browser.open(audited())
    said = rows(tab)
    assert said.keys() == {MEMBER, STAYS, OTHER}
    assert said[MEMBER] == "unknown: api.stripe.com answered 503 left for a person: in an archive, which is not written anew owner @release"
    assert said[STAYS] == "live migrate can move it owner @writers"
    assert tab.texts("#list .live, #list .unknown") == ["unknown: api.stripe.com answered 503", "live"]
    counts = dict(zip(tab.texts("#counts dt"), tab.texts("#counts dd"), strict=True))
    assert [counts[name] for name in ("archives", "live", "not live", "unknown")] == ["1", "1", "0", "1"]
    assert tab.texts("#answer option") == ["all answers", "live (1)", "unknown (1)", "not asked (1)"]
    tab.choose("#answer", "live")
    assert places(tab) == [STAYS] and "answer=live" in tab.evaluate("location.hash")
    again = browser.open(f"{tab.evaluate('location.pathname')}{tab.evaluate('location.hash')}")
    assert places(again) == [STAYS]
    tab.choose("#answer", "not asked")
    assert places(tab) == [OTHER]
    tab.click("button[type=reset]")
    tab.type("#text", "settings unknown")
    assert places(tab) == [MEMBER]
    tab.click("button[type=reset]")
    tab.choose("#folder", "dist/")
    assert places(tab) == [MEMBER] and tab.problems == again.problems == []


@pytest.mark.slow
@pytest.mark.server
def test_what_only_the_history_has_is_told_with_its_commit_and_date(audited, project, browser):
    tab = browser.open(audited("--history"))
    said = rows(tab)
    assert said[GONE] == ("not live: api.stripe.com does not accept it in the history alone owner @writers "
                          f"came with commit {project.gone[:12]} of 2019-05-06")  # fmt: skip
    assert f"came with commit {project.stays[:12]} of 2026-01-02, still in the current commit" in said[MEMBER]
    counts = dict(zip(tab.texts("#counts dt"), tab.texts("#counts dd"), strict=True))
    assert counts["commits"] == "2" and counts["not live"] == "1" and "files scanned" not in counts
    tab.choose("#state", "gone")
    assert places(tab) == [GONE]
    tab.click("button[type=reset]")
    tab.choose("#sort", "age")
    tab.choose("#group", "none")
    assert tab.texts("#list .place")[0] == GONE
    tab.click("#list details summary")
    assert project.gone in tab.texts("#list details dd") and tab.problems == []


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("dark, width", [(False, 1280), (True, 1280), (True, 360)])
def test_axe_finds_nothing_in_an_audit(audited, browser, tmp_path, dark, width):
    tab = browser.open(audited("--history"), width=width, dark=dark)
    open_groups(tab)
    tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    rest(tab)
    tab.screenshot(tmp_path / "audit.png")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate(AXE.read_text("utf-8"))
    assert tab.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html, v.nodes[0].failureSummary]))") == []
    assert tab.problems == []


@pytest.mark.slow
def test_a_page_of_merged_reports_counts_what_their_providers_said(keylift, project, browser):
    for name, said in {"a": {"live": 1, "not_live": 0, "unknown": 2}, "b": {"live": 2, "not_live": 0, "unknown": 1}}.items():
        found = {"rule": "r", "message": "a token", "path": f"{name}.py", "line": 1, "column": 1, "start_byte": 0, "name": None,
                 "context": "assignment", "redacted": "t…", "fingerprint": name, "severity": "high", "confidence": 1, "fixable": True,
                 "reason": None, "suppressed": None, "revoke": None, "verified": "live", "verified_reason": None}  # fmt: skip
        stats = {"files": 1, "commits": 3, "verification": {**said, "sent": {"x.example": 3, f"{name}.example": 1}}}
        report = {"version": 1, "tool": "keylift 0", "findings": [found], "environment": [], "errors": [], "stats": stats}
        project.write(f"{name}.json", json.dumps(report))
    done = keylift("report", "merge", "a.json", "b.json", cwd=project)
    assert json.loads(done.stdout)["stats"]["verification"] == {
        "live": 3, "not_live": 0, "unknown": 3, "sent": {"x.example": 6, "a.example": 1, "b.example": 1}}  # fmt: skip
    project.write("both.html", keylift("report", "merge", "--format", "html", "a.json", "b.json", cwd=project).stdout)
    tab = browser.open(project / "both.html")
    counts = dict(zip(tab.texts("#counts dt"), tab.texts("#counts dd"), strict=True))
    assert [counts[name] for name in ("commits", "live", "not live", "unknown")] == ["6", "3", "0", "3"]
    assert tab.problems == []
