"""The release binary as it is linked: what an attacker of the parser meets, and what a scan loads."""

import json
import re
import shutil
import subprocess
import sys

import pytest

import support

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads ELF")
slow = pytest.mark.slow


def output(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def elf(release):
    """What readelf says of the release binary, by question."""
    support.needs_program("readelf")
    return {option: output("readelf", f"-{option}W", release / "keylift") for option in ("h", "l", "d", "s")}


@slow
def test_it_is_position_independent(elf):
    assert re.search(r"Type:\s+DYN", elf["h"])
    assert re.search(r"\(FLAGS_1\).*\bPIE\b", elf["d"])


@slow
def test_relocations_are_read_only_from_the_start(elf):
    assert "GNU_RELRO" in elf["l"]
    assert "BIND_NOW" in elf["d"]


@slow
def test_the_stack_is_not_executable_and_no_segment_is_both_writable_and_executable(elf):
    segments = re.findall(r"^  (\w+) +0x\w+ 0x\w+ 0x\w+ 0x\w+ 0x\w+ ([RWE ]{3})", elf["l"], re.M)
    assert ("GNU_STACK", "RW ") in segments
    assert [flags for kind, flags in segments if kind == "LOAD" and "W" in flags and "E" in flags] == []


@slow
def test_the_stack_is_protected_and_buffers_are_checked(elf):
    assert re.search(r"UND __stack_chk_fail\b", elf["s"])
    checked = set(re.findall(r"UND __(\w+)_chk\b", elf["s"]))
    assert {"memcpy", "vsnprintf"} <= checked, checked


@slow
def test_every_file_is_compiled_hardened_and_optimised_as_one_program(release):
    commands = json.loads(output("ninja", "-C", release, "-t", "compdb", "-x"))
    compiled = [entry["command"] for entry in commands if entry["file"].endswith(".c") and entry["output"].endswith(".o")]
    assert len(compiled) > 80
    for command in compiled:
        for flag in ("-flto", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-fPI[EC]", "-O[23]"):
            assert re.search(flag, command), f"no {flag} in {command}"


@slow
def test_a_scan_loads_no_network_library(elf, release):
    # The dynamic section names what is loaded at the start; ldd, what that loads in its turn.
    direct = set(re.findall(r"\(NEEDED\).*\[(.*)\]", elf["d"]))
    loader = {name for name in direct if name.startswith("ld-linux")}  # for variables of a thread; it is there anyhow
    assert direct - loader <= {"libc.so.6", "libm.so.6", "libcjson.so.1", "libmd.so.0", "libpcre2-8.so.0"}
    loaded = set(re.findall(r"^\s+(lib[\w+-]+)", output("ldd", release / "keylift"), re.M))
    assert loaded and loaded <= {"libc", "libm", "libcjson", "libmd", "libpcre2-8", "libpthread"}
    # The program itself cannot make a connection. What it opens later is tests/vaults/test_network_module.py's.
    imported = set(re.findall(r"UND (\w+)", elf["s"]))
    assert "dlopen" in imported and imported & {"connect", "socket", "getaddrinfo"} == set()


def test_the_lock_file_has_a_checksum_for_each_package_and_no_address():
    text = (support.ROOT / "package-lock.json").read_text("utf-8")
    assert "://" not in text and '"resolved"' not in text
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert "node_modules/tree-sitter-python" in packages
    for name, entry in packages.items():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry["integrity"]), name


@slow
def test_distributors_can_name_their_own_grammars(tmp_path, release, path_without_npm):
    modules = support.BUILD / "grammars" / "node_modules"
    own = {
        "TREE_SITTER_CORE_DIR": modules / "tree-sitter" / "vendor" / "tree-sitter" / "lib",
        "TREE_SITTER_PYTHON_DIR": modules / "tree-sitter-python",
        "TREE_SITTER_TOML_DIR": modules / "@tree-sitter-grammars" / "tree-sitter-toml",
    }
    for name, origin in own.items():
        shutil.copytree(origin, tmp_path / name, ignore=shutil.ignore_patterns("prebuilds", "node_modules"))
    build = tmp_path / "build"
    env = {"PATH": path_without_npm, "HOME": str(tmp_path)}
    output("cmake", "-S", support.ROOT, "-B", build, "-G", "Ninja", "-DKEYLIFT_TESTS=OFF", "-DCMAKE_BUILD_TYPE=Debug",
           *(f"-D{name}={tmp_path / name}" for name in own), env=env)  # fmt: skip
    assert not (build / "grammars").exists()
    output("ninja", "-C", build, "tree_sitter", "tree_sitter_python", "tree_sitter_toml", env=env)
    commands = output("ninja", "-C", build, "-t", "commands", "keylift", env=env)
    assert str(modules) not in commands
    assert all(f"{tmp_path / name}/src/" in commands for name in own)
