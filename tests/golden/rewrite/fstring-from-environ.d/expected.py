from os import environ

host = "h"
url = f"https://{host}/?key={environ['API_KEY_3']}"
