key = "alpha"
async = 1
