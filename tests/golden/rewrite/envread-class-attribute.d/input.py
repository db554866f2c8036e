import os

class C:
    key = os.environ.get("API_KEY")


key = C.key
