import os

d = {os.environ["API_KEY_1"]: 1}
url = f"{d[os.environ['API_KEY_2']]}"
