if (key := "alpha"):
    seen = key
