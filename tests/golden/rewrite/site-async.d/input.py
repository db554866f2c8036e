import asyncio


async def f():
    return "alpha"


result = asyncio.new_event_loop().run_until_complete(f())
