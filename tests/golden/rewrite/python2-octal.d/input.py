key = "alpha"
x = 0777
