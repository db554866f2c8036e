import os

parts = ("mysql://bob:" + os.environ["API_KEY_1"] + "@h/x").split("@")
