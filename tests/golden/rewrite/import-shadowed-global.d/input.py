import os


def f():
    global os
    os = "linux"


key = "alpha"
