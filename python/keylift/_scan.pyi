from typing import List, Optional, Tuple

VERSION: str

# The members of keylift.Finding, in their order.
Fields = Tuple[
    str, str, str, int, int, int, int, int, int, Optional[str], str, str, str, str, float, bool, Optional[str], Optional[str], str
]
Results = Tuple[List[Fields], List[Tuple[str, str]]]

def scan_bytes(
    path: bytes, data: bytes, min_confidence: float, honour_comments: bool, include_suppressed: bool, /
) -> Results: ...
def scan_paths(
    paths: Tuple[bytes, ...],
    excludes: Tuple[bytes, ...],
    jobs: int,
    gitignore: bool,
    min_confidence: float,
    honour_comments: bool,
    include_suppressed: bool,
    /,
) -> Results: ...
