"""Scans Parquet files of source code (columns path and content) with Ray Data, and writes the findings as Parquet.

    pip install keylift "ray[data]"
    python scan_parquet_ray.py SOURCES FINDINGS

A task is a batch of files on one core; nothing but findings moves between machines, and no secret is in them.
"""

import dataclasses
import sys
import typing

import pyarrow as pa
import ray

import keylift

ARROW = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def arrow_type(hint):
    """Of a member of a finding: Optional[str] is a string that may be null."""
    return ARROW.get(hint) or ARROW[typing.get_args(hint)[0]]


MEMBERS = {name: arrow_type(hint) for name, hint in typing.get_type_hints(keylift.Finding).items()}
SCHEMA = pa.schema([*MEMBERS.items(), ("error", pa.string())])


def rows_of(path, content):
    """A row for each finding, and one with `error` for what could not be scanned to its end."""
    data = content.encode() if isinstance(content, str) else content
    try:
        findings, errors = keylift.scan_bytes(path, data), []
    except keylift.ScanError as error:
        findings, errors = error.findings, error.errors
    yield from map(dataclasses.asdict, findings)
    yield from ({"path": path, "error": message} for _, message in errors)


def find(batch):
    files = zip(batch["path"].to_pylist(), batch["content"].to_pylist())
    return pa.Table.from_pylist([row for path, content in files for row in rows_of(path, content)], schema=SCHEMA)


def main(sources, findings):
    files = ray.data.read_parquet(sources, columns=["path", "content"])
    files.map_batches(find, batch_format="pyarrow", batch_size=256).write_parquet(findings)


if __name__ == "__main__":
    main(*sys.argv[1:])
