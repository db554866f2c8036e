def f():
    """
    >>> f("alpha")
    """
