import sys


def f(x):
    for i in x:  # note

        # deeper
        if i: continue
        else:
            break
    try:
        yield (lambda: (yield))
    except ValueError:
        return
    y = x[
        1:
        2]


key = "alpha"
