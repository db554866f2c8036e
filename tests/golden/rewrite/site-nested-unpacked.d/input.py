(a, (b, c)) = ("alpha", ("beta", 1))
d, *rest = "gamma", "delta", 2
*more, e = ["epsilon", 3, "zeta"]
