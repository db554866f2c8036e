import sys
from dotenv import load_dotenv

if not sys.argv:
    load_dotenv()
key = "alpha"
