"""scan --history and --since: what commits brought, however they are stored."""

import json
import subprocess

import pytest

from support import Project, chance, clean_env, made, made_password, made_stripe_key, times

DATES = [f"20{year}-0{year % 9 + 1}-03T10:00:00+02:00" for year in range(15, 25)]


def commit(project, number, message="A commit"):
    """Whose author's date is DATES[number]."""
    return project.commit_at(DATES[number], message)


def scan(keylift, project, *options, status=None):
    run = keylift("scan", "--format", "json", "--fail-on", "low", *options, cwd=project)
    result = json.loads(run.stdout)
    assert run.returncode == (status if status is not None else (1 if result["findings"] else 0)), run.stderr
    return result


def found(result):
    return {f["name"]: (f["path"], f["line"], f["commit"], f["author_date"], f["in_head"]) for f in result["findings"]}


def secret(name, number):
    return f'{name} = "{made("", 32, seed=number)}"\n'


@pytest.fixture
def repository(project):
    project.git_init()
    project.write("README.md", "x\n")
    commit(project, 0)
    return project


def test_the_oldest_commit_of_each_secret_is_told_and_whether_it_is_still_there(keylift, repository):
    repository.write("a.py", "x = 1\n" + secret("OLD_SECRET", 1))
    first = commit(repository, 1)
    repository.write("a.py", "x = 1\n")
    repository.write("shop/b.py", secret("KEPT_SECRET", 2))
    second = commit(repository, 2)
    repository.git("mv", "shop/b.py", "shop/c.py")
    repository.write("d.py", "\n\n" + secret("OLD_SECRET_AGAIN", 1))
    commit(repository, 3)
    (repository / "d.py").unlink()
    commit(repository, 4)
    result = scan(keylift, repository, "--history")
    assert found(result) == {
        "OLD_SECRET": ("a.py", 2, first, DATES[1], False),
        "KEPT_SECRET": ("shop/b.py", 1, second, DATES[2], True),
    }
    assert result["stats"]["commits"] == 5 and result["stats"]["files"] == 6
    assert found(scan(keylift, repository, "--history", "shop")) == {
        "KEPT_SECRET": ("shop/b.py", 1, second, DATES[2], True)
    }


def test_files_of_every_size_are_read_whole(keylift, repository):
    """git's answer comes in pieces, which end anywhere in it."""
    sizes = [0, 1, 100, *(edge + by for edge in (1 << 12, 1 << 16, 1 << 18, 1 << 19) for by in (-70, -1, 0, 1)), 1_300_000]
    for number, size in enumerate(sizes):
        repository.write(f"f{number:02}.py", "#" * size + "\n" + secret(f"SECRET_{number:02}", number))
    first = commit(repository, 1)
    result = scan(keylift, repository, "--history")
    assert found(result) == {
        f"SECRET_{n:02}": (f"f{n:02}.py", 2, first, DATES[1], True) for n in range(len(sizes))
    }  # fmt: skip


def test_every_branch_tag_and_stash_is_part_of_the_history(keylift, repository):
    main = repository.git("branch", "--show-current").strip()
    for number, name in enumerate(("branch", "tag"), 1):
        repository.git("checkout", "-q", "-b", name)
        repository.write(f"{name}.py", secret(f"{name.upper()}_SECRET", number))
        commit(repository, number)
        repository.git("checkout", "-q", main)
    repository.git("tag", "-a", "v1", "-m", "one", "tag")
    repository.git("branch", "-q", "-D", "tag")
    for number, name in ((3, "stash1.py"), (4, "stash2.py")):
        repository.write(name, secret(f"STASH{number}_SECRET", number))
        repository.git("add", name)
        repository.git("stash", "-q")
    names = found(scan(keylift, repository, "--history"))
    assert set(names) == {"BRANCH_SECRET", "TAG_SECRET", "STASH3_SECRET", "STASH4_SECRET"}
    assert not any(in_head for *_, in_head in names.values())


def test_of_a_range_only_what_it_brought_is_told(keylift, repository):
    main = repository.git("branch", "--show-current").strip()
    repository.write("a.py", secret("BEFORE_SECRET", 1))
    repository.write("moved.py", secret("MOVED_SECRET", 2))
    commit(repository, 1)
    repository.git("checkout", "-q", "-b", "topic")
    repository.write("a.py", "# more\n" + secret("BEFORE_SECRET", 1) + secret("NEW_SECRET", 3))
    repository.git("mv", "moved.py", "elsewhere.py")
    first = commit(repository, 2)
    repository.write("a.py", "# more\n" + secret("BEFORE_SECRET", 1))
    commit(repository, 3)
    repository.git("checkout", "-q", main)
    repository.write("main.py", secret("MAIN_SECRET", 4))
    commit(repository, 4)
    repository.git("checkout", "-q", "topic")
    repository.git("merge", "-q", "-m", "merge", main)
    expected = {"NEW_SECRET": ("a.py", 3, first, DATES[2], False)}
    assert found(scan(keylift, repository, "--since", main)) == expected
    assert found(scan(keylift, repository, f"--history={main}..topic")) == expected
    assert set(found(scan(keylift, repository, "--history=topic"))) == {
        "BEFORE_SECRET", "MOVED_SECRET", "NEW_SECRET", "MAIN_SECRET"
    }  # fmt: skip
    assert scan(keylift, repository, "--since", "HEAD")["findings"] == []


