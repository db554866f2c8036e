from collections import namedtuple
from typing import NewType, TypeVar, cast

T = TypeVar("T")
N = NewType("N", str)
P = namedtuple("P", ["x", "y"])
C = cast("str", 1)
