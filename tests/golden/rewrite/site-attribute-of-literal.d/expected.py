import base64
import os

key = os.environ["V_1"].upper()
raw = os.environ["V_2"].encode()
part = os.environ["V_3"][1:3]
bits = base64.b64decode(os.environ["V_4"]).hex()
