host = "h.example"
url = "%s:s3%%cret" % host
