key = "alpha"
return key
