import os

host = "h.example"
url = f"https://{host}/?key=" + os.environ["API_KEY_4"]
