"""The wheel that is given to others: it holds all it needs, says what it cannot hold, and works."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import support

MODULE = "lib/keylift/keylift-net.so"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="scripts/build-wheel is for Linux")]


def output(*command, env=None, cwd=None):
    done = subprocess.run(list(map(str, command)), env=env, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def venv(wheel, tmp_path_factory):
    """A fresh environment with the wheel, made without a package index."""
    folder = tmp_path_factory.mktemp("wheel") / "venv"
    output(sys.executable, "-m", "venv", folder)
    output(folder / "bin" / "python", "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel,
           env={**os.environ, "PIP_FIND_LINKS": ""})  # fmt: skip
    return folder


def test_it_passes_the_check_that_the_recipes_run(wheel):
    assert "nothing to mend" in output(support.ROOT / "scripts" / "check-wheel", wheel)


def test_the_check_finds_what_is_wrong(wheel, tmp_path):
    damaged = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(damaged, "w") as target:
        for entry in source.infolist():
            if entry.filename.endswith("/pcre2.txt"):
                continue
            content = source.read(entry)
            if entry.filename.endswith("/scripts/keylift"):
                content = content.replace(b"libm.so.6", b"libq.so.6")
                entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
    check = [support.ROOT / "scripts" / "check-wheel", damaged]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    for breach in ("the licence of pcre2 is missing", "needs libq.so.6", "is not executable"):
        assert breach in done.stdout


# Licence of ours: the file of the library's own sources.
OF_GRAMMARS = {
    "tree-sitter": "tree-sitter/LICENSE",
    "tree-sitter-unicode": "tree-sitter/vendor/tree-sitter/lib/src/unicode/LICENSE",
    "tree-sitter-python": "tree-sitter-python/LICENSE",
    "tree-sitter-toml": "@tree-sitter-grammars/tree-sitter-toml/LICENSE",
}
OF_ARCHIVES = {"cjson": "LICENSE", "curl": "COPYING", "libmd": "COPYING", "pcre2": "LICENCE.md"}


def test_the_licences_are_those_of_the_sources_that_are_linked(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = [name for name in opened.namelist() if re.search(r"/licenses/licenses/.*\.txt$", name)]
        texts = {Path(name).stem: opened.read(name) for name in names}
    grammars = support.BUILD / "grammars" / "node_modules"
    expected = {name: (grammars / path).read_bytes() for name, path in OF_GRAMMARS.items()}
    for path in (support.ROOT / "build" / "cache" / "archives").glob("*.orig.tar.*"):
        name = path.name.split("_")[0]
        with tarfile.open(path) as archive:
            [member] = [entry for entry in archive.getmembers() if entry.name.split("/")[1:] == [OF_ARCHIVES[name]]]
            expected[name] = archive.extractfile(member).read()
    # OpenSSL comes from the system's static archive, without its text: Apache's, as our own, but for one address.
    words = [re.sub(r"\s+", " ", text.decode().replace("https:", "http:")).strip()
             for text in (texts.pop("openssl"), texts_of_ours(wheel))]  # fmt: skip
    assert words[0].endswith("END OF TERMS AND CONDITIONS") and words[1].startswith(words[0])
    # zlib comes from there, too, or from its sources: its header begins with the text.
    header = Path("/usr/include/zlib.h").read_text("utf-8")
    terms = " ".join(texts.pop("zlib").decode().split())
    assert len(terms) > 500 and terms in " ".join(header.split())
    assert texts == expected


def texts_of_ours(wheel):
    with zipfile.ZipFile(wheel) as opened:
        [name] = [name for name in opened.namelist() if name.endswith("/licenses/LICENSE")]
        return opened.read(name)


def test_its_name_asks_for_the_c_library_that_the_program_needs(wheel, venv):
    support.needs_program("readelf")
    symbols = output("readelf", "-VW", venv / "bin" / "keylift")
    newest = max(tuple(map(int, version.split("."))) for version in re.findall(r"Name: GLIBC_([0-9.]+)", symbols))
    tags = re.findall(r"manylinux_(\d+)_(\d+)_", wheel.name)
    assert tags and min(tuple(map(int, tag)) for tag in tags) >= newest[:2]


@pytest.mark.parametrize("part", ["bin/keylift", MODULE])
def test_it_loads_nothing_but_the_c_library(venv, part):
    loaded = set(re.findall(r"^\s+(lib[\w+-]+)", output("ldd", venv / part), re.M))
    assert loaded and loaded <= {"libc", "libm", "libpthread"}


def test_the_module_shows_one_function(venv):
    support.needs_program("nm")
    shown = output("nm", "-D", "--defined-only", venv / MODULE)
    assert [line.split()[-1] for line in shown.splitlines()] == ["keylift_net_module"]


def test_the_wheels_own_libcurl_does_what_that_of_the_system_does(venv, tmp_path):
    """httptool, beside the wheel's module, through all tests of HTTP: another libcurl, its OpenSSL inside."""
    beside = tmp_path / "tests" / "tools"
    beside.mkdir(parents=True)
    shutil.copy(support.BINARY.parent / "tests" / "tools" / "httptool", beside)
    shutil.copy(venv / MODULE, beside / "keylift-net.so")
    env = {**os.environ, "KEYLIFT_BUILD": str(support.BUILD), "KEYLIFT_TOOLS": str(beside)}
    output(sys.executable, "-m", "pytest", "-q", "tests/vaults/test_http.py", "tests/vaults/test_http_sigv4.py", env=env,
           cwd=support.ROOT)  # fmt: skip


