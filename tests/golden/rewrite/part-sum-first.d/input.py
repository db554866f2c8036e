host = "h.example"
url = "s3cret@" + host
