key = "x"
key += "alpha"
