key = "V_1"
