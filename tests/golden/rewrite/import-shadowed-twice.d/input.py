os = 1
_os = 2
key = "alpha"
