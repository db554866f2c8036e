import os

dsn = "{:>5}:{api_key_1}@{!r:^9}".format("bob", "h", api_key_1=os.environ["API_KEY_1"])
