users = {"alpha": "bob"}
