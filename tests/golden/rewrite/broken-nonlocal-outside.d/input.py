key = "alpha"
nonlocal key
