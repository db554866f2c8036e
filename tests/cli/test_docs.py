"""What repeats the command line is made from its table, and in step with it."""

import os
import re
import subprocess
import sys

import pytest

import support


def test_the_manual_page_completions_and_keys_are_in_step(keylift):
    env = dict(os.environ, KEYLIFT_BIN=keylift.binary)
    done = subprocess.run([sys.executable, support.ROOT / "scripts/cli-docs", "--check"], env=env, text=True,
                          stderr=subprocess.PIPE, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", ["rules-docs", "verification-docs"])
def test_what_is_made_from_the_rules_is_in_step_with_them(script):
    done = subprocess.run([sys.executable, support.ROOT / "scripts" / script, "--check"], text=True,
                          stderr=subprocess.PIPE, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "tool, args",
    [
        ("mandoc", ["-T", "lint", "cli/man/keylift.1"]),
        ("bash", ["-n", "cli/completions/keylift.bash"]),
        ("zsh", ["-n", "cli/completions/_keylift"]),
        ("fish", ["-n", "cli/completions/keylift.fish"]),
    ],
)
def test_its_reader_accepts_it(tool, args):
    support.needs_program(tool)
    done = subprocess.run([tool, *args], cwd=support.ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout == "" and done.stderr == ""


@pytest.mark.parametrize(
    "line, expected",
    [("keylift sc", "scan"), ("keylift scan --sta", "--staged"), ("keylift scan --fail-on m", "medium"),
     ("keylift rules sh", "show"), ("keylift --ver", "--version")],
)  # fmt: skip
def test_bash_completes(line, expected):
    support.needs_program("bash")
    words = line.split(" ")
    script = (f"source {support.ROOT}/cli/completions/keylift.bash; COMP_WORDS=({line}); "
              f"COMP_CWORD={len(words) - 1}; _keylift; printf '%s\\n' \"${{COMPREPLY[@]}}\"")  # fmt: skip
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert expected in done.stdout.split()


@pytest.mark.parametrize("line, expected", [("keylift sc", "scan"), ("keylift scan --fail-on ", "medium"), ("keylift scan --stag", "--staged")])
def test_fish_completes(line, expected):
    support.needs_program("fish")
    script = f"source {support.ROOT}/cli/completions/keylift.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, timeout=60)
    assert expected in [candidate.split("\t")[0] for candidate in done.stdout.splitlines()]


def _shown(readme, begin, end):
    """The lines of an indented block of the README between two of its lines."""
    lines = [line[4:] if line.startswith("    ") else line for line in readme.splitlines()]
    return lines[lines.index(begin) + 1 : lines.index(end, lines.index(begin))]


def test_the_readme_shows_what_really_appears(keylift, project):
    readme = (support.ROOT / "README.md").read_text()
    project.git_init().write("pay.py", f'''"""Payments."""
import os

import stripe

stripe.api_key = "{support.made_stripe_key()}"
REGION = os.environ.get("SHOP_REGION", "eu")


def connect():
    return db.connect("shop", user="app", password="{support.made_password(14)}")
''')
    scan = keylift("scan", cwd=project)
    assert scan.returncode == 1
    assert scan.stdout.splitlines() == _shown(readme, "$ keylift scan", "$ keylift migrate .")[:-1]
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0
    # The README's run answers a question; the project's path decides where lines are broken.
    shown = [line for line in _shown(readme, "$ keylift migrate .", "## Install") if not line.startswith("Go on?")]
    assert run.stdout.replace(str(project.path), "/srv/shop").split() == " ".join(shown).split()


DOCUMENTS = [path.relative_to(support.ROOT) for folder in (".", "docs", "docs/decisions", "docs/vaults")
             for path in sorted((support.ROOT / folder).glob("*.md"))
             if path.name != "rules.md"]  # fmt: skip # its sources are files of other projects


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_file_that_a_document_names_is_there(path):
    text = (support.ROOT / path).read_text()
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    folders = "docs|base|scanner|rules|backends|rewriters|cli|tests|bench|scripts|contrib"
    named = re.findall(rf"(?<![\w./-])(?:{folders})/[\w./*-]*[\w*](?![\w<{{])", re.sub(r"```.*?```", "", text, flags=re.S))
    folder = (support.ROOT / path).parent
    missing = [link for link in links if not (folder / link).exists()]
    assert not missing + [name for name in named if not list(support.ROOT.glob(name))]


def test_every_command_of_the_readme_is_there(keylift):
    readme = (support.ROOT / "README.md").read_text()
    used = set(re.findall(r"keylift ([a-z][a-z-]+)", readme)) | {"upload", "rewrite", "runs", "undo"}
    listed = keylift("help").stdout
    words = {word for word in used if re.search(rf"^  +{word}\b", listed, re.M)}
    assert words >= {"scan", "plan", "migrate", "upload", "rewrite", "runs", "undo", "env", "rules", "vaults"}
