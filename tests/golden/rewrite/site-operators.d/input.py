key = "al" * 2
percent = "%s!" % "alpha"
neg = not "beta"
