import base64
import os
import sys

from dotenv import load_dotenv

load_dotenv(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env"))

key = base64.b64decode(os.environ["V_1"])
