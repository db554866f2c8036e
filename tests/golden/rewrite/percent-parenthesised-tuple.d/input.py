host = "h.example"
url = ("%s:s3cret" "@%s") % ("a", host)
