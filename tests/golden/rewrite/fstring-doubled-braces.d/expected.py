import os

host = "h.example"
body = f"{{\"key\": \"{os.environ['API_KEY_2']}\", \"host\": \"{host}\"}}"
