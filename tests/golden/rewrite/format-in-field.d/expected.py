import os

d = {os.environ["API_KEY_1"]: 1}
x = "{0[s3cret]}".format(d)
