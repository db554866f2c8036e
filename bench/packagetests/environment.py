"""What a run has: an interpreter with everything that was prepared, keylift, and servers of moto."""

import contextlib
import os
import queue
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

REGION = "eu-central-1"
START_S = 60  # until moto answers: against hangs


def interpreter(wheels, work):
    """A virtual environment that has all of the wheels folder's requirements, and nothing from the network."""
    home = work / "venv"
    python = home / "bin" / "python"
    asked = (wheels / "requirements.txt").read_bytes()
    made_from = home / "made-from"
    if made_from.exists() and made_from.read_bytes() == asked:
        return python
    installers = sorted(wheels.glob("pip-*.whl"))
    if not installers:
        raise SystemExit(f"no wheel of pip in {wheels}: was --prepare run?")
    venv.create(home, with_pip=False, clear=True, symlinks=True)
    run = subprocess.run(
        [python, f"{installers[-1]}/pip", "install", "--quiet", "--disable-pip-version-check", "--no-index",
         "--find-links", wheels, "-r", wheels / "requirements.txt"],
        capture_output=True, text=True, env=plain(work), check=False,
    )  # fmt: skip
    if run.returncode:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SystemExit(f"{wheels} lacks something for Python {version}:\n{run.stdout}{run.stderr}")
    made_from.write_bytes(asked)
    return python


def versions(python):
    """{name: version} of what is installed there."""
    listing = ("import importlib.metadata as m, json, sys; "
               "json.dump({d.metadata['Name']: d.version for d in m.distributions()}, sys.stdout)")  # fmt: skip
    return subprocess.run([python, "-c", listing], capture_output=True, text=True, check=True).stdout


def keylift_program(given, work):
    """The program: itself, or taken out of a wheel, which carries its libraries."""
    given = Path(given).resolve()
    if not given.is_file():
        raise SystemExit(f"{given}: no such program or wheel")
    if given.suffix != ".whl":
        return given
    folder = work / "keylift" / given.stem
    if not folder.exists():
        partial = folder.with_name(folder.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(given) as wheel:
            for entry in wheel.infolist():
                parts = Path(entry.filename).parts
                if entry.is_dir() or ".." in parts or len(parts) < 3 or not parts[0].endswith(".data"):
                    continue
                # As an installer does: scripts beside lib, where the program looks for its network part.
                target = partial.joinpath("bin" if parts[1] == "scripts" else "", *parts[2:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wheel.read(entry))
        (partial / "bin" / "keylift").chmod(0o755)
        partial.rename(folder)
    return folder / "bin" / "keylift"


def plain(home):
    """What every program is given, and nothing of whoever runs this."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "TMPDIR": str(home),
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}  # fmt: skip


def credentials(url):
    """What boto3 and keylift need to reach moto, which takes any key."""
    return {"AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}  # fmt: skip


def wait_for(url, process):
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=10).close()
            return
        except urllib.error.HTTPError:
            return  # it answers, whatever it says
        except OSError:
            time.sleep(0.2)
    raise SystemExit("moto did not start: see moto-*.log in the working folder")


@contextlib.contextmanager
def vaults(python, count, work):
    """A queue of addresses of `count` servers: who works takes one, and puts it back."""
    free, started = queue.Queue(), []
    serve = ("import sys; from werkzeug.serving import run_simple; from moto.server import DomainDispatcherApplication, "
             "create_backend_app; run_simple('127.0.0.1', int(sys.argv[1]), "
             "DomainDispatcherApplication(create_backend_app), threaded=True)")  # fmt: skip
    try:
        for _ in range(count):
            with socket.create_server(("127.0.0.1", 0)) as taken:
                port = taken.getsockname()[1]
            with open(work / f"moto-{port}.log", "wb") as log:
                process = subprocess.Popen([python, "-c", serve, str(port)], env=plain(work), stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log)  # fmt: skip
            started.append(process)
            wait_for(f"http://127.0.0.1:{port}/", process)
            free.put(f"http://127.0.0.1:{port}")
        yield free
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
