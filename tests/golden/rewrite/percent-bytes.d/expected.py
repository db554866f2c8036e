import base64
import os

url = b"%s:%s@%s" % (b"a", base64.b64decode(os.environ["API_KEY_1"]), b"b")
