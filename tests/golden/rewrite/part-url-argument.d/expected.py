import os


def connect(url, echo):
    return url


result = connect("mysql://bob:" + os.environ["API_KEY_1"] + "@h/x", echo=True)
