import os

host = "h.example"
try:
    raise ValueError(f"{host}/{os.environ['API_KEY_2']}")
except ValueError as e:
    result = str(e)
