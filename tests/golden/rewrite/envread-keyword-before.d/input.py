import os

def f():
    return os.environ.get("API_KEY")


key = f()
other = 1if os.environ.get("API_KEY")else 2
