"""What a scan reads of a folder: links, pipes, what cannot be read, deep and odd names, and the counts."""

import json
import os
import socket
import subprocess

import pytest

import support


def leaky(seed=1):
    return f'AWS_KEY = "{support.made_aws_id(seed=seed)}"\n'


def scan(keylift, project, *args):
    done = keylift("scan", "--format", "json", *args, cwd=project)
    report = json.loads(done.stdout)
    return done.returncode, report, sorted({f["path"] for f in report["findings"]})


def test_links_are_not_followed_and_loops_do_no_harm(keylift, project):
    project.write("real/a.py", leaky())
    (project / "loop").symlink_to(".")
    (project / "real/up").symlink_to("..")
    (project / "copy.py").symlink_to("real/a.py")
    (project / "dangling.py").symlink_to("nowhere")
    status, report, paths = scan(keylift, project, ".")
    assert (status, paths) == (1, ["real/a.py"])
    assert report["stats"]["skipped"]["link"] == 4 and report["errors"] == []


def test_a_link_that_is_named_is_followed(keylift, project):
    project.write("real/a.py", leaky())
    (project / "copy.py").symlink_to("real/a.py")
    (project / "folder").symlink_to("real")
    assert scan(keylift, project, "copy.py")[2] == ["copy.py"]
    assert scan(keylift, project, "folder")[2] == ["folder/a.py"]


def test_pipes_and_sockets_are_counted_and_never_opened(keylift, project):
    project.write("a.py", leaky())
    os.mkfifo(project / "pipe.py")
    with socket.socket(socket.AF_UNIX) as s:
        here = os.getcwd()
        os.chdir(project)
        try:
            s.bind("socket.py")
        finally:
            os.chdir(here)
    status, report, paths = scan(keylift, project, ".")
    assert (status, paths) == (1, ["a.py"])
    assert report["stats"]["skipped"]["special"] == 2


def test_a_pipe_that_is_named_is_an_error_not_a_wait(keylift, project):
    os.mkfifo(project / "pipe.py")
    status, report, _ = scan(keylift, project, "pipe.py")
    assert status == 2 and report["errors"][0]["path"] == "pipe.py"


def test_an_unreadable_folder_is_named_and_the_rest_is_scanned(unprivileged):
    keylift, project = unprivileged
    project.write("a.py", leaky())
    project.write("shut/b.py", leaky())
    (project / "shut").chmod(0)
    try:
        status, report, paths = scan(keylift, project, ".")
    finally:
        (project / "shut").chmod(0o700)
    assert (status, paths) == (2, ["a.py"])
    assert [e["path"] for e in report["errors"]] == ["shut"]


def test_names_that_are_no_utf8_are_scanned(keylift, project):
    name = os.fsencode(project) + b"/\xff\n\x1b[31m.py"
    with open(name, "w") as f:
        f.write(leaky())
    status, report, paths = scan(keylift, project, ".")
    assert status == 1 and len(paths) == 1 and report["errors"] == []


def nest(project, name, depth, files):
    """So many folders, one in the other, and files at some depths: too long for a path, so each is made from
    within the one above."""
    here = os.open(project, os.O_RDONLY)
    for level in range(1, depth + 1):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
        for file, text in files.get(level, {}).items():
            with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=here), "w") as f:
                f.write(text)
    os.close(here)


