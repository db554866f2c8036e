"""--env-reads on generated programs that read the environment in every form that keylift knows: migrated with the
module, they give what they gave, wherever the value comes from, and a second run changes nothing. All programs of
one draw go through one migration: each reads names of its own, so that none changes what another one gets."""

import json

import pytest

import support
from vaults.support_aws import moto  # noqa: F401
from vaults.support_programs import PLACES, keylift, python, sources

# {S} is the name of a secret, {T} of another, {G} of a setting, {L} of a secret that no vault has, {U} of one whose
# reads cannot be seen as reads of a name; {E} the environment, {R} a function that reads it, {V} a variable of the
# line's own. What a line gives goes into `seen`.
LINES = [
    'seen({E}["{S}"])',
    "seen({E}['{S}'])",
    'seen({E}[  # why\n    "{S}"\n])',
    'seen({E}.get("{S}"))',
    'seen({E}.get("{S}", "none given"))',
    'seen({E}.get("{S}", default=7))',
    'seen({R}("{S}"))',
    'seen({R}("{S}", "none given"))',
    'seen({R}("{S}", default=None) is None)',
    'seen({E}.get("{L}"), {E}.get("{L}", {E}.get("{S}")))',
    'seen({E}["{L}"])',
    'seen({E}.__getitem__("{S}"))',
    'seen({E}["{G}"], {R}("{G}", "eu"))',
    'seen({E}.pop("{S}", None), {E}.get("{S}"))',
    'seen({E}.setdefault("{S}", "set here"), {E}["{S}"])',
    'seen("{S}" in {E}, "{T}" not in {E})',
    'seen(os.environb.get(b"{S}"))',
    'seen({E}.copy().get("{S}"), dict({E}).get("{U}"))',
    'seen({{**{E}}}.get("{U}"))',
    'seen(sorted(name for name in {E} if name.startswith("{U}")))',
    '{E}["{S}"] = "written"\nseen({E}["{S}"])',
    '{E}["{S}"] = {E}.get("{S}", "") + "more"\nseen({R}("{S}"))',
    'del {E}["{S}"]\nseen({E}.get("{S}"))',
    '({E}["{S}"], {V}) = ("a", {E}.get("{T}"))\nseen({V}, {E}["{S}"])',
    'seen(f"<{{{E}[\'{S}\']}}>", f"{{{R}(\'{S}\', \'-\')!r:>20}}")',
    'seen("%s and %s" % ({E}["{S}"], {R}("{T}")))',
    'seen("{{}}".format({E}.get("{S}")))',
    'seen([{E}["{S}"] for _ in range(2)], {{{R}("{T}"): 1}})',
    'seen((lambda key={E}.get("{S}"): key)(), (lambda: {R}("{T}"))())',
    'seen({E}["{S}"] if "{S}" else {E}["{T}"])',
    'seen({E}["{S}"].strip().upper(), len({R}("{T}") or ""))',
    'seen(int({E}["{S}"]), {E}.get("{T}") or "empty")',
    'if ({V} := {E}.get("{S}")):\n    seen({V})\nelse:\n    seen("nothing")',
    'def {V}(key={R}("{S}")):\n    return key, {E}.get("{T}")\n\n\nseen({V}())',
    "class C{V}:\n    key = {E}.get('{S}')\n    other: str = {R}('{T}', '')\n\n\nseen(C{V}.key, C{V}.other)",
    'try:\n    seen({E}["{S}"])\nexcept KeyError:\n    seen("caught")',
    'try:\n    seen({E}["{L}"])\nexcept KeyError as e:\n    seen("caught", e.args[0])',
    'for {V} in ("{U}", "{L}"):\n    seen({E}.get({V}))',
    'with contextlib.suppress(KeyError):\n    {V} = {E}["{S}"]; seen({V})',
    'def {V}(os):\n    return os.environ["{S}"]\n\n\nseen({V}(os))',
    'match {E}.get("{S}"):\n    case None:\n        seen("none")\n    case {V}:\n        seen({V})',
    "load_dotenv('absent.env')\nseen(os.environ.get('{S}'))",
    'seen(dotenv_values("absent.env").get("{S}"))',
    'seen(config("{S}", default="none given"))',
    'seen(config("{S}", "none given", cast=str))',
    'seen(config("{S}", default=None), config("{T}", cast=int, default=7))',
    'seen(config("{S}"))',
    'seen(env("{S}"), env.str("{T}", default="none given"))',
    'seen(env("{S}", default=None), env.int("{T}", default=7))',
    'seen(django("{S}", default="none given"), django.str("{T}", default="x"))',
    'seen(settings("{S}", default="none given"), settings("{T}", cast=int, default=7))',
    'class D{V}(BaseSettings):\n    {s}: str = "none given"\n\n\nseen(D{V}().{s})',
    '@click.command()\n@click.option("--key", envvar="{S}", default="none given")\ndef {V}(key):\n    click.echo(key)\n\n\n'
    "seen(CliRunner().invoke({V}, []).output)",
]  # fmt: skip

