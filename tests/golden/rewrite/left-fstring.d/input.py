x = 1
a = f"alpha{x}"
b = f"{'alpha'}"
