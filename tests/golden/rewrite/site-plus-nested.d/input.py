key = "al" + ("pha" + "beta")
