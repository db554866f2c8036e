found = [k for _ in range(2) if (k := "alpha")]
