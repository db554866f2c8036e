import os

dsn = "Server=db;User Id=bob;Password=" + os.environ["API_KEY_1"]
