import contextlib

with contextlib.nullcontext("alpha") as result:
    pass
