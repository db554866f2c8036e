key = "alpha".upper()
raw = "beta".encode()
part = "gamma"[1:3]
bits = b"delta".hex()
