import os

host = "h.example"
url = f"https://{host}/" "?key=" + os.environ["API_KEY_4"] + "&x=1" f"&h={host}"
