x = 1  # password: alpha
