import os

host = "h.example"
url = (
    "https://{}/"
    "?key={api_key_2}&h={}"
).format(host, host, api_key_2=os.environ["API_KEY_2"])
