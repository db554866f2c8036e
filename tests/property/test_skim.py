"""What the skimmer passes over, a scan that reads every file as Python finds nothing in: `scan` and `scan --exhaustive`
say the same of programs drawn at random, in which values of all sorts stand in all places that may name them."""

import base64
import json
from pathlib import Path

import support

FILES = support.times(4000)

NAMES = ["password", "db_password", "PASSWD", "token", "apiToken", "api_key", "key", "secret", "clientSecret", "auth",
         "tokens", "passwords", "pat", "github_pat", "salt", "bearer", "public_key", "token_url", "name", "x", "value",
         "choices", "monkey", "twilio_sid", "heroku_id", "HEROKU_API_KEY", "url", "kind", "default", "basic_auth",
         "otp", "jwt", "credential", "author", "keyword", "fallback"]
CALLEES = ["f", "connect", "login", "client.login", "AESGCM", "str", "b64decode", "requests.get", "os.getenv", "d.get",
           "setattr", "Field", "dict", "parser.add_argument", "hmac.new", "a.b.Fernet", "Table", "pyairtable.Table",
           "env", "config", "env.str", "typer.Option", "print", "jwt.encode", "create_user", "Basic"]


def values(draw):
    hexadecimal = "0123456789abcdef"
    return [
        lambda: draw.choice(["hunter2", "letmein", "utf8", "ipv6", "present", "swordfish", "abc", "Name", "sha256", "v7.4.0"]),
        lambda: draw.choice(["snake_words_here", "UPPER_CASE_WORDS", "kebab-words", "two words", "a sentence of words, plainly said",
                             "%s and more", "{} items", "percent%table", "a.b.c", "/usr/lib/x", "https://host/path", ""]),
        lambda: support.made("", draw.choice([4, 8, 11, 16, 20, 24, 32, 40]), seed=draw.random()),
        lambda: support.made("", draw.choice([16, 24, 32, 40, 64]), hexadecimal, draw.random()),
        lambda: "%s-%s-%s-%s-%s" % tuple(support.made("", n, hexadecimal, draw.random()) for n in (8, 4, 4, 4, 12)),
        lambda: support.made_password(draw.choice([8, 12, 20]), draw.random()),
        lambda: support.made_aws_id(draw.random()),
        lambda: support.made_stripe_key(draw.random()),
        lambda: "see " + support.made_stripe_key(draw.random()) + " for it",
        lambda: draw.choice(["Bearer ", "Basic ", "Token "]) + support.made("", 24, seed=draw.random()),
        lambda: "postgres://me:" + support.made_password(12, draw.random()) + "@db/x",
        lambda: draw.choice(["sqs", "ws", "ftp", "db2"]) + "://" + draw.choice(["", "u"]) + ":" + support.made("", 2, seed=draw.random()) + "@" + draw.choice(["b", "b/x y"]),
        lambda: "host=db;password=" + support.made_password(10, draw.random()),
        lambda: "server = db ; pwd = " + support.made_password(9, draw.random()) + " ; database = x",
        lambda: "abcd efgh ijkl mnop",
        lambda: support.made("", 12, seed=draw.random()) + "%s tail",
        lambda: support.made("", 12, seed=draw.random()) + "{x}",
        lambda: base64.b64encode(("key " + support.made_stripe_key(draw.random())).encode()).decode(),
    ]


