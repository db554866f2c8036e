import os

host = "h.example"
dsn = "%s:%s@%s" % (
    "bob",  # who
    os.environ["API_KEY_2"], host,
)
