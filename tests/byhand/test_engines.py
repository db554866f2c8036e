"""The examples for data lakes on the real engines, in local mode: findings equal to the command line's. Run by hand,
since Ray and PySpark are 1.5 GB, and Spark needs Java:

    build/venv/bin/python -m pytest tests/byhand/test_engines.py
"""

import json
import shutil
import subprocess
import sys

import hvac
import jwt
import keyring
import kombu
import pytest
import scrapy

import support
import support_package
from support import made_stripe_key

PACKAGES = ("ray[data]==2.60.0", "pyspark==4.3.0", "pandas==3.1.1", "pyarrow==26.0.1")
EXAMPLES = support.ROOT / "examples"

# Run by an engine's own Python: the files below a folder as Parquet, in several files; and rows back.
WRITE = """
import os, pathlib, pyarrow as pa, pyarrow.parquet, sys
top, sources, kind = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
paths = sorted(p for p in top.rglob("*") if p.is_file())
read = (lambda p: p.read_bytes()) if kind == "binary" else (lambda p: p.read_bytes().decode())
sources.mkdir()
for part in range(4):
    some = paths[part::4]
    table = pa.table({"id": pa.array(range(len(some))), "path": [str(p.relative_to(top)) for p in some],
                      "content": pa.array([read(p) for p in some], pa.binary() if kind == "binary" else pa.string())})
    pa.parquet.write_table(table, sources / f"{part}.parquet", row_group_size=50)
"""
READ = "import json, pyarrow.parquet as p, sys; print(json.dumps(p.read_table(sys.argv[1]).to_pylist()))"


@pytest.fixture(scope="module")
def engines():
    """An environment of its own, made once."""
    folder = support.BUILD / "engines"
    with support.alone("engines"):
        done = folder / "complete"
        if not done.exists() or done.read_text() != repr(PACKAGES):
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=300)
            subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", *PACKAGES], check=True, timeout=3600)
            done.write_text(repr(PACKAGES))
    return folder / "bin" / "python"


@pytest.fixture
def sources(tmp_path):
    top = tmp_path / "code"
    for package in (hvac, jwt, keyring, kombu, scrapy):
        shutil.copytree(package.__path__[0], top / package.__name__, ignore=shutil.ignore_patterns("*.pyc", "*.so"))
    (top / "pay.py").write_text(f'token = "{made_stripe_key()}"\n')
    (top / "app").mkdir()
    (top / "app" / ".env").write_text(f"STRIPE_KEY={made_stripe_key()}\n")
    return top


def place(finding):
    return finding["path"], finding["start_byte"], finding["rule"]


@pytest.mark.parametrize("engine, kind", [("ray", "binary"), ("spark", "string")])
def test_an_engine_finds_what_the_command_line_finds(keylift, home, tmp_path, engines, sources, engine, kind):
    if engine == "spark":
        support.needs_program("java")
    parquet, found = tmp_path / "parquet", tmp_path / "found"
    env = support_package.environment(home, RAY_USAGE_STATS_ENABLED="0", SPARK_LOCAL_IP="127.0.0.1",
                                      PYSPARK_PYTHON=str(engines), PYSPARK_DRIVER_PYTHON=str(engines))  # fmt: skip

    def run(*command):
        done = subprocess.run([engines, *map(str, command)], env=env, cwd=tmp_path, capture_output=True, text=True,
                              timeout=1800)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-c", WRITE, sources, parquet, kind)
    run(EXAMPLES / f"scan_parquet_{engine}.py", parquet, found)
    rows = json.loads(run("-c", READ, found))
    assert all(row.pop("error") is None for row in rows)
    report = keylift("scan", "--no-gitignore", "--format", "json", ".", cwd=sources)
    expected = json.loads(report.stdout)["findings"]
    assert len(expected) > 15 and sorted(rows, key=place) == sorted(expected, key=place)
