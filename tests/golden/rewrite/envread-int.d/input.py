import os

pin = int(os.environ.get("PIN_TOKEN", "5"))
