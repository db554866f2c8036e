exec("x = 's3cret'")
