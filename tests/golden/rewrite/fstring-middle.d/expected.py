import os

host = "h.example"
url = f"https://bob:{os.environ['API_KEY_2']}@{host}/db"
