import enum
from enum import Enum


class A(Enum):
    KEY = "alpha"
    X, Y = "beta", 1


class B(str, enum.Enum):
    KEY = "gamma"

    def f(self):
        return "delta"


result = B.KEY.f()
