def key(env_values):
    return "alpha"


value = key(1)