def test_a_merge_that_adds_something_itself_is_told_of(keylift, repository):
    main = repository.git("branch", "--show-current").strip()
    repository.git("checkout", "-q", "-b", "topic")
    repository.write("a.py", "x = 1\n")
    commit(repository, 1)
    repository.git("checkout", "-q", main)
    repository.write("b.py", "x = 1\n")
    commit(repository, 2)
    repository.git("merge", "-q", "--no-commit", "topic")
    repository.write("a.py", "x = 1\n" + secret("EVIL_SECRET", 1))
    merge = commit(repository, 3)
    assert found(scan(keylift, repository, "--history")) == {"EVIL_SECRET": ("a.py", 2, merge, DATES[3], True)}


@pytest.mark.parametrize("format", ["sha1", "sha256"])
def test_a_bare_repository_a_work_tree_and_both_hashes_are_read(keylift, tmp_path, home, format):
    project = Project(tmp_path / "project", home)
    project.path.mkdir()
    project.git("init", "-q", f"--object-format={format}")
    project.write("a.py", secret("OLD_SECRET", 1))
    first = commit(project, 1)
    project.write("a.py", "x = 1\n")
    commit(project, 2)
    expected = {"OLD_SECRET": ("a.py", 1, first, DATES[1], False)}
    assert found(scan(keylift, project, "--history")) == expected
    project.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    assert found(scan(keylift, Project(tmp_path / "tree", home), "--history")) == expected
    project.git("clone", "-q", "--bare", str(project.path), str(tmp_path / "bare.git"))
    assert found(scan(keylift, Project(tmp_path / "bare.git", home), "--history")) == expected


def test_a_clone_that_lacks_something_is_an_error_and_not_clean(keylift, repository, tmp_path, home):
    repository.write("a.py", secret("OLD_SECRET", 1))
    commit(repository, 1)
    repository.write("a.py", "x = 1\n")
    commit(repository, 2)
    repository.git("config", "uploadpack.allowFilter", "true")
    source = f"file://{repository.path}"
    for name, how, said in (
        ("shallow", ("--depth=1",), "git fetch --unshallow"),
        ("partial", ("--filter=blob:none", "--no-checkout"), "are not in this clone (a partial one)"),
    ):
        repository.git("clone", "-q", *how, source, str(tmp_path / name))
        result = scan(keylift, Project(tmp_path / name, home), "--history", status=2)
        assert any(said in error["message"] for error in result["errors"]), result["errors"]


def test_what_cannot_be_asked_for_is_said(keylift, repository, tmp_path):
    for options, said in (
        (("--since", "nosuch"), "bad revision 'nosuch..HEAD'"),
        (("--history=--all",), "git rev-list"),
        (("--since", "HEAD", "--staged"), "give one"),
        (("--history", "a", "b"), "--history takes one folder"),
        (("--history", "README.md"), "README.md"),
    ):
        run = keylift("scan", *options, cwd=repository)
        assert run.returncode == 2 and said in run.stdout + run.stderr, run.stdout + run.stderr
    run = keylift("scan", "--history", cwd=tmp_path)
    assert run.returncode == 2 and "not a git repository" in run.stdout + run.stderr
    run = keylift("scan", "-", "--history", cwd=repository)
    assert run.returncode == 2 and "stands alone" in run.stderr


def test_an_empty_repository_has_nothing_to_scan(keylift, project):
    project.git_init()
    run = keylift("scan", "--history", cwd=project)
    assert run.returncode == 0 and "Nothing to scan" in run.stdout


def test_excludes_rules_and_comments_hold_in_the_history_too(keylift, repository):
    repository.write("vendor/a.py", secret("VENDORED_SECRET", 1))
    repository.write("a.py", secret("SILENCED_SECRET", 2).rstrip() + "  # keylift: ignore\n")
    commit(repository, 1)
    repository.git("mv", "vendor/a.py", "own.py")
    moved = commit(repository, 2)
    result = scan(keylift, repository, "--history", "--exclude", "vendor")
    assert found(result) == {"VENDORED_SECRET": ("own.py", 1, moved, DATES[2], True)}
    assert result["stats"]["suppressed"] == 1


def test_the_text_says_since_when_and_what_to_do(keylift, repository):
    repository.write("a.py", f'db_password = "{made_password(20, seed=1)}"\n')
    first = commit(repository, 1)
    run = keylift("scan", "--history", cwd=repository)
    assert f"first in commit {first[:12]} of {DATES[1][:10]}, and still there" in run.stdout
    assert "Scanned 2 versions of files of 2 commits" in run.stdout and "revoke them" in run.stdout


