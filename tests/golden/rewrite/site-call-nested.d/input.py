result = str(bytes(str("alpha"), "ascii"))
