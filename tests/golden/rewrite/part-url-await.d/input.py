async def g(u):
    return u


async def f():
    return await g("redis://:secret@h")


result = 1
