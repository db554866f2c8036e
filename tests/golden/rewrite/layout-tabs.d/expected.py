import os


def f():
	if True:
		return os.environ["V_1"] 	


result = f()
