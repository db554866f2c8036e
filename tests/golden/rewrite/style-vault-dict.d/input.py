result = {
    "user": "me",
    "password": "alpha",
}
