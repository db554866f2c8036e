"""The Python package whose module was built beside the binary under test, or is installed where that is."""

import functools
import subprocess
import sys
import textwrap

import support

_BESIDE = support.BINARY.parent / "python"
FOLDER = _BESIDE if _BESIDE.is_dir() else None  # to be put into PYTHONPATH
INTERPRETER = sys.executable if FOLDER else str(_BESIDE)  # an installation's own


@functools.lru_cache(maxsize=None)
def _preloaded():
    """The sanitizers' library, which must come before the others, where the module was built with them."""
    [module] = (FOLDER / "keylift").glob("_scan.*.so") if FOLDER else [None]
    if module is None or b"__asan_init" not in module.read_bytes():
        return {}
    library = subprocess.run(["cc", "-print-file-name=libasan.so"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {"LD_PRELOAD": library.strip(), "ASAN_OPTIONS": "detect_leaks=0"}


def environment(home, **more):
    return support.clean_env(home, **({"PYTHONPATH": str(FOLDER)} if FOLDER else {}), **_preloaded(), **more)


def run(home, program, *args, python=INTERPRETER, cwd=None, timeout=300):
    """Runs the text of a program that imports keylift. The bound is against hangs, not for speed."""
    command = [python, "-c", textwrap.dedent(program), *map(str, args)]
    return subprocess.run(command, env=environment(home), cwd=cwd, capture_output=True, text=True, timeout=timeout)


def output(home, program, *args, **options):
    done = run(home, program, *args, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
