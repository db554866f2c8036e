host = "h.example"
url = "a" + "%s:s3cret" % host + "b"