class Program:
    """Statements in which a string stands somewhere, and other code around them."""

    def __init__(self, draw):
        self.draw = draw
        self.values = values(draw)

    def name(self):
        return self.draw.choice(NAMES)

    def quoted(self, value):
        quote = self.draw.choice(["'", '"', '"', '"""', "'''"])
        prefix = self.draw.choice(["", "", "", "", "b", "r", "u"])
        if self.draw.random() < 0.1 and value and prefix in ("", "b"):
            at = self.draw.randrange(len(value))
            value = value[:at] + f"\\x{ord(value[at]):02x}" + value[at + 1:]
        if self.draw.random() < 0.05 and prefix == "":
            value += "\\n"
        return f"{prefix}{quote}{value}{quote}"

    def string(self):
        value = self.draw.choice(self.values)()
        kind = self.draw.random()
        if kind < 0.1 and len(value) > 4:
            at = self.draw.randrange(1, len(value))
            join = self.draw.choice([" ", " + ", "\n        ", "  # and\n        "])
            return f"({self.quoted(value[:at])}{join}{self.quoted(value[at:])})"
        if kind < 0.2:
            plain = value.replace("{", "").replace("}", "")
            return self.draw.choice([f'f"{plain}"', f'f"{plain}{{x}}"', f'f"{{x}}{plain}"', f'f"{{d[{plain!r}]}}"',
                                     f'f"{{f({self.name()}={plain!r})}}"', f'f"{{{{{plain}"'])
        if kind < 0.25:
            return f"({self.quoted(value)})"
        return self.quoted(value)

    def expression(self, depth=2):
        d, s = self.draw, self.string
        if depth == 0 or d.random() < 0.35:
            return s()
        inner = lambda: self.expression(depth - 1)
        line = d.choice(["", "", "\n        "])
        return d.choice([
            lambda: f"[{inner()}, {line}{inner()}]",
            lambda: f"({inner()}, {inner()})",
            lambda: f"{{{inner()}, {inner()}}}",
            lambda: f"{{{line}{self.quoted(self.name())}: {inner()}, {self.quoted(self.name())}: {inner()}}}",
            lambda: f"{{{self.name()}: {inner()}}}",
            lambda: f"{{'a': lambda {self.name()}={inner()}: {inner()}}}",
            lambda: f"{d.choice(CALLEES)}({line}{self.name()}={inner()}, {self.name()}={inner()})",
            lambda: f"{d.choice(CALLEES)}({inner()}, {inner()}, {inner()})",
            lambda: f"{d.choice(CALLEES)}({self.quoted(self.name())}, {line}{inner()})",
            lambda: f"{d.choice(CALLEES)}('--{self.name().replace('_', '-')}', default={inner()})",
            lambda: f"{self.name()}[{inner()}]",
            lambda: f"{self.name()} if {inner()} == {self.name()} else {inner()}",
            lambda: f"({self.name()} or {inner()})",
            lambda: f"{inner()} % {self.name()}",
            lambda: f"({inner()}).format({self.name()})",
            lambda: f"x[{self.quoted(self.name())}] == {inner()}",
            lambda: f"f({inner()}, {self.name()}) + {inner()}",
            lambda: f"(lambda: {inner()})",
        ])()

    def statement(self):
        d, e, name = self.draw, self.expression, self.name
        return d.choice([
            lambda: f"{name()} = {e()}",
            lambda: f"{name()} = {self.string()}",
            lambda: f"{name()}: {d.choice(['str', 'dict[str, str]', 'Optional[str]', 't.Any'])} = {e()}",
            lambda: f"self.{name()} = {e()}",
            lambda: f"{name()}[{self.quoted(name())}] = {e()}",
            lambda: f"{name()} = {name()} = {e()}",
            lambda: f"{name()}, {name()} = {e()}, {e()}",
            lambda: f"[{name()}, {name()}] = [{e()}, {e()}]",
            lambda: f"{name()} += {e()}",
            lambda: f"{name()} = \\\n        {e()}",
            lambda: f"{d.choice(CALLEES)}({e()})",
            lambda: f"f({name()}=x, auth=({e()}, {e()}))",
            lambda: f"if {name()} == {e()}: pass",
            lambda: f"if {e()} in {name()}: return {e()}",
            lambda: f"for {name()} in ({e()}, {e()}): pass",
            lambda: f"return {e()}",
            lambda: f"x = yield {e()}",
            lambda: f"assert {name()}, {e()}",
            lambda: e(),
            lambda: f"# {name()} = {self.quoted(d.choice(self.values)())}",
            lambda: f"# {d.choice(self.values)()}",
            lambda: f"x = 1; {name()} = {e()}",
            lambda: f"with f({e()}) as {name()}: pass",
            lambda: f"variable = {self.string()}\n    {d.choice(CALLEES)}({name()}=variable)",
            lambda: f"variable = {self.string()}\n    {d.choice(CALLEES)}(x, variable)",
            lambda: f"variable = {self.string()}\n    x = {{{self.quoted(name())}: variable}}",
            lambda: f"variable = {self.string()}\n    f({name()}=(x, variable))",
            lambda: f"variable = {self.string()}\n    x = 'Bearer ' + variable",
        ])()

    def text(self):
        d = self.draw
        lines = []
        for _ in range(d.choice([1, 1, 1, 2])):
            if d.random() < 0.4:
                lines += [f"{d.choice(['', 'async '])}def {self.name()}(a, {self.name()}={self.string()}):",
                          f"    {self.statement()}", f"    {self.statement()}"]
            elif d.random() < 0.2:
                lines += [f"class {self.name()}:", f"    {self.statement()}"]
            else:
                block = d.choice(["", "", "", "if 1: ", "try: a()\nexcept E: pass\nelse: "])
                lines += ["if 1:", f"    {self.statement()}"] if d.random() < 0.5 else [block + self.statement().replace("\n    ", "\n")]
        return "import sys\n" + "\n".join(lines) + "\n"


def findings(keylift, folder, *options):
    done = keylift("scan", "--no-config", "--format", "json", "--min-confidence", "0", *options, folder)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    by_file = {}
    for f in report["findings"]:
        by_file.setdefault(Path(f["path"]).name, []).append((f["rule"], f["line"], f["column"]))
    return by_file, report


def test_skimming_changes_nothing(keylift, tmp_path):
    draw = support.chance()
    folder = tmp_path / "code"
    folder.mkdir()
    for i in range(FILES):
        (folder / f"{i}.py").write_text(Program(draw).text(), "utf-8")
    quick, report = findings(keylift, folder)
    full, _ = findings(keylift, folder, "--exhaustive")
    wrong = [path for path in sorted(set(quick) | set(full)) if quick.get(path) != full.get(path)]
    shown = "".join(f"{p}\n{(folder / p).read_text('utf-8')}{quick.get(p)}\n{full.get(p)}\n\n" for p in wrong[:4])
    assert not wrong, f"{len(wrong)} files\n{shown}"
    assert FILES // 20 < len(full) < FILES * 19 // 20, "some of the programs should hold nothing, others something"
    assert report["stats"]["files"] == FILES
