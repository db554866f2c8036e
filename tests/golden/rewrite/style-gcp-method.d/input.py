result = "alpha".upper() + "x"
