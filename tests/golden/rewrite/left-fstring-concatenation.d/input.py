x = 1
a = "al" f"{x}"
b = "al" f"{x}"
