"""The package is typed: a user's program passes a strict checker, and a wrong one does not."""

import subprocess
import sys
import textwrap

import pytest

import support_package

pytestmark = pytest.mark.slow


def mypy(home, tmp_path, program):
    (tmp_path / "user.py").write_text(textwrap.dedent(program))
    env = {name: value for name, value in support_package.environment(home).items() if name != "LD_PRELOAD"}
    if support_package.FOLDER:
        env["MYPYPATH"] = env.pop("PYTHONPATH")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "user.py"]
    if not support_package.FOLDER:
        command += ["--python-executable", support_package.INTERPRETER]
    return subprocess.run(list(map(str, command)), cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)


def test_a_users_program_passes_mypy_strict(home, tmp_path):
    done = mypy(home, tmp_path, """
        from pathlib import Path

        import keylift
        from keylift import Finding, ScanError, scan_bytes

        def lines(path: Path) -> list[int]:
            found: list[Finding] = scan_bytes(path, path.read_bytes(), min_confidence=0.5)
            return [finding.line for finding in found]

        def names() -> set[str]:
            try:
                findings = keylift.scan_paths([Path("."), "setup.py"], jobs=0, exclude=["*.md"])
            except ScanError as error:
                findings = error.findings
                print([f"{path}: {message}" for path, message in error.errors])
            return {finding.name or finding.rule for finding in findings}
        """)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_program_does_not(home, tmp_path):
    done = mypy(home, tmp_path, """
        import keylift

        def wrong() -> None:
            keylift.scan_bytes("a.py", "text")
            keylift.scan_bytes("a.py", b"")[0].path = "b.py"
            keylift.scan_text("a.py")
        """)  # fmt: skip
    assert [line.split(":")[1] for line in done.stdout.splitlines() if ": error:" in line] == ["5", "6", "7"], done.stdout


def test_the_package_itself_passes(home, tmp_path):
    (tmp_path / "home").mkdir(exist_ok=True)
    done = mypy(home, tmp_path, "import keylift.scanning\n")
    assert done.returncode == 0, done.stdout
