__all__ = ["key"]
__version__ = "1.0"
key = 1


class C:
    __slots__ = ("a", "b")


__all__ += ["C"]
