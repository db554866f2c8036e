import os

key = None


def f():
    global key
    key = os.environ["V_1"]


f()
