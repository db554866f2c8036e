try:
    raise ValueError("alpha")
except ValueError as e:
    result = str(e)
