"""What a run needs from the package index, put into two folders: afterwards no network is needed.

    sources/NAME-VERSION.tar.gz    the packages, with their tests
    wheels/                        what they and their tests import, pytest, boto3, moto, and pip itself
    wheels/requirements.txt        what of it is asked for

Wheels are fetched for each version of Python that was named, whichever runs here.
"""

import concurrent.futures
import email.parser
import subprocess
import sys
import tarfile
import zipfile

from pip._vendor.packaging.requirements import Requirement

# What every run needs. moto's own extra "server" brings much that Secrets Manager does not need.
TOOLS = ("pip==25.3", "pytest==8.4.2", "python-dotenv==1.2.1", "boto3==1.44.5", "moto==5.2.5", "flask", "flask-cors",
         "setuptools==80.9.0")  # fmt: skip
SERVICES = ("secretsmanager", "sts")
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in (17, 24, 26, 27, 28, 31, 34)] + ["manylinux2014_x86_64"]


def pip(*arguments):
    run = subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"],
                         capture_output=True, text=True, check=False)  # fmt: skip
    return run.returncode, (run.stdout + run.stderr).strip()


def fetch_source(package, sources):
    """None, or what is wrong."""
    if any(sources.glob(package.folder + ".*")) or (sources / package.folder).exists():
        return None
    partial = sources / (package.folder + "-part")
    # Of this package alone: ":all:" would build what builds it from source, too.
    status, said = pip("download", "--no-deps", f"--no-binary={package.name}", "--dest", str(partial),
                       f"{package.name}=={package.version}")  # fmt: skip
    archives = [path for path in partial.glob("*") if path.name.endswith((".tar.gz", ".zip"))]
    if status or not archives:
        return said.splitlines()[-1] if said else "no source archive"
    suffix = ".zip" if archives[0].name.endswith(".zip") else ".tar.gz"
    archives[0].rename(sources / (package.folder + suffix))
    partial.rmdir()
    return None


def declared(archive):
    """What the package's metadata in its source archive say that it needs."""
    if not archive.name.endswith(".tar.gz"):
        return []
    with tarfile.open(archive) as opened:
        infos = [member for member in opened if member.name.count("/") == 1 and member.name.endswith("/PKG-INFO")]
        text = opened.extractfile(infos[0]).read().decode("utf-8", "replace") if infos else ""
    found = []
    for line in email.parser.HeaderParser().parsestr(text).get_all("Requires-Dist") or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            requirement.marker = None
            found.append(str(requirement))
    return found


def needed(packages, sources):
    needs = set(TOOLS)
    for package in packages:
        needs.update(package.needs)
        for archive in sources.glob(package.folder + ".*"):
            needs.update(declared(archive))
    return needs


def is_complete(packages, sources, wheels):
    """Whether an earlier prepare() fetched what these packages need."""
    listed = wheels / "requirements.txt"
    have = set(listed.read_text().splitlines()) if listed.exists() and any(wheels.glob("*.whl")) else set()
    return all(any(sources.glob(package.folder + ".*")) for package in packages) and needed(packages, sources) <= have


def thin(wheel):
    """Takes the descriptions of all services but two out of botocore's wheel: they are most of what there is to carry."""
    smaller = wheel.with_name(wheel.name + ".part")
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(smaller, "w", zipfile.ZIP_DEFLATED) as kept:
        for entry in whole.infolist():
            parts = entry.filename.split("/")
            if parts[:2] == ["botocore", "data"] and len(parts) > 3 and parts[2] not in SERVICES:
                continue
            content = whole.read(entry)
            if parts[-1] == "RECORD":
                content = b"".join(line for line in content.splitlines(keepends=True)
                                   if not line.startswith(b"botocore/data/") or line.split(b",")[0].count(b"/") < 3
                                   or line.split(b"/")[2].decode() in SERVICES)  # fmt: skip
            kept.writestr(entry, content)
    smaller.rename(wheel)


def prepare(packages, sources, wheels, pythons, limit):
    """Fills both folders; ends the program when something is missing or the sum of both is over the limit."""
    sources.mkdir(parents=True, exist_ok=True)
    wheels.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = list(pool.map(lambda package: fetch_source(package, sources), packages))
    for package, problem in zip(packages, wrong):
        if problem:
            print(f"{package.name}: {problem}", file=sys.stderr)
    if any(wrong):
        raise SystemExit(2)
    needs = needed(packages, sources)
    (wheels / "requirements.txt").write_text("\n".join(sorted(needs)) + "\n")
    for version in pythons:
        platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
        status, said = pip("download", "--only-binary=:all:", "--implementation", "cp", "--python-version", version,
                           *platforms, "--dest", str(wheels), "-r", str(wheels / "requirements.txt"))  # fmt: skip
        if status:
            raise SystemExit(f"no wheels for Python {version}: {said}")
    for wheel in wheels.glob("botocore-*.whl"):
        thin(wheel)
    size = sum(path.stat().st_size for folder in (sources, wheels) for path in folder.rglob("*") if path.is_file())
    print(f"{len(packages)} packages, {len(list(wheels.glob('*.whl')))} wheels, {size / 2**20:.1f} MiB")
    if size > limit * 2**20:
        raise SystemExit(f"more than {limit} MiB")
