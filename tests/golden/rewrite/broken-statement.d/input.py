key = "alpha"
foo("beta" = = 2)
