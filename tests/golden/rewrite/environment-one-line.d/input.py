import sys; key = "alpha"; print(key)
