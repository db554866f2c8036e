head = "x"
key = head + "al" + "pha"
