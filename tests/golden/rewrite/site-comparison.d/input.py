key = "al" + "pha"
result = key == "alpha"
other = "beta" != key
inside = "lph" in key
