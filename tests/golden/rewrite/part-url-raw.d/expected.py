import os

dsn = r"redis://:" + os.environ["API_KEY_1"] + r"@h\d"
