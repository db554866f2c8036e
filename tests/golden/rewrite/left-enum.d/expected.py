import enum
import os
from enum import Enum


class A(Enum):
    KEY = "alpha"
    X, Y = "beta", 1


class B(str, enum.Enum):
    KEY = "gamma"

    def f(self):
        return os.environ["V_4"]


result = B.KEY.f()
