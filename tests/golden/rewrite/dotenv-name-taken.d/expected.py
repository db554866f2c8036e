import os
import sys

from dotenv import load_dotenv as _load_dotenv

_load_dotenv(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env"))


def load_dotenv():
    return os.environ["V_1"]


result = load_dotenv()
