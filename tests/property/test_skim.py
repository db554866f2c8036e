"""What the skimmer passes over, a scan that reads every file as Python finds nothing in: `scan` and `scan --exhaustive`
say the same of programs drawn at random, in which values of all sorts stand in all places that may name them."""

import base64
import json
from pathlib import Path

import support

FILES = support.times(4000)
ENVIRONMENT_FILES = support.times(3000)

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
        lambda: draw.choice(["npg_usage", "Basic usage of the language", "a private key, and more", "scheme:// is missing",
                             "the password of the user", "password = none", "pwd", "user@host", "lines\\nand more"]),
        lambda: "npg_" + support.made("", 12, seed=draw.random()),
        lambda: "Basic " + base64.b64encode(("me:" + support.made("", draw.choice([6, 9]), seed=draw.random())).encode()).decode(),
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
            lambda: f"{name()} = (env\n        .str({self.quoted(name())}, {self.string()}))",
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


class QuietProgram(Program):
    """Several statements in which many a name tells, and few values do: one that is cleared hides no other."""

    def __init__(self, draw):
        super().__init__(draw)
        quiet = [lambda: draw.choice(["utf8", "ipv6", "str3", "v7.4.0", "present", "freqOutPut", "edge010", "on", "Name", "sha256"])]
        self.values = quiet * (25 * len(self.values)) + self.values

    def text(self):
        d = self.draw
        lines = ["import sys"]
        for _ in range(d.choice([1, 2, 4])):
            lines += d.choice([["if 1:"], [f"def {self.name()}(a):"], ["def f(a):"], [f"class {self.name()}:"]])
            lines += [f"    {self.statement()}" for _ in range(d.choice([1, 2, 3]))]
        return "\n".join(lines) + "\n"


# What brings a reader of the environment into a file, and how it is called there. Both may be drawn apart from each
# other: a name is then one that nothing is known of.
READERS = [
    ("import os", ["os.environ.get", "os.getenv", "os.environ.pop", "os.environ.setdefault", "os . getenv", "os.getenvb"]),
    ("import os as o", ["o.environ.get", "o.getenv", "o.environ.setdefault"]),
    ("import sys, os, json", ["os.environ.get", "os.getenv"]),
    ("from os import environ", ["environ.get", "environ.pop", "environ.setdefault"]),
    ("from os import environ as e, path", ["e.get", "e.pop"]),
    ("from os import (\n    path,\n    environb as eb,  # of bytes\n)", ["eb.get"]),
    ("from os import getenv", ["getenv"]),
    ("from os import getenv as g", ["g"]),
    ("from os import *", ["getenv", "environ.get"]),
    ("from os import path; from os import getenv as h", ["h"]),
    ("import os\ng2 = os.getenv", ["g2"]),
    ("import os\nread = env = os.environ", ["env.get", "read.get"]),
    ("import os\nconf: dict = os.environ", ["conf.get"]),
    ("import os\nconf = dict(os.environ)", ["conf.get"]),
    ("from decouple import config", ["config"]),
    ("from decouple import config as c", ["c", "c.get"]),
    ("from decouple import AutoConfig\nac = AutoConfig()", ["ac"]),
    ("import decouple", ["decouple.config"]),
    ("import decouple as dc", ["dc.config"]),
    ("from environs import Env\nenv = Env()\nenv.read_env()", ["env", "env.str", "env.list"]),
    ("from environs import Env as E\nee = E()", ["ee", "ee.str", "ee(\n    ).str"]),
    ("from environs import env as v", ["v", "v.str"]),
    ("import environs\nes = environs.Env()", ["es", "es.str"]),
    ("import environ\nde = environ.Env(DEBUG=(bool, False))", ["de", "de.url", "environ.Env()"]),
    ("import environ as environment\ndf = environment.Env()", ["df", "df.str"]),
    ("from dotenv import load_dotenv, dotenv_values\nload_dotenv()\nvalues = dotenv_values()", ["values.get", "dotenv_values().get"]),
    ("import dotenv\nmerged = {**dotenv.dotenv_values('.env')}", ["merged.get"]),
    ("from starlette.config import Config\nsc = Config('.env')", ["sc", "sc.get"]),
    ("from starlette.config import Config as SC, environ\nscc = SC(env_prefix='APP_')", ["scc", "environ.get"]),
    ("from pydantic_settings import BaseSettings", ["Settings"]),
    ("from pydantic import BaseSettings as BS\nclass Other(BS):\n    api_token: str = ''\n    env_prefix = 'APP_'", ["BS", "Other"]),
    ("import click", ["click.option"]),
]

