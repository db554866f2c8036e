import base64 as b, os
from dotenv import load_dotenv

load_dotenv(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env"))

key = b.b64decode(os.environ["V_1"])
