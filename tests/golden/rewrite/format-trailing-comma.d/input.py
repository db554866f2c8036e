host = "h.example"
dsn = "{}:s3cret@{}".format(
    "bob",
    host,  # where
)
