key = "al" + "pha"
