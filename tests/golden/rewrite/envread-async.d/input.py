import os

async def f():
    return os.environ.get("API_KEY")


call = 1
