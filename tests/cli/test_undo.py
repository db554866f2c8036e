"""runs and undo: what a migration took out of the source comes back, every byte of it, or the file is
named and stays."""

import json
import re
from pathlib import Path

import pytest

from support import made, made_aws_id, made_password, some_thorough

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "rewrite"
# Parts of literals have no place of their own to be named by: test_sites.py undoes them.
CASES = sorted(case for case in GOLDEN.glob("*.d") if "*/" not in (case / "flags").read_text())
STAYS = {".env", ".secret", ".gitignore"}  # the vault, and what keeps it out of git


def source(project):
    return {name: content for name, content in project.files().items()
            if name not in STAYS and not name.startswith(".keylift")}  # fmt: skip


def said(run):
    return run.stdout + run.stderr


def places_of(case, content):
    """The sites of a golden case as --site takes them."""
    for flag in (case / "flags").read_text().split("\n"):
        if found := re.match(r"(\d+):(\d+)=", flag):
            yield f"input.py:{found[1]}:{found[2]}"
        elif found := re.match(r"@(\d+)-\d+=", flag):
            before = content[: int(found[1])].decode("utf-8", "surrogateescape").lstrip("\ufeff")
            lines = re.split(r"\r\n|\r|\n", before)
            yield f"input.py:{len(lines)}:{len(lines[-1]) + 1}"


@pytest.mark.parametrize("case", some_thorough(CASES, 10), ids=lambda case: case.stem)
def test_undo_brings_every_byte_back(keylift, project, case):
    content = (case / "input.py").read_bytes()
    project.write("input.py", content)
    places = list(places_of(case, content))
    before = source(project)
    for place in places:  # one at a time: a place that is no literal stops the run
        keylift("migrate", "--yes", "--site", place, "input.py", cwd=project)
    for _ in places:
        if keylift("undo", "--yes", cwd=project).returncode == 2:
            break
    assert source(project) == before


def test_enough_golden_cases_are_really_rewritten(keylift, project):
    """So that the test above says something: of every tenth."""
    rewritten, some = 0, CASES[::10]
    for case in some:
        content = (case / "input.py").read_bytes()
        project.write("input.py", content)
        for place in places_of(case, content):
            keylift("migrate", "--yes", "--site", place, "input.py", cwd=project)
        rewritten += (project / "input.py").read_bytes() != content
    assert rewritten > len(some) / 3


@pytest.fixture
def package(project):
    """Two modules that share one that is made for them, an example file, and a script."""
    project.write("shop/__init__.py", "")
    project.write("shop/pay.py", f'from . import tools\npay_password = "{made_password()}"\n')
    project.write("shop/mail.py", f'from . import tools\nmail_password = b"{made_password()}"\n')
    project.write("shop/tools.py", "")
    project.write("main.py", f'import shop.pay\r\n\r\ndb_password = "{made_password()}"\r\n'.encode())
    project.write(".env.example", "# ours\nDEBUG=1")
    return project


def test_undo_takes_back_a_whole_package(keylift, package):
    before = source(package)
    assert keylift("migrate", "--yes", ".", cwd=package).returncode == 0
    assert "shop/env_secrets.py" in package.files() and package.read(".env.example") != "# ours\nDEBUG=1"
    run = keylift("undo", "--yes", cwd=package)
    assert run.returncode == 0, said(run)
    assert source(package) == before
    assert "MAIL_PASSWORD" in package.read(".env")
    assert keylift("undo", "--yes", cwd=package).returncode == 2  # nothing more


def test_after_undo_a_migration_ends_as_the_first_one(keylift, package):
    keylift("migrate", "--yes", ".", cwd=package)
    first = source(package)
    keylift("undo", "--yes", cwd=package)
    run = keylift("migrate", "--yes", ".", cwd=package)
    assert run.returncode == 0, said(run)
    assert source(package) == first


def test_runs_are_listed_in_order_with_their_state(keylift, package):
    assert "go there" in keylift("runs", cwd=package).stdout
    package.git_init()
    assert keylift("runs", cwd=package).stdout == "no run has changed anything here\n"
    package.commit()
    keylift("migrate", "--yes", "main.py", cwd=package)
    keylift("migrate", "--yes", "shop", cwd=package)
    keylift("undo", "--yes", cwd=package)
    run = keylift("runs", "--format", "json", cwd=package)
    runs = json.loads(run.stdout)["runs"]
    assert [r["state"] for r in runs] == ["finished", "undone", "an undo"]
    assert runs[0]["names"] == ["DB_PASSWORD"] and runs[2]["undoes"] == runs[1]["id"]
    text = keylift("runs", cwd=package).stdout
    assert all(r["id"] in text for r in runs) and "shop/mail.py" in text
    assert keylift("undo", "--yes", runs[0]["id"], cwd=package).returncode == 0
    assert keylift("undo", "--yes", runs[2]["id"], cwd=package).returncode == 2
    assert keylift("undo", "--yes", "20200101T000000-000000", cwd=package).returncode == 2


