import base64
import os

url = b"bob:" + base64.b64decode(os.environ["API_KEY_1"]) + b"@%s" % b"b"
