host = "h.example"
url = "a" + "{}:s3cret".format(host) + "b"
