key = "alpha"  # type: str
