import base64
import os

key = base64.b64decode(os.environ["V_1"])
raw = base64.b64decode(os.environ["V_2"])
