"""Every folder under rewrite/ is a case: input.py, flags (arguments of rewritetool, one a line),
expected.py (absent: the file stays as it is) and expected.txt (what became of each site).

What is expected is also run: every CPython of the machine from 3.8 on compiles each new file and runs it
beside the old one, with the values in the environment or in a dotenv file read by python-dotenv itself.

scripts/accept-golden writes the expectations anew; read the difference before you commit it.
"""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

import support

FOLDER = Path(__file__).resolve().parent / "rewrite"
CASES = sorted(path.name[:-2] for path in FOLDER.glob("*.d"))
TOOL = support.BINARY.parent / "tests" / "tools" / "rewritetool"
SDKS = FOLDER.parent / "sdks"
PLACES = {"AZURE_KEYVAULT_URL": "https://shop.vault.azure.net", "GOOGLE_CLOUD_PROJECT": "shop-123"}
ACCEPT = bool(os.environ.get("KEYLIFT_ACCEPT"))


def flags_of(case):
    return (FOLDER / f"{case}.d" / "flags").read_text().split()


def rewrite(path, flags, shown="app.py"):
    """The tool's report; sites come last in the flags."""
    options = [] if "--path" in flags else ["--path", shown]
    places = [i for i, flag in enumerate(flags) if "=" in flag]
    first = places[0] if places else len(flags)
    command = [TOOL, *options, *flags[:first], path, *flags[first:]]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    report["new"] = bytes.fromhex(report["new"])
    return report


def described(report):
    lines = []
    for site in report["sites"]:
        what = site["reason"] or ("reads the vault already" if site["done"] else "rewritten")
        lines.append(f"{site['line']} {site['name']}: {what}\n")
        assert site["rewritten"] == (site["reason"] is None)
    return "".join(lines)


@pytest.mark.parametrize("case", support.some_thorough(CASES, 3))
def test_gives_what_is_expected(case):
    folder = FOLDER / f"{case}.d"
    source = (folder / "input.py").read_bytes()
    report = rewrite(folder / "input.py", flags_of(case))
    expected = folder / "expected.py"
    if ACCEPT:
        (folder / "expected.txt").write_text(described(report))
        if report["new"] != source:
            expected.write_bytes(report["new"])
        elif expected.exists():
            expected.unlink()
    assert described(report) == (folder / "expected.txt").read_text()
    assert report["new"] == (expected.read_bytes() if expected.exists() else source)


def variables(report):
    """{name: what the vault would hold}: bytes as base64 in dotenv."""
    found = {}
    for site in report["sites"]:
        if site["rewritten"] and "value" in site:
            value = bytes.fromhex(site["value"])
            found[site["name"]] = base64.b64encode(value).decode() if site["bytes"] else value.decode()
    return found


def write_dotenv(path, found):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}='{value}'\n" for name, value in found.items()), encoding="utf-8")


def prepare_reads(case, folder, report):
    """Reads of the environment: with the variables set; with the vault in their place; and with neither."""
    found = {site["name"]: "1" if "FLAG" in site["name"] else str(1000 + sum(site["name"].encode()))
             for site in report["sites"] if site["read"]}  # fmt: skip
    # Where one read of a name stays, the environment keeps it.
    kept = {site["name"]: found[site["name"]] for site in report["sites"] if site["read"] and not site["rewritten"]}
    literals = variables(report)
    text = subprocess.run([TOOL, "--module-of-style", "module"], stdout=subprocess.PIPE, check=True, text=True).stdout
    nowhere = "    raise SecretNotFoundError(name)\n"
    assert text.count(nowhere) == 1
    for way, here, there in [("set", found, {}), ("vault", kept, found), ("unset", {}, {})]:
        home = folder / case / way
        home.mkdir(parents=True)
        (home / "before.py").write_bytes((FOLDER / f"{case}.d" / "input.py").read_bytes())
        (home / "app.py").write_bytes(report["new"])
        held = f"    if name in {there!r}:\n        return {there!r}[name]\n" if there else ""
        (home / "vault_secrets.py").write_text(text.replace(nowhere, held + nowhere))
        yield {"case": f"{case} ({way})", "before": str(home / "before.py"), "after": str(home / "app.py"),
               "environment_before": {**here, **there}, "environment": {**here, **literals}}  # fmt: skip


def prepare(case, folder):
    """The jobs for rewrite_runner.py; none when nothing is rewritten."""
    source = FOLDER / f"{case}.d" / "input.py"
    flags = flags_of(case)
    report = rewrite(source, flags)
    if not any(site["rewritten"] for site in report["sites"]) or any(flag.endswith(".ipynb") for flag in flags):
        return []  # notebooks are run by tests/cli/test_notebook.py
    if flags[flags.index("--vault") + 1] not in ("dotenv", "environ"):
        return []  # needs the vault: tests/vaults reads with the same expression
    if any(site["read"] for site in report["sites"]) and "vault_secrets" in flags and "module" in flags:
        return list(prepare_reads(case, folder, report))
    # The folder is deep enough for ../../.. to stay inside of it.
    home = folder / case / "a" / "b" / "c" / "d" / "e" / "f" / "g"
    home.mkdir(parents=True)
    (home / "before.py").write_bytes(source.read_bytes())
    (home / "app.py").write_bytes(report["new"])
    found, environment = variables(report), {}
    if "--dotenv" in flags:
        environment_name = "." + flags[flags.index("--environment") + 1] if "--environment" in flags else ""
        write_dotenv(home / (flags[flags.index("--dotenv") + 1] + environment_name), found)
    elif "--module" in flags:
        module = flags[flags.index("--module") + 1]
        if module.startswith("."):
            return []  # a part of a package cannot run alone; tests/cli/test_module_place.py runs packages
        target = home / (module.replace(".", "/") + ".py")
        target.parent.mkdir(exist_ok=True)
        if "--style" in flags:
            environment = found
            command = [TOOL, "--module-of-style", flags[flags.index("--style") + 1]]
        else:
            named = flags[flags.index("--environment") :][:2] if "--environment" in flags else []
            write_dotenv(home / ".".join([".env", *named[1:]]), found)
            command = [TOOL, *named, "--dotenv-module", os.path.relpath(home / ".env", target.parent)]
        target.write_bytes(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    else:
        environment = found
    return [{"case": case, "before": str(home / "before.py"), "after": str(home / "app.py"),
             "environment": environment}]  # fmt: skip


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rewrite")
    return [job for case in CASES for job in prepare(case, folder)]


@pytest.mark.parametrize("version", support.some_thorough(support.pythons(), 5), ids=lambda v: ".".join(map(str, v)))
def test_rewritten_programs_do_the_same(version, jobs, tmp_path):
    dotenv = support.package_folder("python-dotenv==1.0.1")
    decouple = support.package_folder("python-decouple==3.8")
    done = subprocess.run(
        [support.pythons()[version], "-B", Path(__file__).with_name("rewrite_runner.py")],
        input=json.dumps(jobs), env=support.clean_env(tmp_path, PYTHONPATH=f"{dotenv}:{decouple}:{SDKS}", **PLACES), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    different = {case: pair for case, pair in results.items() if not same(*pair)}
    assert not different
    # Otherwise the comparison would say little.
    ran = sum("globals" in before and bool(before["globals"]) for before, _ in results.values())
    assert ran > 0.9 * len(results)


def same(before, after):
    if "globals" not in before:
        return before.get("compiles") == after.get("compiles") and before.get("raised") == after.get("raised")
    names = set(before["globals"]) & set(after.get("globals", {}))
    return names == set(before["globals"]) and all(before["globals"][n] == after["globals"][n] for n in names)
