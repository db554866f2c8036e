"""keylift.scan_bytes and keylift.scan_paths: what the command line finds, in a process that is somebody else's."""

import json
import shutil

import hvac
import jwt
import keyring
import kombu
import pytest
import scrapy

import support
import support_package
from support import made_password, made_stripe_key

# Every way through the module; prints the findings as they stand in the JSON report.
EVERY_WAY = """
    import dataclasses, json, os, sys
    from concurrent.futures import ThreadPoolExecutor

    import keylift

    top, comments = sys.argv[1], sys.argv[2] == "comments"
    options = {"honour_comments": comments, "include_suppressed": comments}
    paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names)

    def of_bytes(path):
        with open(path, "rb") as file:
            return keylift.scan_bytes(path, file.read(), **options)

    def of_path(path):
        return keylift.scan_paths(path, **options)

    def shown(findings):
        return sorted((dataclasses.asdict(f) for f in findings), key=lambda f: (f["path"], f["start_byte"], f["rule"]))

    ways = {"folder": keylift.scan_paths([top], **options), "jobs": keylift.scan_paths([top], jobs=3, **options),
            "bytes": [f for path in paths for f in of_bytes(path)], "files": keylift.scan_paths(paths, **options)}
    with ThreadPoolExecutor(8) as pool:
        ways["threads"] = [f for found in pool.map(of_bytes, paths) for f in found]
        ways["threads, files"] = [f for found in pool.map(of_path, paths[::7]) for f in found]
    print(json.dumps({way: shown(findings) for way, findings in ways.items()}))
"""


