import os

d = dict(url="mysql://bob:" + os.environ["API_KEY_1"] + "@h/x")
