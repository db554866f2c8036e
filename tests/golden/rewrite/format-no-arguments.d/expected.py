import os

x = "{{}}{api_key_1}{{}}".format(api_key_1=os.environ["API_KEY_1"])
