key = "alpha"
while key:
    def f():
        break
