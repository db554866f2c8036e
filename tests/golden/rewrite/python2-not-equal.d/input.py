key = "alpha"
x = 1 <> 2
