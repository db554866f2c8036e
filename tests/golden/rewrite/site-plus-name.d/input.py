tail = "x"
key = "al" + "pha" + tail
