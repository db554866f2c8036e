import os
import sys
from dotenv import load_dotenv

load_dotenv(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env"))

if not sys.argv:
    load_dotenv()
key = os.environ["V_1"]
