key = b"alpha"
