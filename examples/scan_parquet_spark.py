"""Scans Parquet files of source code (columns path and content) with PySpark, and writes the findings as Parquet.

    pip install keylift pyspark pandas pyarrow      (and Java, for Spark)
    python scan_parquet_spark.py SOURCES FINDINGS

Spark starts a Python process for each core and hands it batches of files; the scanner runs inside of it. No
secret is in what is written.
"""

import dataclasses
import sys
import typing

import pandas as pd
from pyspark.sql import SparkSession

import keylift

SPARK = {str: "string", int: "long", float: "double", bool: "boolean"}


def spark_type(hint):
    """Of a member of a finding: Optional[str] is a string that may be null."""
    return SPARK.get(hint) or SPARK[typing.get_args(hint)[0]]


MEMBERS = {name: spark_type(hint) for name, hint in typing.get_type_hints(keylift.Finding).items()}
SCHEMA = ", ".join(f"`{name}` {kind}" for name, kind in {**MEMBERS, "error": "string"}.items())


def rows_of(path, content):
    """A row for each finding, and one with `error` for what could not be scanned to its end."""
    data = content.encode() if isinstance(content, str) else bytes(content)
    try:
        findings, errors = keylift.scan_bytes(path, data), []
    except keylift.ScanError as error:
        findings, errors = error.findings, error.errors
    yield from map(dataclasses.asdict, findings)
    yield from ({"path": path, "error": message} for _, message in errors)


def find(batches):
    for batch in batches:
        rows = [row for path, content in zip(batch["path"], batch["content"]) for row in rows_of(path, content)]
        # Objects keep whole numbers whole beside the empty members of an error.
        yield pd.DataFrame(rows, columns=[*MEMBERS, "error"], dtype=object)


def main(sources, findings):
    spark = SparkSession.builder.appName("keylift").getOrCreate()
    files = spark.read.parquet(sources).select("path", "content")
    files.mapInPandas(find, SCHEMA).write.parquet(findings)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
