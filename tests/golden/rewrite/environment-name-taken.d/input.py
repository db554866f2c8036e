env_values = ["a"]

key = "alpha"
other = env_values[0]
