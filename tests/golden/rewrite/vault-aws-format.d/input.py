host = "h.example"
url = "{}:s3cret@{}".format("bob", host)
