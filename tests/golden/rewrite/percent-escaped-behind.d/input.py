host = "h.example"
url = "%s:s3cret:100%%" % host
