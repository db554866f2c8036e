"""What a person installs must be the program itself, and work from an empty environment."""

import subprocess
import sys

import pytest

import support


@pytest.mark.slow
def test_pip_installs_the_binary_and_the_module(tmp_path, home, project):
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", wheels, support.ROOT],
        check=True,
        timeout=600,
    )
    [wheel] = wheels.glob("keylift-*.whl")
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=120)
    pip = [venv / "bin" / "python", "-m", "pip", "install", "-q", "--no-index", wheel]
    subprocess.run(pip, check=True, timeout=120)

    command = venv / "bin" / "keylift"
    assert command.read_bytes()[:4] in (b"\x7fELF", b"\xcf\xfa\xed\xfe"), "a script stands before the program"
    project.write("a.py", f'TOKEN = "{support.made_stripe_key()}"\n')
    for start in ([command], [venv / "bin" / "python", "-m", "keylift"]):
        done = subprocess.run([*start, "scan", "."], cwd=project.path, env=support.clean_env(home), timeout=60,
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
        assert done.returncode == 1, done.stdout
        assert "a.py:1" in done.stdout


def test_the_lock_file_names_checksums_and_no_registry():
    text = (support.ROOT / "package-lock.json").read_text("utf-8")
    assert "sha512-" in text
    assert "://" not in text and '"resolved"' not in text


def test_the_hook_definition_runs_an_existing_option(keylift, project):
    project.git_init()
    hooks = (support.ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    [entry] = [line.split(": ", 1)[1] for line in hooks.splitlines() if line.strip().startswith("entry: ")]
    assert entry.split()[0] == "keylift"
    project.write("a.py", f'TOKEN = "{support.made_stripe_key()}"\n')
    assert keylift(*entry.split()[1:], cwd=project).returncode == 0  # nothing is staged
    project.git("add", "a.py")
    assert keylift(*entry.split()[1:], cwd=project).returncode == 1
