import os

dsn = "host=db user=bob password=" + os.environ["API_KEY_1"] + " sslmode=require"
