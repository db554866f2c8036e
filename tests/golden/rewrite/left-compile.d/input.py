code = compile("x = 's3cret'", "f", "exec")
