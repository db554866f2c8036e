from typing import List, Optional, Union


class Foo:
    pass


def f(a: "Foo", b: Optional["Foo"] = None) -> "Foo":
    x: "Foo" = a
    return x


Alias = Union["Foo", int]
Other = List["Foo"]
