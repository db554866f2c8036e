def f():
	if True:
		return "alpha" 	


result = f()
