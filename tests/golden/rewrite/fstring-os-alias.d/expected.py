import os as o

host = "h"
url = f"https://{host}/?key={o.environ['API_KEY_3']}"
