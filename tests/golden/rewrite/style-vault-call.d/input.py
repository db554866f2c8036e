def connect(user, password=None):
    return user + password


result = connect("me", password="dummy")
