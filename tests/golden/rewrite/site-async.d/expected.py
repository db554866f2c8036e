import asyncio
import os


async def f():
    return os.environ["V_1"]


result = asyncio.new_event_loop().run_until_complete(f())
