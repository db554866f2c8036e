"""The scanner in this process: see docs/python.md. The names are those of the package itself: keylift.scan_bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Iterable, List, Optional, Tuple, Union

try:
    from keylift import _scan
except ImportError as error:
    raise ImportError(
        f"keylift's scanner cannot be loaded into this Python ({error}). It needs CPython 3.8 or later with its"
        " global lock, and a wheel, or Python's headers when keylift is built; the command keylift works without"
    ) from error

StrPath = Union[str, "os.PathLike[str]"]
MAX_JOBS = 256


@dataclass(frozen=True)
class Finding:
    """A secret in the code: where it stands and what it is, as in the JSON report. The value is not in it."""

    rule: str
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start_byte: int
    end_byte: int
    name: Optional[str]
    context: str
    redacted: str
    fingerprint: str
    severity: str
    confidence: float
    fixable: bool
    reason: Optional[str]
    suppressed: Optional[str]
    revoke: str


class ScanError(Exception):
    """Something could not be read, or was over a limit. What was found nevertheless is in `findings`."""

    def __init__(self, errors: List[Tuple[str, str]], findings: List[Finding]) -> None:
        self.errors = errors
        self.findings = findings
        super().__init__(errors, findings)

    def __str__(self) -> str:
        path, message = self.errors[0]
        told = f"{path}: {message}" if path and path not in message else message
        more = len(self.errors) - 1
        return f"{told} (and {more} more: see .errors)" if more else told


def scan_bytes(
    path: StrPath,
    data: Union[bytes, bytearray, memoryview],
    *,
    min_confidence: float = 0.0,
    honour_comments: bool = True,
    include_suppressed: bool = False,
) -> List[Finding]:
    """What `keylift scan` finds in a file of this content. Nothing is read: the path says what kind of file it is.

    ScanError: the content is over a limit.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"data must be bytes, not {type(data).__name__}: encode text as its file would be")
    content = data if type(data) is bytes else bytes(data)
    found = _scan.scan_bytes(_encoded(path), content, _checked(min_confidence), honour_comments, include_suppressed)
    return _result(*found)


def scan_paths(
    paths: Union[StrPath, Iterable[StrPath]],
    *,
    exclude: Iterable[str] = (),
    gitignore: bool = True,
    jobs: int = 1,
    min_confidence: float = 0.0,
    honour_comments: bool = True,
    include_suppressed: bool = False,
) -> List[Finding]:
    """What `keylift scan PATH...` finds in these files and folders. No configuration file is read.

    `jobs`: threads; 0 for as many as the machine has processors.
    ScanError: a file could not be read, or is over a limit; all others were scanned.
    """
    roots = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    if isinstance(exclude, str):
        raise TypeError("exclude is a list of patterns, not one string")
    if not 0 <= jobs <= MAX_JOBS:
        raise ValueError(f"jobs must be from 0 to {MAX_JOBS}, not {jobs}")
    if not roots:
        return []
    found = _scan.scan_paths(
        tuple(map(_encoded, roots)),
        tuple(map(os.fsencode, exclude)),
        jobs,
        gitignore,
        _checked(min_confidence),
        honour_comments,
        include_suppressed,
    )
    return _result(*found)


def _encoded(path: StrPath) -> bytes:
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"a path must be a string or a path object, not {type(path).__name__}")
    encoded = os.fsencode(path)
    if not encoded or b"\0" in encoded:
        raise ValueError("a path must not be empty, and holds no NUL")
    return encoded


def _checked(min_confidence: float) -> float:
    if not 0.0 <= min_confidence <= 1.0:
        raise ValueError(f"min_confidence must be from 0 to 1, not {min_confidence}")
    return float(min_confidence)


def _result(found: List[_scan.Fields], errors: List[Tuple[str, str]]) -> List[Finding]:
    findings = [Finding(*fields) for fields in found]
    if errors:
        raise ScanError(errors, findings)
    return findings
