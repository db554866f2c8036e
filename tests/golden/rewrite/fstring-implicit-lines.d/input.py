host = "h.example"
url = (
    f"https://{host}/"  # the host
    "?key=s3cret"  # the key
    f"&h={host}"
)
