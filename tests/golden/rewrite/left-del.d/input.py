d = {"alpha": 1}
del d["alpha"]
