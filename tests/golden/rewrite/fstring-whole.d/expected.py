import os

key = os.environ["API_KEY_1"]
same = os.environ["API_KEY_2"].upper()
