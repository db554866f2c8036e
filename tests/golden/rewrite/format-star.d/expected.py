import os

t = ("a", "b")
dsn = "{}:{api_key_3}@{}".format(*t, api_key_3=os.environ["API_KEY_3"])
