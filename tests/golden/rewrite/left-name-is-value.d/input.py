key = "V_1"
other = "b"
