import os

from contextlib import nullcontext

with nullcontext("a") as os.environ["API_KEY"]:
    pass
key = os.environ["API_KEY"]
