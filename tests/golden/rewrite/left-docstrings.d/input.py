"""Module."""


def f():
    "doc"


class C:
    "doc" "two"
    x = 1
    "attribute doc"
