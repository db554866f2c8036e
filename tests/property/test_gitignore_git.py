"""keylift's walk against git itself: the same files, on generated trees and ignore files.

What must be read is what `git ls-files --cached --others --exclude-standard` lists: everything tracked,
and what is untracked and not ignored. (Links and submodules apart; they are not generated here.)
"""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import support

WALKLIST = support.BINARY.parent / "tests" / "tools" / "walklist"
if not WALKLIST.exists():
    found = sorted(support.BINARY.parent.rglob("walklist"))
    WALKLIST = found[0] if found else WALKLIST

# Few letters, so that patterns and names meet.
NAME = st.text(alphabet="ab.-x[", min_size=1, max_size=3).filter(lambda s: s not in (".", "..", ".git"))
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)
ATOM = st.sampled_from(
    ["a", "b", "x", ".", "-", "*", "?", "**", "/", "[ab]", "[!a]", "[a-b]", "[^x]", "[", "]", "\\a", "\\[", "\\*",
     "[[:alpha:]]", "[]a]", "[a-]", "[\\a-b]", "!", "#", " ", "\\ ", "\\", "/**/", "**/", "/**", "[[:bad:]]", "[[:]"]
)
PATTERN = st.builds(
    lambda neg, lead, body, tail: neg + lead + "".join(body) + tail,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(ATOM, min_size=1, max_size=6),
    st.sampled_from(["", "", "/", " ", "  ", "\r"]),
)
IGNORE_FILE = st.lists(PATTERN, max_size=5).map("\n".join)


@st.composite
def trees(draw):
    files = draw(st.lists(PATH, min_size=1, max_size=12, unique=True))
    folders = {""} | {str(Path(f).parent) for f in files}
    ignores = {f: draw(IGNORE_FILE) for f in draw(st.sets(st.sampled_from(sorted(folders)), max_size=3))}
    tracked = draw(st.sets(st.sampled_from(files), max_size=4))
    return files, ignores, tracked, draw(IGNORE_FILE), draw(IGNORE_FILE), draw(st.sampled_from(["2", "3", "4"]))


def write(path, text):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return True
    except (NotADirectoryError, FileExistsError, IsADirectoryError):
        return False


def run(args, cwd, env):
    return subprocess.run(args, cwd=cwd, env=env, check=True, capture_output=True).stdout


def listed(raw):
    return sorted(set(raw.split(b"\0")) - {b""})


def check(tree, start="."):
    files, ignores, tracked, exclude, user, version = tree
    with tempfile.TemporaryDirectory() as temporary:
        home, top = Path(temporary) / "home", Path(temporary) / "top"
        env = support.clean_env(home)
        write(home / ".config/git/ignore", user)
        top.mkdir()
        run(["git", "init", "-q"], top, env)
        write(top / ".git/info/exclude", exclude)
        made = [f for f in files if write(top / f, "x")]
        for folder, text in ignores.items():
            write(top / folder / ".gitignore", text)
        wanted = [f for f in made if f in tracked]
        if wanted:
            run(["git", "--literal-pathspecs", "-c", f"index.version={version}", "add", "-f", "--", *wanted], top, env)
        git = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], top, env)
        ours = run([WALKLIST, start], top, env)
        assert listed(ours) == listed(git)


@settings(max_examples=support.times(150), suppress_health_check=list(HealthCheck))
@given(trees())
def test_the_walk_reads_what_git_tracks_and_does_not_ignore(tree):
    check(tree)


CASES = {
    "a negated file in an ignored folder stays ignored": (["d/a", "d/b"], {"": "d/\n!d/a\n"}, set()),
    "a tracked file in an ignored folder is read": (["d/a", "d/e/b", "d/c"], {"": "d/\n"}, {"d/e/b"}),
    "the contents ignored, one taken back": (["d/a", "d/b"], {"": "d/*\n!d/a\n"}, set()),
    "two stars without slashes": (["foo/x/bar", "foobar", "fooz/bar"], {"": "foo**/bar\n"}, set()),
    "two stars in the middle": (["a/b", "a/x/b", "a/x/y/b", "a/x/y/c"], {"": "a/**/b\n"}, set()),
    "two stars at the end": (["a/b", "a/c/d", "b/a/b"], {"": "a/**\n"}, set()),
    "one star stops at a slash": (["a/x/b", "a/b"], {"": "a/*b\na*b\n"}, set()),
    "a deeper file wins": (["d/a", "a"], {"": "a\n", "d": "!a\n"}, set()),
    "CRLF line ends": (["a", "b"], {"": "a\r\nb\r\n"}, set()),
    "a byte order mark": (["a", "b"], {"": "\ufeffa\n"}, set()),
    "an anchored name": (["a", "d/a"], {"": "/a\n"}, set()),
    "sorted between a folder and its files": (["d/a", "d-x", "d.x"], {"": "d\nd-x\n"}, {"d/a", "d.x"}),
}