def test_it_finds_what_a_scan_of_every_commit_finds(keylift, repository, tmp_path, home):
    """Random histories with branches and merges, against a checkout of each commit."""
    draw = chance()
    main = repository.git("branch", "--show-current").strip()
    branches = [main]
    for number in range(times(25)):
        repository.git("checkout", "-q", draw.choice(branches))
        act = draw.random()
        if act < 0.2:
            branches.append(f"b{number}")
            repository.git("checkout", "-q", "-b", branches[-1])
        if act < 0.35 and len(branches) > 1:
            merge = ["git", "merge", "-q", "-X", "ours", "-m", "merge", draw.choice(branches)]
            if subprocess.run(merge, cwd=repository, env=clean_env(home), capture_output=True, timeout=60).returncode:
                repository.git("merge", "--abort")
        names = [f"f{i}.py" for i in range(4)] + ["d/g.py", "d/h.py"]
        lines = [secret(f"SECRET_{i}", i) if draw.random() < 0.4 else f"x = {i}\n" for i in range(draw.randrange(5))]
        path = repository / draw.choice(names)
        if draw.random() < 0.2 and path.exists():
            path.unlink()
        else:
            repository.write(str(path.relative_to(repository.path)), "".join(lines))
        commit(repository, number % 10)
    every = {}
    for line in repository.git("rev-list", "--all").split():
        tree = tmp_path / "each"
        tree.mkdir(exist_ok=True)
        repository.git(f"--work-tree={tree}", "checkout", "-q", "-f", line, "--", ".")
        for finding in json.loads(keylift("scan", "--format", "json", cwd=tree).stdout)["findings"]:
            every[finding["name"]] = finding["rule"]
        for path in tree.rglob("*.py"):
            path.unlink()
    repository.git("reset", "-q", "--hard")
    result = scan(keylift, repository, "--history")
    assert {f["name"]: f["rule"] for f in result["findings"]} == every and len(every) >= min(3, times(25) // 5)
    for finding in result["findings"]:
        text = repository.git("show", f"{finding['commit']}:{finding['path']}")
        assert finding["name"] in text.splitlines()[finding["line"] - 1]
        parents = repository.git("rev-parse", f"{finding['commit']}^@").split()
        assert not all(finding["name"] in repository.git("grep", "-hE", ".", parent) for parent in parents) or not parents
        here = finding["name"] in repository.git("grep", "-hE", ".", "HEAD")
        assert finding["in_head"] == here


def test_what_no_branch_reaches_is_found_with_all_objects_alone(keylift, repository):
    """An amended commit, a dropped branch, and a file that was staged and never committed."""
    repository.write("a.py", secret("AMENDED_SECRET", 1))
    amended = commit(repository, 1)
    repository.write("a.py", "x = 1\n")
    repository.git("commit", "-qa", "--amend", "-m", "clean")
    repository.git("checkout", "-qb", "topic")
    repository.write("shop/b.py", "\n" + secret("DROPPED_SECRET", 2))
    dropped = commit(repository, 2)
    repository.git("checkout", "-q", "main")
    repository.git("branch", "-D", "topic")
    token = made_stripe_key(seed=3)
    repository.write("c.py", f'x = "{token}"\n')
    repository.git("add", "c.py")
    blob = repository.git("rev-parse", ":c.py").strip()
    repository.git("rm", "-q", "-f", "c.py")
    assert scan(keylift, repository, "--history")["findings"] == []
    result = scan(keylift, repository, "--history", "--all-objects")
    lost = [f for f in result["findings"] if "commit" not in f]
    assert [(f["path"], f["line"], f["rule"]) for f in lost] == [(f"<blob {blob}>", 1, "stripe-live-key")]
    assert token not in json.dumps(result)
    result["findings"] = [f for f in result["findings"] if "commit" in f]
    assert found(result) == {
        "AMENDED_SECRET": ("a.py", 1, amended, DATES[1], False),
        "DROPPED_SECRET": ("shop/b.py", 2, dropped, DATES[2], False),
    }
    assert result["errors"] == [] and result["stats"]["commits"] == 4
    text = keylift("scan", "--history", "--all-objects", cwd=repository)
    assert text.returncode == 1 and f"<blob {blob}>:1" in text.stdout


def test_all_objects_find_what_history_finds_where_nothing_was_left_behind(keylift, repository):
    repository.write("a.py", secret("ONE_SECRET", 1))
    commit(repository, 1)
    repository.git("gc", "-q", "--prune=now")
    plain, whole = (scan(keylift, repository, "--history", *more) for more in ((), ("--all-objects",)))
    assert plain["findings"] == whole["findings"] and plain["stats"]["files"] == whole["stats"]["files"]


@pytest.mark.parametrize("words, said", [(("--all-objects",), "--history"), (("--history=HEAD", "--all-objects"), "RANGE"),
                                         (("--history", "--all-objects", "shop"), "whole repository")])  # fmt: skip
def test_all_objects_are_of_a_whole_history(keylift, repository, words, said):
    repository.write("shop/a.py", "x = 1\n")
    done = keylift("scan", *words, cwd=repository)
    assert done.returncode == 2 and said in done.stderr