def test_a_file_that_was_edited_since_stays_and_what_it_needs(keylift, package):
    before = source(package)
    keylift("migrate", "--yes", ".", cwd=package)
    edited = package.read("shop/pay.py") + "# an edit\n"
    package.write("shop/pay.py", edited)
    run = keylift("undo", "--yes", cwd=package)
    assert run.returncode == 1 and "changed since" in run.stdout and "shop/pay.py" in run.stdout
    after = source(package)
    assert after["shop/pay.py"] == edited.encode() and "shop/env_secrets.py" in after
    assert after["main.py"] == before["main.py"] and after["shop/mail.py"] == before["shop/mail.py"]


def test_a_file_that_stays_keeps_the_packages_that_it_needs(keylift, package):
    package.write("requirements.txt", "requests\n")
    keylift("migrate", "--yes", cwd=package)
    package.write("shop/pay.py", package.read("shop/pay.py") + "# edited\n")
    listed = package.read("requirements.txt")
    assert "python-dotenv" in listed
    run = keylift("undo", "--yes", cwd=package)
    assert run.returncode == 1 and package.read("requirements.txt") == listed
    assert "a file that stays may need it" in said(run)


def test_a_value_that_was_changed_since_does_not_come_back(keylift, project):
    value = made_password()
    project.write("pay.py", f'pay_password = "{value}"\n')
    keylift("migrate", "--yes", ".", cwd=project)
    rewritten = project.read("pay.py")
    project.write(".env", project.read(".env").replace(value, made_password()))
    run = keylift("undo", "--yes", cwd=project)
    assert run.returncode == 1 and "PAY_PASSWORD" in run.stdout and value not in said(run)
    assert str(project / "pay.py") not in run.stdout.split("The secrets will")[0]  # its path is said once
    assert project.read("pay.py") == rewritten


def test_a_value_that_the_vault_lost_does_not_come_back(keylift, project):
    project.write("pay.py", f'pay_password = "{made_password()}"\n')
    keylift("migrate", "--yes", ".", cwd=project)
    rewritten = project.read("pay.py")
    (project / ".env").unlink()
    assert keylift("undo", "--yes", cwd=project).returncode == 1
    assert project.read("pay.py") == rewritten


def test_the_file_decides_and_not_the_environment(keylift, project):
    value = made_password()
    project.write("pay.py", f'pay_password = "{value}"\n')
    keylift("migrate", "--yes", ".", cwd=project)
    run = keylift("undo", "--yes", cwd=project, env={"PAY_PASSWORD": made_password()})
    assert run.returncode == 0 and value in project.read("pay.py")


def test_undo_shows_no_value_and_journals_none(keylift, project):
    value, blob = made_aws_id(), made_password()
    project.write("pay.py", f'pay_key = "{value}"\nblob_password = b"{blob}"\n')
    keylift("migrate", "--yes", ".", cwd=project)
    told = said(keylift("undo", "--yes", "--dry-run", cwd=project)) + said(keylift("undo", "--yes", cwd=project))
    told += "".join(p.read_text() for p in (project / ".keylift").rglob("*") if p.is_file())
    told += said(keylift("runs", cwd=project))
    assert value in project.read("pay.py")
    assert value not in told and blob not in told
    import hashlib
    assert hashlib.sha256((project / "pay.py").read_bytes()).hexdigest() not in told


def test_dry_run_and_no_answer_write_nothing(keylift, package):
    keylift("migrate", "--yes", ".", cwd=package)
    before = package.files()
    assert keylift("undo", "--dry-run", cwd=package).returncode == 0
    run = keylift("undo", cwd=package)
    assert run.returncode == 2 and "--yes" in run.stderr
    assert package.files() == before


def test_a_project_that_moved_can_still_be_taken_back(keylift, package):
    before = source(package)
    keylift("migrate", "--yes", ".", cwd=package)
    package.path = package.path.rename(package.path.with_name("moved"))
    run = keylift("undo", "--yes", cwd=package)
    assert run.returncode == 0, said(run)
    assert source(package) == before


def test_a_journal_does_not_lead_out_of_the_project(keylift, project, tmp_path):
    outside = tmp_path / "outside.py"
    project.write("pay.py", f'pay_password = "{made_password()}"\n')
    keylift("migrate", "--yes", ".", cwd=project)
    [journal] = (project / ".keylift/runs").glob("*.jsonl")
    outside.write_bytes((project / "pay.py").read_bytes())
    journal.write_text(journal.read_text().replace(str((project / "pay.py").resolve()), str(outside)))
    before = outside.read_bytes()
    run = keylift("undo", "--yes", cwd=project)
    assert run.returncode == 1 and "outside" in run.stdout
    assert outside.read_bytes() == before


