key = "alpha"
x = [(yield)]
