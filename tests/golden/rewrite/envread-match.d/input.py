import os

def f(x):
    match x:
        case 1:
            return os.environ.get("API_KEY")


key = f(1)