def test_a_damaged_journal_is_named(keylift, project):
    project.write("pay.py", f'pay_password = "{made_password()}"\n')
    keylift("migrate", "--yes", ".", cwd=project)
    [journal] = (project / ".keylift/runs").glob("*.jsonl")
    journal.write_bytes(b'{"step": [}\n' + journal.read_bytes())
    run = keylift("runs", cwd=project)
    assert run.returncode == 2 and "unreadable" in run.stdout
    assert keylift("undo", "--yes", cwd=project).returncode == 2
    assert keylift("undo", "--yes", journal.stem, cwd=project).returncode == 2


def test_a_staged_run_comes_back_in_the_working_tree(keylift, project):
    key = made_aws_id()
    project.git_init().write("README", "x\n")
    project.commit()
    project.write("pay.py", f'pay_key = "{key}"\n')
    project.git("add", "pay.py")
    project.write("pay.py", f'pay_key = "{key}"\n# not staged\n')
    before = source(project)
    assert keylift("migrate", "--yes", "--staged", ".", cwd=project).returncode == 0
    assert key not in project.read("pay.py")
    run = keylift("undo", "--yes", cwd=project)
    assert run.returncode == 0 and "staged" in run.stdout, said(run)
    assert source(project) == before
    assert key not in project.git("show", ":pay.py")


@pytest.mark.parametrize("literal", [r'"\N{DIGIT ONE}V"', r'"\xaB\xcDV"', '"V"  # a note\n    "V"'])
def test_a_spelling_that_undo_could_not_write_again_stays(keylift, project, literal):
    text = f"a_password = (\n    {literal.replace('V', made('', 24))}\n)\nb_password = '{made_password()}'\n"
    project.write("pay.py", text)
    run = keylift("migrate", "--yes", "--site", "pay.py:2", ".", cwd=project)
    assert run.returncode == 1 and "left:" in run.stdout, said(run)
    assert "B_PASSWORD" in project.read("pay.py")
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("pay.py") == text


def three_ways(run):
    """The lines of the view, without their indent."""
    return [line.strip() for line in run.stdout.splitlines() if line.startswith("             ")]


def test_a_file_that_was_edited_since_is_shown_three_ways(keylift, package):
    keylift("migrate", "--yes", ".", cwd=package)
    source = package.read("shop/pay.py").replace('environ["PAY_PASSWORD"]', 'environ["PAY_PASSWORD"].strip()')
    package.write("shop/pay.py", "# first\n" + source)
    run = keylift("undo", "--yes", cwd=package)
    assert run.returncode == 1, said(run)
    view = three_ways(run)
    at = view.index("was      [redacted]")
    assert view[at + 1] == 'keylift  environ["PAY_PASSWORD"]'
    assert view[at + 2 :][:2] == ["now      line 4", 'pay_password = environ["PAY_PASSWORD"].strip()']
    assert "was      (nothing)" in view and "keylift  from .env_secrets import environ" in view
    assert package.read("shop/pay.py") == "# first\n" + source


def test_what_was_written_and_is_gone_is_said_and_a_value_put_back_is_not_shown(keylift, package):
    value = re.search('"(.*)"', package.read("shop/pay.py"))[1]
    keylift("migrate", "--yes", ".", cwd=package)
    edited = package.read("shop/pay.py").replace('environ["PAY_PASSWORD"]', f'environ["PAY_PASSWORD"] or "{value}"')
    package.write("shop/pay.py", edited)
    run = keylift("undo", "--dry-run", cwd=package)
    assert value not in said(run) and 'pay_password = environ["PAY_PASSWORD"] or "[redacted]"' in run.stdout
    package.write("shop/pay.py", f'# all new\npay_password = "{value}"\n')
    run = keylift("undo", "--dry-run", cwd=package)
    assert value not in said(run) and "now      it is not there any more" in run.stdout


def test_an_edited_file_whose_value_changed_too_is_named_and_not_shown(keylift, package):
    value = re.search('"(.*)"', package.read("shop/pay.py"))[1]
    keylift("migrate", "--yes", ".", cwd=package)
    package.write("shop/pay.py", package.read("shop/pay.py") + f"# {value}\n")
    package.write(".env", package.read(".env").replace(value, made_password()))
    run = keylift("undo", "--yes", cwd=package)
    assert run.returncode == 1 and "shop/pay.py" in run.stdout and value not in said(run)
