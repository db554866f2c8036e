"""What the parts of bench/run are run on."""

import os
import shutil
import subprocess
from pathlib import Path

from measuring import history

SIX_LINES = '"""Settings."""\n\nimport os\n\nDEBUG = os.environ.get("DEBUG") == "1"\nTIMEOUT = 30\n'
LINE = b"def f(a, b):\n    return a + b * 2  # nothing to see\n\n\n"


def staged_repository(folder):
    """A repository in which one file of six lines is staged."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    history.git(folder, "init", "--quiet", "--initial-branch=main")
    history.git(folder, "commit", "--quiet", "--allow-empty", "--message", "first")
    (folder / "settings.py").write_text(SIX_LINES)
    history.git(folder, "add", "settings.py")
    return folder


def link(source, target):
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def copies(corpus, folder, count):
    """So many copies of the corpus, by hard links: files of their own for whoever walks, and no space."""
    found = []
    for i in range(count):
        copy = folder / f"copy{i + 1}"
        if not (folder / f"copy{i + 1}.complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(corpus, copy, copy_function=link)
            (folder / f"copy{i + 1}.complete").touch()
        found.append(str(copy))
    return found


def one_large_file(folder):
    with (folder / "large.py").open("wb") as out:
        block = LINE * ((1 << 20) // len(LINE))
        while out.tell() < 1_000_000_000:
            out.write(block)


def one_long_line(folder):
    with (folder / "line.py").open("wb") as out:
        out.write(b"x = [")
        block = b"(1, 'ab'), " * 10_000
        while out.tell() < 100_000_000:
            out.write(block)
        out.write(b"]\n")


def many_empty_files(folder):
    for i in range(1000):
        inner = folder / f"{i:03}"
        inner.mkdir()
        for j in range(1000):
            os.close(os.open(inner / f"{j:03}.py", os.O_CREAT | os.O_WRONLY))


def deep_folders(folder):
    """Five thousand, one in the other: too long for a path, so each is made from within the one above."""
    at = os.open(folder, os.O_RDONLY)
    for _ in range(5000):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    leaf = os.open("leaf.py", os.O_CREAT | os.O_WRONLY, dir_fd=at)
    os.write(leaf, LINE)
    os.close(leaf)
    os.close(at)


EXTREMES = {
    "a file of 1 GB": one_large_file,
    "a line of 100 MB": one_long_line,
    "1,000,000 empty files": many_empty_files,
    "5,000 folders, one in the other": deep_folders,
}


def remove(folder):
    subprocess.run(["rm", "-rf", "--", folder], check=True)  # Python's own recurses, and cannot go so deep


def fresh(folder):
    remove(folder)
    Path(folder).mkdir(parents=True)
    return folder
