host = "h.example"
def f():
    return "%s:s3cret" % host


result = f()
