conf = {"key": "alpha", "port": 1, "more": {"deep": "beta"}}