class EnvironmentProgram(Program):
    """Programs in which readers of the environment stand, under names that imports and assignments give them."""

    def __init__(self, draw):
        super().__init__(draw)
        self.readers = draw.sample(READERS, draw.choice([1, 1, 2, 3]))
        self.calls = [call for _, calls in self.readers for call in calls] + [draw.choice(["f", "g", "c", "env", "d.get"])]
        self.mappings = [call[:-4] for call in self.calls if call.endswith(".get")] + [draw.choice(["os.environ", "self.environ", "es"])]

    def secret_or_word(self):
        """Of most programs nothing is reported."""
        return self.string() if self.draw.random() < 0.3 else self.quoted(self.draw.choice(["on", "a b", "", "utf8", "x.y"]))

    def variable(self):
        d = self.draw
        name = d.choice([self.name().upper(), "APP_" + self.name().upper(), "HOME", "DEBUG", "PORT"])
        return d.choice([lambda: self.quoted(name), lambda: f"'{name}'", lambda: f"'{name}'", lambda: "NAME"])()

    def reading(self):
        d, value, variable = self.draw, self.secret_or_word, self.variable
        call = d.choice(self.calls)
        mapping = d.choice(self.mappings)
        line = d.choice(["", "", "\n        "])
        return d.choice([
            lambda: f"{call}({line}{variable()})",
            lambda: f"{call}({variable()}, {line}{value()})",
            lambda: f"{call}({variable()}, ({value()}))",
            lambda: f"{call}({variable()}, [{value()}, {value()}])",
            lambda: f"{call}({variable()}, default={line}{value()})",
            lambda: f"{call}({variable()}, str, {value()})",
            lambda: f"{call}({variable()}, cast=str, default={value()})",
            lambda: f"{call}(key={variable()}, default={value()})",
            lambda: f"{call}({variable()}, {value()} if x else {value()})",
            lambda: f"{call}({variable()}, lambda: {value()})",
            lambda: f"({call}({variable()}) or {value()})",
            lambda: f"({call}({variable()}, {value()}))".replace(".", f"{line}.", 1),
            lambda: f"{mapping}[{variable()}]",
            lambda: f"{variable()} in {mapping}",
            lambda: f"f'{{{call}({variable()})}} and more'",
            lambda: f"f\"{{{call}('NAME', 'word')}}\"",
            lambda: f"str({call}({variable()}, {value()}))",
            lambda: f"f({self.name()}={call}({variable()}, {value()}))",
            lambda: f"{{{self.quoted(self.name())}: {call}({variable()}, {value()})}}",
            lambda: f"[{call}({variable()}, {value()}), {call}({variable()}, {value()})]",
        ])()

    def writing(self):
        d, value, variable = self.draw, self.secret_or_word, self.variable
        mapping = d.choice(self.mappings)
        return d.choice([
            lambda: f"{mapping}[{variable()}] = {value()}",
            lambda: f"{self.name()} = {mapping}[{variable()}] = {value()}",
            lambda: f"{mapping}[{variable()}] = {self.name()} = {value()}",
            lambda: f"{mapping}[{variable()}], {self.name()} = {value()}, {value()}",
            lambda: f"{mapping}[{variable()}] += {value()}",
            lambda: f"{mapping}.update({self.name()}={value()})",
            lambda: f"{mapping}.update({{{variable()}: {value()}}})",
            lambda: f"os.putenv({variable()}, {value()})",
            lambda: f"del {mapping}[{variable()}]",
            lambda: f"variable = {value()}\n    {mapping}[{variable()}] = variable",
            lambda: f"variable = {value()}\n    {d.choice(self.calls)}({variable()}, variable)",
            lambda: f"@click.option('--{self.name()}', envvar={variable()}, default={value()})\n    def f(): pass",
            lambda: f"class Settings({d.choice(['BaseSettings', 'BS', 'object'])}):\n        {self.name()}: str = {value()}",
        ])()

    def statement(self):
        d = self.draw
        if d.random() < 0.2:
            return super().statement()
        if d.random() < 0.3:
            return self.writing()
        return d.choice([
            lambda: f"{self.name()} = {self.reading()}",
            lambda: f"self.{self.name()} = {self.reading()}",
            lambda: f"{self.name()}: str = {self.reading()}",
            lambda: f"x = {self.name()} = {self.reading()}",
            lambda: f"{self.name()}, x = {self.reading()}, {self.secret_or_word()}",
            lambda: f"return {self.reading()}",
            lambda: f"if {self.reading()} == {self.secret_or_word()}: pass",
            lambda: f"f({self.reading()})",
            lambda: self.reading(),
            lambda: f"# {self.name()} = {self.reading()}",
        ])()

    def text(self):
        before = "\n".join(code for code, _ in self.readers)
        if self.draw.random() < 0.3:
            return f"{before}\n{super().text()}"
        name = self.draw.choice(["f", self.name()])
        body = "".join(f"    {self.statement()}\n" for _ in range(self.draw.choice([1, 2])))
        return f"{before}\ndef {name}(a):\n{body}"


