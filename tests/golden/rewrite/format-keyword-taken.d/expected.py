import os

dsn = "{api_key}:{api_key_1}@{b}".format(api_key=1, b=2, api_key_1=os.environ["API_KEY_1"])
