key = ("al" + ("pha" + "beta"))
