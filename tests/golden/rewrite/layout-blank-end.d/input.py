key = "alpha"



