import os

host = "h.example"
url = f"{os.environ['API_KEY_2']}:{host}:{os.environ['API_KEY_3']}"