@pytest.mark.parametrize(("name", "depth"), [pytest.param("d", 5000, marks=pytest.mark.slow), ("x" * 200, 30), ("y" * 255, 17)])
def test_trees_that_no_path_reaches_are_scanned(keylift, project, name, depth):
    nest(project, name, depth, {depth // 2: {"a.py": leaky()}, depth: {"a.py": leaky(), "b.txt": leaky()}})
    status, report, paths = scan(keylift, project, ".")
    assert report["errors"] == [] and report["stats"]["files"] == 3
    assert sorted(paths) == sorted([f"{name}/" * (depth // 2) + "a.py"] + [f"{name}/" * depth + f for f in ("a.py", "b.txt")])
    assert status == 1
    assert scan(keylift, project, name)[2] == paths
    subprocess.run(["rm", "-rf", project / name], check=True)


def test_ignore_files_reach_down_where_no_path_does(keylift, project):
    """Each says of the folders below what the one above has taken back."""
    subprocess.run(["git", "init", "-q", project], check=True)
    nest(project, "x" * 50, 120, {n: {".gitignore": f"{'!' if n % 2 else ''}a.py\n"} for n in range(1, 118)}
         | {119: {"a.py": leaky()}, 120: {".gitignore": "a.py\n", "a.py": leaky(), "b.py": leaky()}})  # fmt: skip
    status, report, paths = scan(keylift, project, ".")
    assert paths == [f"{'x' * 50}/" * 119 + "a.py", f"{'x' * 50}/" * 120 + "b.py"] and report["stats"]["skipped"]["ignored"] == 1
    subprocess.run(["rm", "-rf", project / ("x" * 50)], check=True)


def test_a_tree_deeper_than_keylift_follows_is_named(keylift, project):
    nest(project, "x" * 250, 300, {300: {"a.py": leaky()}})
    project.write("a.py", leaky())
    status, report, paths = scan(keylift, project, ".")
    assert (status, paths) == (2, ["a.py"])
    assert len(report["errors"]) == 1 and "deep" in report["errors"][0]["message"]
    subprocess.run(["rm", "-rf", project / ("x" * 250)], check=True)


def test_tracked_files_are_scanned_also_when_ignored(keylift, project):
    for name in ["out/tracked.py", "out/new.py", "a.py"]:
        project.write(name, leaky())
    project.write(".gitignore", "out/\n")
    project.git_init()
    project.git("add", "-f", "out/tracked.py", ".gitignore")
    status, report, paths = scan(keylift, project, ".")
    assert paths == ["a.py", "out/tracked.py"]
    assert report["stats"]["skipped"]["ignored"] == 1
    assert scan(keylift, project, "--no-gitignore", ".")[2] == ["a.py", "out/new.py", "out/tracked.py"]
    assert scan(keylift, project, "out/new.py")[2] == ["out/new.py"]


def test_a_file_named_twice_is_scanned_once(keylift, project):
    project.write("src/a.py", leaky())
    status, report, paths = scan(keylift, project, ".", "src", "src/a.py", "./src//a.py")
    assert paths == ["src/a.py"] and len(report["findings"]) == 1 and report["stats"]["files"] == 1


def test_excludes_follow_gitignore_syntax(keylift, project):
    for name in ["a.py", "gen/a.py", "src/gen/b.py", "src/c.py"]:
        project.write(name, leaky())
    assert scan(keylift, project, "--exclude", "gen/", ".")[2] == ["a.py", "src/c.py"]
    assert scan(keylift, project, "--exclude", "/gen/", ".")[2] == ["a.py", "src/c.py", "src/gen/b.py"]
    assert scan(keylift, project, "--exclude", "*.py", "--exclude", "!c.py", ".")[2] == ["src/c.py"]
    assert scan(keylift, project, "--exclude", "src/gen", "src")[2] == ["src/c.py"]
    status, report, _ = scan(keylift, project, "--exclude", "/gen/", str(project.path))
    assert report["stats"]["skipped"]["excluded"] == 1


def test_a_folder_in_which_nothing_was_scanned_is_an_error(keylift, project):
    project.write("only/a.bin", b"\0\1\2")
    project.write("a.py", "x = 1\n")
    status, report, _ = scan(keylift, project, "only", "a.py")
    assert status == 2 and [e["path"] for e in report["errors"]] == ["only"]
    assert report["stats"]["skipped"]["binary"] == 1


def test_a_huge_binary_file_is_only_looked_at(keylift, project):
    project.write("a.py", leaky())
    with open(project / "weights.bin", "wb") as f:
        f.truncate(3 << 30)
    status, report, _ = scan(keylift, project, ".")
    assert status == 1 and report["errors"] == []
    assert report["stats"]["skipped"]["binary"] == 1


def test_a_file_over_the_limit_is_named(keylift, project):
    with open(project / "a.py", "wb") as f:
        f.truncate((1 << 36) + 1)
    project.write("b.py", leaky())
    status, report, paths = scan(keylift, project, ".")
    assert (status, paths) == (2, ["b.py"])
    assert report["errors"][0]["path"] == "a.py"


def test_the_report_does_not_depend_on_jobs(keylift, project):
    for i in range(200):
        project.write(f"d{i % 7}/f{i}.py", leaky(i))
    reports = [scan(keylift, project, "--jobs", str(n), ".")[1] for n in (1, 2, 5)]
    for report in reports:
        report["stats"].pop("seconds")
    assert reports[0] == reports[1] == reports[2]
    assert len(reports[0]["findings"]) == 200


def test_pairs_of_other_formats_are_found(keylift, project):
    secret = support.made_password(seed=5)
    files = {
        ".env": f"DB_PASSWORD={secret}\n",
        "a.ini": f"[db]\npassword = {secret}\n",
        "a.yaml": f"db:\n  password: '{secret}'\n",
        "a.json": f'{{"db": {{"password": "{secret}"}}}}\n',
        "a.toml": f'password = "{secret}"\n',
        "a.properties": f"spring.datasource.password={secret}\n",
        "Dockerfile": f"FROM x\nENV DB_PASSWORD={secret}\n",
        "run.sh": f"export DB_PASSWORD='{secret}'; run\n",
        ".netrc": f"machine a login b password {secret}\n",
    }
    for name, text in files.items():
        project.write(name, text)
    status, report, paths = scan(keylift, project, "--fail-on", "low", ".")
    assert paths == sorted(files)
    for finding in report["findings"]:
        text = (project / finding["path"]).read_bytes()[finding["start_byte"] : finding["end_byte"]]
        assert text.strip(b"'\"").decode() == secret and finding["context"] == "text"
        assert not finding["fixable"]


def test_staged_reads_blobs_of_odd_names_and_leaves_links(keylift, project):
    project.write("sp ace\t.py", leaky(1))
    project.write("crlf.py", leaky(2).replace("\n", "\r\n"))
    (project / "link.py").symlink_to("crlf.py")
    project.git_init()
    project.git("add", "-A")
    status, report, paths = scan(keylift, project, "--staged")
    assert paths == ["crlf.py", "sp ace\t.py"]
    assert report["stats"]["skipped"]["link"] == 1
    project.commit()
    project.write("new.py", leaky(3))
    project.git("add", "-A")
    assert scan(keylift, project, "--staged")[2] == ["new.py"]


def test_staged_takes_the_index_of_the_hook(keylift, project):
    project.git_init()
    project.write("a.py", "x = 1\n")
    project.commit()
    project.write("b.py", leaky())
    subprocess.run(
        ["git", "add", "b.py"],
        cwd=project,
        env=support.clean_env(project.home, GIT_INDEX_FILE=".git/other"),
        check=True,
    )
    assert scan(keylift, project, "--staged")[0] == 0
    done = keylift("scan", "--staged", cwd=project, env={"GIT_INDEX_FILE": ".git/other"})
    assert done.returncode == 1 and "b.py:1" in done.stdout


def test_git_runs_nothing_that_the_repository_names(keylift, project):
    project.write("a.py", "x = 1\n")
    project.git_init().commit()
    project.write("a.py", leaky())
    project.write(".gitattributes", "*.py filter=own diff=own\n")
    project.git("add", "-A")
    spy = project.write("spy.sh", "#!/bin/sh\necho run >> \"$(dirname \"$0\")/ran\"\ncat\n")
    spy.chmod(0o755)
    for key in ["core.fsmonitor", "filter.own.clean", "filter.own.smudge", "diff.own.textconv", "diff.own.command",
                "diff.external", "core.pager"]:
        project.git("config", key, str(spy))
    project.git("update-index", "--split-index")
    (project / "ran").unlink(missing_ok=True)
    assert scan(keylift, project, "--staged")[0] == 1
    assert scan(keylift, project, ".")[0] == 1
    assert not (project / "ran").exists()


def test_a_scan_of_a_file_starts_no_git(keylift, project):
    """Which costs more than the scan."""
    project.write("a.py", leaky())
    project.write("bin/git", "#!/bin/sh\ntouch ran-git\nexit 1\n").chmod(0o755)
    more = {"PATH": f"{project / 'bin'}:{os.environ['PATH']}"}
    for _ in range(2):
        done = keylift("scan", "a.py", cwd=project, env=more)
        assert done.returncode == 1 and not (project / "ran-git").exists()
        subprocess.run(["git", "init", "-q", project], check=True)
