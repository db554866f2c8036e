import os

host = "h.example"
url = (
    f"https://{host}/"  # the host
    "?key=" + os.environ["API_KEY_5"] +  # the key
    f"&h={host}"
)
