result = {
    "user": "me",
    "password": "dummy",
}