def findings(keylift, folder, *options):
    done = keylift("scan", "--no-config", "--format", "json", "--min-confidence", "0", *options, folder)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    by_file = {}
    for f in report["findings"]:
        by_file.setdefault(Path(f["path"]).name, []).append((f["rule"], f["line"], f["column"]))
    for r in report["environment"]:
        place = tuple(str(r.get(key)) for key in ("name", "line", "column", "access", "default", "value", "required", "secret"))
        by_file.setdefault(Path(r["path"]).name, []).append(place)
    return by_file, report


def compare(keylift, folder, draw, program, count):
    folder.mkdir()
    for i in range(count):
        (folder / f"{i}.py").write_text(program(draw).text(), "utf-8")
    quick, report = findings(keylift, folder)
    full, _ = findings(keylift, folder, "--exhaustive")
    wrong = [path for path in sorted(set(quick) | set(full)) if quick.get(path) != full.get(path)]
    shown = "".join(f"{p}\n{(folder / p).read_text('utf-8')}{quick.get(p)}\n{full.get(p)}\n\n" for p in wrong[:4])
    assert not wrong, f"{len(wrong)} files\n{shown}"
    assert report["stats"]["files"] == count
    return full, report


def test_skimming_changes_nothing(keylift, tmp_path):
    full, _ = compare(keylift, tmp_path / "code", support.chance(), Program, FILES)
    assert FILES // 20 < len(full) < FILES * 19 // 20, "some of the programs should hold nothing, others something"


def test_skimming_changes_nothing_of_quiet_programs(keylift, tmp_path):
    full, _ = compare(keylift, tmp_path / "code", support.chance(), QuietProgram, FILES)
    assert FILES // 20 < len(full) < FILES * 2 // 3, "many of the programs should hold nothing"


def test_skimming_changes_nothing_of_the_environment(keylift, tmp_path):
    _, report = compare(keylift, tmp_path / "code", support.chance(), EnvironmentProgram, ENVIRONMENT_FILES)
    with_findings = {f["path"] for f in report["findings"]}
    only_reads = {r["path"] for r in report["environment"]} - with_findings
    assert len(with_findings) > ENVIRONMENT_FILES // 20, "some of the programs should hold secrets"
    assert len(only_reads) > ENVIRONMENT_FILES // 20, "others should read the environment, and no more"
