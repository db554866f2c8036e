def connect(url, echo):
    return url


result = connect("mysql://bob:s3cret@h/x", echo=True)
