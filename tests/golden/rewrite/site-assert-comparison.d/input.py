key = "al" + "pha"
assert key == "alpha"
