import os

key = os.environ["API\x5fKEY"]
