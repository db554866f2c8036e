d = {"alpha": 1}
result = d["alpha"]
