result = (os := 1) + len("alpha")
