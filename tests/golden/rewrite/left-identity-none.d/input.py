KEY = "alpha"
result = KEY is None, KEY is not True