@pytest.mark.parametrize("files, ignores, tracked", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("version", ["2", "4"])
def test_known_hard_cases(files, ignores, tracked, version):
    check((files, ignores, tracked, "", "", version))


def test_a_folder_below_the_top_sees_the_ignore_files_above_it(tmp_path):
    home, top = tmp_path / "home", tmp_path / "top"
    env = support.clean_env(home)
    for name in ["sub/a.py", "sub/b.py", "sub/deep/c.py", "other/a.py"]:
        write(top / name, "x")
    write(top / ".gitignore", "/sub/a.py\nc.*\n")
    run(["git", "init", "-q"], top, env)
    assert listed(run([WALKLIST, "sub"], top, env)) == [b"sub/b.py"]
    assert listed(run([WALKLIST, "sub/a.py"], top, env)) == [b"sub/a.py"]
    assert listed(run([WALKLIST, "."], top / "sub", env)) == [b"b.py"]
    assert len(listed(run([WALKLIST, "--no-gitignore", "sub"], top, env))) == 3


@pytest.mark.parametrize("setting", ["split", "sparse", "untracked-cache", "sha256", "plain"])
def test_every_kind_of_index_tells_what_is_tracked(tmp_path, setting):
    home, top = tmp_path / "home", tmp_path / "top"
    env = support.clean_env(home)
    top.mkdir()
    run(["git", "init", "-q", *(["--object-format=sha256"] if setting == "sha256" else [])], top, env)
    for name in ["in/a.py", "in/b.py", "out/c.py", "d.py"]:
        write(top / name, "x")
    write(top / ".gitignore", "*.py\n")
    run(["git", "add", "-f", "in/a.py", "out/c.py"], top, env)
    run(["git", "commit", "-qm", "x"], top, env)
    if setting == "split":
        run(["git", "update-index", "--split-index"], top, env)
    if setting == "untracked-cache":
        run(["git", "update-index", "--untracked-cache"], top, env)
    if setting == "sparse":
        run(["git", "sparse-checkout", "set", "--cone", "--sparse-index", "in"], top, env)
    expected = listed(run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], top, env))
    expected = [name for name in expected if (top / os.fsdecode(name)).exists()]
    assert listed(run([WALKLIST, "."], top, env)) == expected


def test_nested_repositories_go_by_their_own_rules_and_submodules_are_left(tmp_path):
    home, top = tmp_path / "home", tmp_path / "top"
    env = support.clean_env(home)
    for name in ["a.py", "nested/a.py", "nested/b.py", "library/a.py", "ignored/c.py"]:
        write(top / name, "x")
    write(top / ".gitignore", "a.py\nignored/\n")
    write(top / "nested/.gitignore", "b.py\n")
    for folder in ["library", "nested", "ignored", ""]:
        run(["git", "init", "-q"], top / folder, env)
    run(["git", "add", "a.py"], top / "library", env)
    run(["git", "commit", "-qm", "x"], top / "library", env)
    run(["git", "-c", "advice.addEmbeddedRepo=false", "add", "library"], top, env)
    done = subprocess.run([WALKLIST, "."], cwd=top, env=env, check=True, capture_output=True)
    assert listed(done.stdout) == [b".gitignore", b"nested/.gitignore", b"nested/a.py"]
    assert b"submodule=1" in done.stderr


def test_a_worktree_finds_the_exclude_file_of_its_repository(tmp_path):
    home, top, tree = tmp_path / "home", tmp_path / "top", tmp_path / "tree"
    env = support.clean_env(home)
    top.mkdir()
    run(["git", "init", "-q"], top, env)
    write(top / "a.py", "x")
    run(["git", "add", "."], top, env)
    run(["git", "commit", "-qm", "x"], top, env)
    run(["git", "worktree", "add", "-q", str(tree)], top, env)
    write(top / ".git/info/exclude", "b.py\n")
    write(tree / "b.py", "x")
    write(tree / "c.py", "x")
    assert listed(run([WALKLIST, "."], tree, env)) == [b"a.py", b"c.py"]


@pytest.mark.parametrize(
    "config, more",
    [
        ('[core]\n\texcludesFile = ~/own\n', {}),
        ('[core]\nexcludesfile="%(home)s/own" ; comment\n', {}),
        ('[include]\npath = ~/included\n', {}),
        ('', {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.excludesFile", "GIT_CONFIG_VALUE_0": "%(home)s/own"}),
    ],
    ids=["home", "quoted", "include", "environment"],
)
def test_the_users_own_excludes_file(tmp_path, config, more):
    home, top = tmp_path / "home", tmp_path / "top"
    more = {k: v % {"home": home} for k, v in more.items()}
    env = support.clean_env(home, **more)
    write(home / ".gitconfig", config.replace("%(home)s", str(home)))
    write(home / "included", "[core]\nexcludesFile = ~/own\n")
    write(home / "own", "b.py\n")
    write(home / ".config/git/ignore", "a.py\n")  # not read: core.excludesFile replaces it
    write(top / "a.py", "x")
    write(top / "b.py", "x")
    run(["git", "init", "-q"], top, env)
    git = listed(run(["git", "ls-files", "-z", "--others", "--exclude-standard"], top, env))
    assert listed(run([WALKLIST, "."], top, env)) == git == [b"a.py"]
