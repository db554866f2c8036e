import os
import sys

from dotenv import load_dotenv

load_dotenv(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env"))


def f():
    return os.environ["V_1"]


result = f()
