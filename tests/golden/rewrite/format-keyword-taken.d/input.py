dsn = "{api_key}:s3cret@{b}".format(api_key=1, b=2)
