from os import environ

host = "h"
url = f"https://{host}/?key=s3cret"
