host = "h.example"
dsn = "%s:s3cret@%s" % (
    "bob",  # who
    host,
)
