import os as o
from dotenv import load_dotenv

load_dotenv(o.path.join(o.path.dirname(o.path.realpath(__file__)), ".env"))

key = o.environ["V_1"]
