os = "linux"
key = "alpha"