# What the file imports, and what it then calls the environment and the function that reads it.
HEADS = [
    ("import os\n", "os.environ", "os.getenv"),
    ("import os\nimport os as o\n", "o.environ", "o.getenv"),
    ("import os\nfrom os import environ, getenv\n", "environ", "getenv"),
    ("import os\nfrom os import environ as e, getenv as read\n", "e", "read"),
    ("import os\n\nvariables = os.environ\n", "variables", "os.getenv"),
]
LIBRARIES = {
    "contextlib.": "import contextlib\n",
    "load_dotenv(": "from dotenv import load_dotenv\n",
    "dotenv_values(": "from dotenv import dotenv_values\n",
    "seen(config(": "from decouple import config\n",
    "seen(env(": "from environs import Env\n\nenv = Env()\n",
    "seen(django(": "import environ as django_environ\n\ndjango = django_environ.Env()\n",
    "seen(settings(": "from starlette.config import Config\n\nsettings = Config(env_prefix='')\n",
    "BaseSettings": "from pydantic_settings import BaseSettings\n",
    "click": "import click\nfrom click.testing import CliRunner\n",
}
FRAME = """\
results = []


def seen(*values):
    results.append(repr(values))


"""
# Each program from a fresh environment; a name that nothing has is a KeyError, of whatever library it was.
RUN = """\
import importlib, json, os, sys

found, given = {}, json.loads(sys.argv[1])
for number, variables in enumerate(given):
    saved = dict(os.environ)
    os.environ.update(variables)
    name = f"shop.program{number:03}"
    try:
        module = importlib.import_module(name)
        found[name] = module.results
    except Exception as e:
        kinds = {kind.__name__ for kind in type(e).__mro__}
        missing = kinds & {"KeyError", "UndefinedValueError", "EnvError", "ImproperlyConfigured"}
        found[name] = "missing" if missing else f"{type(e).__name__}: {e}"
    os.environ.clear()
    os.environ.update(saved)
print(json.dumps(found))
"""
COUNT = support.times(30)


def generated(number, source):
    """(text, {name: value}) of a program; every line of LINES comes up in a draw of the usual size."""
    names = {key: f"P{number}_{word}" for key, word in
             {"S": "API_KEY", "T": "PIN_TOKEN", "G": "REGION", "L": "LATER_TOKEN", "U": "OTHER_KEY"}.items()}  # fmt: skip
    head, environ, read = source.choice(HEADS)
    lines = [LINES[(number + 23 * i) % len(LINES)] if i == 0 else source.choice(LINES) for i in range(source.randrange(1, 4))]
    words = {**names, "s": names["S"].lower(), "E": environ, "R": read}
    body = "\n".join(line.format(**words, V=f"v{i}") for i, line in enumerate(lines)) + "\n"
    imports = "".join(text for word, text in LIBRARIES.items() if word in body)
    eol = source.choice(["\n", "\n", "\r\n"])
    text = (head + imports + FRAME + body).replace("\n", eol).encode()
    return text, {names[key]: str(source.randrange(1000, 9999)) for key in "STGU"}


def write(project, files):
    project.write("pyproject.toml", '[project]\nname = "shop"\nrequires-python = ">=3.10"\n')
    project.write("run.py", RUN)
    project.write("shop/__init__.py", "")
    project.write("shop/uses.py", "".join(f"from shop import program{number:03}\n" for number in range(COUNT)))
    for name, text in files.items():
        project.write(name, text)


def run(place, project, given):
    return json.loads(python(place, project, "run.py", json.dumps(given)))


@pytest.mark.slow
@pytest.mark.parametrize("which", ["secrets", "all"])
def test_generated_programs_give_what_they_gave(request, home, project, tmp_path, which):
    place, source = PLACES["aws"](request, home), support.chance()
    programs = [generated(number, source) for number in range(COUNT)]
    write(project, {f"shop/program{number:03}.py": text for number, (text, _) in enumerate(programs)})
    held = {name: value for _, names in programs for name, value in names.items()}
    values = project.home / "values.env"
    values.write_text("".join(f"{name}={value}\n" for name, value in held.items()))
    before = sources(project)
    others = [{name: value + "1" for name, value in names.items()} for _, names in programs]
    nothing = [{} for _ in programs]
    with_values, with_others, with_nothing = (
        run(place, project, given) for given in ([names for _, names in programs], others, nothing))  # fmt: skip
    words = [*place.arguments, "--with-values", str(values), "--env-names", ",".join(held), "--env-reads", which]
    done = json.loads(keylift(place, project, "migrate", *words, "--format", "json", "--yes", ".", status=1))
    moved = sources(project)

    # A variable that is set wins, as before; what is not set comes from the vault. The environment keeps the
    # names of which some read stays.
    assert run(place, project, others) == with_others
    left = {read["name"] for read in done["reads"] if read["reason"]}
    rewritten = {read["name"] for read in done["reads"]} - left
    stay = [{name: value for name, value in names.items() if name not in rewritten} for _, names in programs]
    assert run(place, project, stay) == with_values
    assert len(rewritten) > COUNT / 4

    keylift(place, project, "migrate", *words, "--yes", ".", status=1)
    assert sources(project) == moved, "a second run changes nothing"
    keylift(place, project, "undo", *place.undo, "--yes")
    assert sources(project) == before

    # What neither the environment nor the vault has is missing, as it was.
    client, prefix = request.getfixturevalue("moto").client(), place.arguments[-1]
    for name in held:
        client.delete_secret(SecretId=prefix + name, ForceDeleteWithoutRecovery=True)
    again = support.Project(tmp_path / "moved", home)
    write(again, moved)
    assert run(place, again, nothing) == with_nothing
