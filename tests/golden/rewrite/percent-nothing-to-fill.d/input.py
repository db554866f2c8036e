url = "key=s3cret" % ()
