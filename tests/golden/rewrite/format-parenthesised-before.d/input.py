host = "h.example"
url = ("s3cret@" "{}").format(host)
