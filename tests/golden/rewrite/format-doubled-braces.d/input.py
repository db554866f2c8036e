host = "h.example"
body = '{{"key": "s3cret", "host": "{}"}}'.format(host)
