"""Repositories made of a project's releases, committed one after the other: the same bytes give the same commits."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import urllib.parse
from pathlib import Path

LISTED = Path(__file__).resolve().parent.parent / "history.txt"
LARGEST = 64 << 20  # bytes of one source archive
DAY = 86400
FIRST_DAY = 1_400_000_000 // DAY * DAY
NAME = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "bench"), ("EMAIL", "bench@example.invalid"))}  # fmt: skip


def listed():
    """{project: [version]}, oldest first."""
    found = {}
    for line in LISTED.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            project, version = line.split("==")
            found.setdefault(project, []).append(version)
    return found


def archives_of(project):
    """{version: link} of the source archives, as pip's own index client gives them. `pip download` would run each
    archive's build to learn what it needs."""
    from pip._internal.commands.download import DownloadCommand

    command = DownloadCommand("download", "")
    options, _ = command.parse_args(["--no-binary", project])
    with command.main_context():
        session = command._build_session(options)
        finder = command._build_package_finder(options, session)
        links = {str(c.version): c.link for c in finder.find_all_candidates(project) if c.link.filename.endswith(".tar.gz")}
        return session, links


def fetch(project, versions, folder):
    folder.mkdir(parents=True, exist_ok=True)
    missing = [v for v in versions if not (folder / f"{project}-{v}.tar.gz").exists()]
    if not missing:
        return
    session, links = archives_of(project)
    for version in missing:
        link = links[version]
        answer = session.get(urllib.parse.urldefrag(link.url)[0], stream=True)
        answer.raise_for_status()
        content = answer.raw.read(LARGEST + 1, decode_content=False)
        if len(content) > LARGEST or link.hash and hashlib.new(link.hash_name, content).hexdigest() != link.hash:
            raise SystemExit(f"{project} {version}: not the archive that the index names")
        part = folder / "part"
        part.write_bytes(content)
        part.rename(folder / f"{project}-{version}.tar.gz")


def unpack(archive, target):
    """The archive's regular files, without its first folder."""
    with tarfile.open(archive) as opened:
        for member in opened:
            inside = Path(*Path(member.name).parts[1:])
            if not member.isfile() or inside == Path() or ".." in inside.parts or ".git" in inside.parts:
                continue
            path = target / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            with opened.extractfile(member) as source, path.open("wb") as copy:
                shutil.copyfileobj(source, copy)


def git(repository, *words, day=0):
    date = f"{FIRST_DAY + day * DAY} +0000"
    env = {**os.environ, **NAME, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
           "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}  # fmt: skip
    done = subprocess.run(["git", "-C", repository, *words], env=env, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def commit_all(repository, archives):
    """A commit a day for each archive; then all of it in one pack, as a clone has it."""
    repository.mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main")
    for day, archive in enumerate(archives):
        for old in repository.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        unpack(archive, repository)
        git(repository, "add", "--all", "--force")
        git(repository, "commit", "--quiet", "--allow-empty", "--message", archive.name.removesuffix(".tar.gz"), day=day)
    git(repository, "gc", "--quiet")
    return git(repository, "rev-parse", "HEAD")


def repositories(folder):
    """[(project, its repository, number of commits)], made when they are not there."""
    found = []
    for project, versions in listed().items():
        repository = folder / project
        stamp = folder / f"{project}.complete"
        wanted = "\n".join(versions)
        if not stamp.exists() or stamp.read_text() != wanted:
            fetch(project, versions, folder / "sources")
            shutil.rmtree(repository, ignore_errors=True)
            commit_all(repository, [folder / "sources" / f"{project}-{version}.tar.gz" for version in versions])
            stamp.write_text(wanted)
        found.append((project, repository, len(versions)))
    return found
