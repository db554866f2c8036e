import os

host = "h.example"
url = f"日本{host}/☃{os.environ['API_KEY_3']}☃"