@pytest.fixture(scope="module")
def real_code(tmp_path_factory):
    """Packages from PyPI that are known to have findings, and secrets of every kind of file."""
    top = tmp_path_factory.mktemp("real") / "code"
    for package in (hvac, jwt, keyring, kombu, scrapy):
        shutil.copytree(package.__path__[0], top / package.__name__, ignore=shutil.ignore_patterns("*.pyc"))
    token = made_stripe_key()
    notebook = {"cells": [{"cell_type": "code", "source": [f'token = "{token}"\n'], "outputs": [], "metadata": {},
                           "execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
    for name, content in {
        "pay.py": f'token = "{token}"\nPASSWORD = "{made_password()}"  # keylift: ignore\n',
        "app/.env": f"STRIPE_KEY={token}\nDB_PASSWORD={made_password()}\n",
        "book.ipynb": json.dumps(notebook),
        "conf.yaml": f"password: {made_password()}\n",
        "wide.py": f'name = "ä"; token = "{token}"\n',
    }.items():
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_text(content)
    (top / "wide.py").write_bytes((top / "wide.py").read_text().encode("utf-16"))
    return top


@pytest.mark.parametrize("comments", ["comments", "no-config"])
def test_every_way_finds_what_the_command_line_finds(keylift, home, real_code, comments):
    ways = json.loads(support_package.output(home, EVERY_WAY, real_code, comments))
    options = ["--show-suppressed"] if comments == "comments" else ["--no-config"]
    run = keylift("scan", "--format", "json", *options, str(real_code), cwd=home)
    expected = json.loads(run.stdout)["findings"]
    expected.sort(key=lambda f: (f["path"], f["start_byte"], f["rule"]))
    assert len(expected) >= 20 and {"pay.py", ".env", "book.ipynb", "conf.yaml", "wide.py"} <= {
        f["path"].rsplit("/", 1)[-1] for f in expected
    }
    assert comments != "comments" or any(f["suppressed"] for f in expected)
    some = ways.pop("threads, files")
    assert some and all(finding in expected for finding in some)
    for way, found in ways.items():
        assert found == expected, way


def test_no_value_is_in_anything_that_python_can_show(home, project):
    token, password = made_stripe_key(), made_password()
    project.write("pay.py", f'token = "{token}"\npassword = "{password}"\n')
    shown = support_package.output(home, """
        import dataclasses, pickle, sys
        import keylift

        with open("pay.py", "rb") as file:
            findings = keylift.scan_bytes("pay.py", file.read())
        try:
            keylift.scan_paths(["pay.py", "missing.py"])
        except keylift.ScanError as error:
            caught = error
        print(findings, *map(str, findings), caught, repr(caught), caught.findings == findings)
        print([dataclasses.asdict(f) for f in findings], pickle.dumps((findings, caught)))
        again = pickle.loads(pickle.dumps((findings, caught)))
        print(again[0] == findings, again[1].errors == caught.errors, len({*findings, *again[0]}))
        try:
            findings[0].path = "other.py"
        except dataclasses.FrozenInstanceError:
            print("immutable")
        """, cwd=project.path)  # fmt: skip
    assert token not in shown and password not in shown
    assert "missing.py" in shown and "sk_live_…" in shown and shown.count("True") >= 3
    assert shown.endswith("True True 2\nimmutable\n")


@pytest.mark.parametrize(
    "call, error, says",
    [
        ("scan_bytes('a.py', 'text')", "TypeError", "data must be bytes, not str"),
        ("scan_bytes(None, b'')", "TypeError", "a path must be a string or a path object, not NoneType"),
        ("scan_bytes('a\\0b', b'')", "ValueError", "holds no NUL"),
        ("scan_bytes('a.py', b'', min_confidence=1.5)", "ValueError", "min_confidence must be from 0 to 1"),
        ("scan_bytes('a.py', b'', min_confidence=float('nan'))", "ValueError", "min_confidence must be from 0 to 1"),
        ("scan_paths('.', jobs=-1)", "ValueError", "jobs must be from 0 to 256"),
        ("scan_paths(['.', 3])", "TypeError", "not int"),
        ("scan_paths('.', exclude='*.py')", "TypeError", "a list of patterns"),
        ("scan_paths('missing')", "ScanError", "no such file or folder"),
        ("scan_paths(['missing', 'gone'])", "ScanError", "(and 1 more: see .errors)"),
        ("scan_paths('.')", "ScanError", "no file in this folder was scanned"),
        ("scan_bytes('a.py', bytes(2**30 + 1))", "ScanError", "a.py is larger than 1073741824 bytes"),
    ],
)
def test_what_is_wrong_is_an_exception_with_a_persons_message(home, tmp_path, call, error, says):
    (tmp_path / "empty").mkdir()
    program = f"""
        import keylift
        from keylift import *
        try:
            {call}
        except {error} as error:
            print(error)
        """
    assert says in support_package.output(home, program, cwd=tmp_path / "empty")


def test_paths_of_every_kind_are_taken(home, project):
    project.write("a.py", f'token = "{made_stripe_key()}"\n')
    project.write("venv/b.py", f'token = "{made_stripe_key()}"\n')
    project.write(".gitignore", "c.py\n")
    project.write("c.py", f'token = "{made_stripe_key()}"\n')
    project.git_init()
    shown = support_package.output(home, """
        import os, pathlib
        from keylift import scan_bytes, scan_paths

        def show(findings):
            print(*(f.path for f in findings))

        show(scan_paths("."))
        show(scan_paths(pathlib.Path("a.py")))
        show(scan_paths((p for p in ["a.py", "c.py"]), jobs=0))
        show(scan_paths(".", gitignore=False, exclude=["venv"]))
        show(scan_paths([]))
        data = open("a.py", "rb").read()
        for kind in (bytes, bytearray, memoryview):
            show(scan_bytes("x.py", kind(data)))
        [finding] = scan_bytes(b"caf\\xe9.py".decode("utf-8", "surrogateescape"), data)
        print(os.fsencode(finding.path))
        show(scan_bytes("x.bin", b"\\0" + data))
        show(scan_bytes("x.py", data, min_confidence=1.0))
        """, cwd=project.path)  # fmt: skip
    assert shown.splitlines() == ["a.py venv/b.py", "a.py", "a.py c.py", "a.py c.py", "", "x.py", "x.py", "x.py",
                                  "b'caf\\xe9.py'", "", ""]  # fmt: skip


def test_the_package_costs_nothing_until_it_is_used(home):
    program = """
        import sys
        import keylift
        assert "keylift.scanning" not in sys.modules and "dataclasses" not in sys.modules
        assert {"Finding", "ScanError", "scan_bytes", "scan_paths"} <= set(dir(keylift))
        try:
            keylift.no_such_name
        except AttributeError as error:
            print(error)
        """
    assert "no_such_name" in support_package.output(home, program)


@pytest.mark.parametrize("version", sorted(support.pythons()))
def test_one_module_serves_every_python(home, version):
    program = """
        import sys
        import keylift
        print(sys.version_info[:2], keylift.scan_bytes("a.py", b"x = 1"), keylift.scanning._scan.VERSION)
        """
    assert f"{version} []" in support_package.output(home, program, python=str(support.pythons()[version]))