def test_the_program_finds_its_module_where_pip_puts_it(venv, tmp_path):
    """httptool has the program's own code for it; built for the folders of a wheel, as cmake builds it there."""
    assert (venv / MODULE).is_file() and b"../lib/keylift\0" in (venv / "bin" / "keylift").read_bytes()
    shutil.copytree(venv / "lib" / "keylift", tmp_path / "lib" / "keylift")
    (tmp_path / "bin").mkdir()
    tool = shutil.copy(support.BINARY.parent / "tests" / "tools" / "httptool", tmp_path / "bin")
    done = subprocess.run([tool, "total-ms=500", "GET", "http://127.0.0.1:1/"], input="", capture_output=True, text=True,
                          timeout=60)  # fmt: skip
    assert done.returncode == 0 and "cannot connect to 127.0.0.1" in done.stdout, done.stderr


def test_it_scans_and_migrates_and_the_program_still_runs(venv, home, project):
    secret = support.made_stripe_key()
    project.git_init()  # so that .env is ignored, and not found again
    use = "print(hashlib.sha256(api_key.encode()).hexdigest())"
    project.write("pay.py", f'import hashlib\n\napi_key = "{secret}"\n{use}\n')
    packages = {"PYTHONPATH": str(support.package_folder("python-dotenv==1.1.1"))}
    before = project.python("pay.py", env=packages)
    keylift = support.Keylift(home, venv / "bin" / "keylift")
    assert keylift("scan", ".", cwd=project).returncode == 1
    done = keylift("migrate", "--yes", ".", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert secret not in project.read("pay.py") and secret in project.read(".env")
    assert before.stdout and project.python("pay.py", env=packages).stdout == before.stdout
    module = support.Keylift(home, venv / "bin" / "python")
    assert module("-m", "keylift", "scan", ".", cwd=project).returncode == 0


def test_its_own_libraries_find_what_those_of_the_system_find(venv):
    """The wheel has another PCRE2 than the development build: every rule and whole report again."""
    env = {**os.environ, "KEYLIFT_BIN": str(venv / "bin" / "keylift"), "KEYLIFT_BUILD": str(support.BUILD)}
    output(sys.executable, "-m", "pytest", "-q", "-m", "not slow", "tests/rules", "tests/golden/test_scan.py",
           "--ignore=tests/rules/test_verify_tables.py", env=env, cwd=support.ROOT)  # fmt: skip


def test_its_module_finds_what_its_program_finds(venv):
    """The tests of the package, by the Python that has the wheel: beside the program lies no build of the module."""
    env = {**os.environ, "KEYLIFT_BIN": str(venv / "bin" / "keylift"), "KEYLIFT_BUILD": str(support.BUILD)}
    output(sys.executable, "-m", "pytest", "-q", "tests/python", "-k", "not one_module_serves", env=env, cwd=support.ROOT)


def test_the_module_serves_every_python(venv, home):
    """It is one file on the stable ABI: no name of another ABI is asked for, and every CPython here loads it."""
    [module] = (venv / "lib").glob("python3.*/site-packages/keylift/_scan.abi3.so")
    exported = output("nm", "-D", "--defined-only", module)
    assert [line.split()[-1] for line in exported.splitlines()] == ["PyInit__scan"]
    private = re.findall(r" U (_Py\w+)", output("nm", "-D", "--undefined-only", module))
    assert set(private) <= {"_Py_NoneStruct", "_Py_Dealloc"}  # what the macros of the stable ABI are made of
    for python in support.pythons().values():
        env = support.clean_env(home, PYTHONPATH=str(module.parent.parent))
        assert output(python, "-c", "import keylift; print(keylift.scan_bytes('a.py', b'x = 1'))", env=env) == "[]\n"
