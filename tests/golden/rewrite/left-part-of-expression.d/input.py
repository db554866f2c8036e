x = "q"
key = x + "al"
k2 = x + "al" + "pha"
