import os

dsn = ("redis://:"
       + os.environ["API_KEY_1"] +
       "@h:1/0")
