host = "h.example"
result = "%s:s3cret" % host == "h.example:s3cret"
