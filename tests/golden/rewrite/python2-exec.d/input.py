key = "alpha"
exec "x = 1"
