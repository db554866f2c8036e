import base64
import os

dsn = b"redis://:" + base64.b64decode(os.environ["API_KEY_1"]) + b"@h:1/0"
