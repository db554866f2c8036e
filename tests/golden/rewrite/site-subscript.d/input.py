conf = {}
conf["key"] = "alpha"
