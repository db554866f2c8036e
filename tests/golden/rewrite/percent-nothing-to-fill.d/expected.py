import os

url = "key=" % () + os.environ["API_KEY_1"]
