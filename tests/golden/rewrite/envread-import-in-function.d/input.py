def f():
    import os

    return os.environ["API_KEY"]


call = 1
