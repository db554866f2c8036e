import base64
import sys

from env_secrets import environ

key = base64.b64decode(environ["V_1"])
