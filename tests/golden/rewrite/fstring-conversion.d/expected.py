import os

n = "x"
text = f"{n!r}{os.environ['API_KEY_2']}{n!s}{n!a}"
