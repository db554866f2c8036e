import sys
if sys.version_info >= (3, 8):
    from typing import Literal

Mode = Literal["alpha"]
mode: Literal["alpha"] = "alpha"


def f(m: Literal["alpha"] = "alpha"):
    return m
