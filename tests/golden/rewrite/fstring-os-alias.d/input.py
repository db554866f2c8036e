import os as o

host = "h"
url = f"https://{host}/?key=s3cret"
