import os


async def g(u):
    return u


async def f():
    return await g("redis://:" + os.environ["API_KEY_1"] + "@h")


result = 1
