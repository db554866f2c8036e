keys = ("alpha", 1)
one = ("beta",)
