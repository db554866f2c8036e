def connect(url, echo):
    return url


result = connect("mysql://bob:secret@h/x", echo=True)
