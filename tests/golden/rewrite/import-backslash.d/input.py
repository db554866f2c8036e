from typing import Any, \
    List
key = "alpha"
