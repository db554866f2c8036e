"""scan --blame: since when the line of a finding is in the repository."""

import json

import pytest

from support import Project, made

DATES = ["2021-02-03T10:00:00+01:00", "2022-03-04T12:00:00+00:00", "2023-04-05T12:00:00-05:00"]
IN_UTC = ["2021-02-03T09:00:00Z", "2022-03-04T12:00:00Z", "2023-04-05T17:00:00Z"]


def secret(name, number):
    return f'{name} = "{made("", 36, seed=number)}"\n'


def scan(keylift, folder, *options, status=1):
    run = keylift("scan", "--format", "json", "--blame", *options, cwd=folder)
    assert run.returncode == status, run.stderr
    return json.loads(run.stdout)


def since(report):
    return {f["name"]: (f.get("since"), f.get("since_commit")) for f in report["findings"]}


@pytest.fixture
def repository(project):
    """a.py: lines of two commits; b.py, of a folder: one of the third. project.commits has their ids."""
    project.git_init()
    project.commits = []
    project.write("a.py", secret("FIRST_SECRET", 1) + "x = 1\n")
    project.commits.append(project.commit_at(DATES[0]))
    project.write("a.py", "# more\n" + secret("FIRST_SECRET", 1) + "x = 1\n" + secret("SECOND_SECRET", 2))
    project.commits.append(project.commit_at(DATES[1]))
    project.write("in/b.py", secret("THIRD_SECRET", 3))
    project.commits.append(project.commit_at(DATES[2]))
    return project


def expected(project, **names):
    return {name: (None, None) if i is None else (IN_UTC[i], project.commits[i]) for name, i in names.items()}


def test_each_line_has_the_date_and_the_commit_that_it_came_with(keylift, repository):
    all_of_it = expected(repository, FIRST_SECRET=0, SECOND_SECRET=1, THIRD_SECRET=2)
    report = scan(keylift, repository)
    assert since(report) == all_of_it and "undated" not in report["stats"]
    assert since(scan(keylift, repository / "in", "../a.py", "b.py")) == all_of_it
    assert since(scan(keylift, repository.path.parent, repository.path)) == all_of_it
    text = keylift("scan", "--blame", cwd=repository).stdout
    assert f"since 2021-02-03, commit {repository.commits[0][:12]}" in text
    plain = json.loads(keylift("scan", "--format", "json", cwd=repository).stdout)
    assert since(plain) == expected(repository, FIRST_SECRET=None, SECOND_SECRET=None, THIRD_SECRET=None)


def test_edits_that_are_not_committed_move_lines_and_have_no_date(keylift, repository):
    moved = secret("NEW_SECRET", 4) + secret("SECOND_SECRET", 2) + "y = 2\n" * 3 + secret("FIRST_SECRET", 1)
    repository.write("a.py", moved.replace("\n", "\r\n"))
    repository.write("untracked.py", secret("LOOSE_SECRET", 5))
    repository.git("rm", "-q", "--cached", "in/b.py")
    found = since(scan(keylift, repository))
    assert found == expected(repository, NEW_SECRET=None, SECOND_SECRET=1, FIRST_SECRET=0, LOOSE_SECRET=None, THIRD_SECRET=2)


def test_a_line_that_looks_like_another_one_gets_no_guess(keylift, repository):
    repository.write("twice.py", secret("TWIN_SECRET", 6) + "z = 3\n" + secret("TWIN_SECRET", 6))
    repository.commits.append(repository.commit_at(DATES[1]))
    repository.write("twice.py", "z = 3\n" * 9 + secret("TWIN_SECRET", 6))
    assert since(scan(keylift, repository, "twice.py"))["TWIN_SECRET"] == (None, None)


def test_names_with_blanks_are_told_from_what_git_says_of_them(keylift, repository):
    """git answers "NAME missing" and "ID blob SIZE" in the same place."""
    for name in ("in/HEAD blob 9.py", "in/é b.py"):
        repository.write(name, secret("BLANK_SECRET", 7))
        commit = repository.commit_at(DATES[0])
        assert since(scan(keylift, repository, name)) == {"BLANK_SECRET": (IN_UTC[0], commit)}
    repository.write("x blob 5 y.py", secret("BLANK_SECRET", 8))
    assert since(scan(keylift, repository, "x blob 5 y.py", "a.py"))["BLANK_SECRET"] == (None, None)


def test_a_file_with_many_lines_is_asked_about_once(keylift, repository):
    text = ""
    for i in range(12):
        text += "gap = 1\n" * i + secret(f"MANY_{chr(65 + i)}_SECRET", 10 + i)
        repository.write("many.py", text)
        repository.commits.append(repository.commit_at(f"20{10 + i}-01-01T00:00:00Z"))
    found = since(scan(keylift, repository, "many.py"))
    assert found == {f"MANY_{chr(65 + i)}_SECRET": (f"20{10 + i}-01-01T00:00:00Z", repository.commits[3 + i]) for i in range(12)}


def test_a_shallow_clone_says_that_it_does_not_know(keylift, repository, tmp_path, home):
    repository.git("clone", "-q", "--depth", "2", f"file://{repository.path}", str(tmp_path / "shallow"))
    report = scan(keylift, Project(tmp_path / "shallow", home))
    assert since(report) == expected(repository, FIRST_SECRET=None, SECOND_SECRET=None, THIRD_SECRET=2)
    assert "shallow" in report["stats"]["undated"]


def test_without_a_repository_or_a_commit_there_is_no_date_and_no_error(keylift, project):
    project.write("a.py", secret("SOME_SECRET", 1))
    assert since(scan(keylift, project)) == {"SOME_SECRET": (None, None)}
    project.git_init()
    assert since(scan(keylift, project)) == {"SOME_SECRET": (None, None)}


def test_what_the_repository_configures_is_not_run(keylift, repository):
    for kind in ("clean", "textconv"):
        key = "filter.own.clean" if kind == "clean" else "diff.own.textconv"
        repository.git("config", key, f"touch {repository.path}/{kind}-ran; cat")
    repository.write(".gitattributes", "*.py filter=own diff=own\n")
    found = since(scan(keylift, repository))
    assert found["FIRST_SECRET"][0] == IN_UTC[0]
    assert not list(repository.path.glob("*-ran"))


def test_what_is_no_file_of_a_repository_is_not_asked_about(keylift, repository):
    for options, said in ((("--staged",), "no file yet"), (("--history",), "dates anyway"), (("-",), "no file yet")):
        run = keylift("scan", "--blame", *options, cwd=repository)
        assert run.returncode == 2 and said in run.stderr
