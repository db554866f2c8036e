import os

n = "KEY"
key = os.environ.get(f"API_{n}")
