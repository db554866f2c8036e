keys = ["alpha", "beta"]
