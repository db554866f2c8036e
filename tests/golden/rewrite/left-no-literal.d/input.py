x = 1
y = x
z = x + 1
