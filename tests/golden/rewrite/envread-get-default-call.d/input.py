import os

def fallback():
    return "f"


key = os.environ.get("API_KEY", fallback())
