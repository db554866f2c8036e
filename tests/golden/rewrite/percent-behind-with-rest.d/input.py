host = "h.example"
url = "https://%s/?key=s3cret&x=1" % host
