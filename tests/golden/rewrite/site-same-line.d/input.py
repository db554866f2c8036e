a = "alpha"; b = "beta"; c = "gamma"
