a = ["alpha" for _ in range(2)]
b = {i: "beta" for i in range(2)}
c = [x for x in "gamma" if x != "m"]
