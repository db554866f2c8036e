async def g(u):
    return u


async def f():
    return await g("redis://:s3cret@h")


result = 1
