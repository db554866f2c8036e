key: str = "alpha"
