result = list("alpha" for _ in range(2))
