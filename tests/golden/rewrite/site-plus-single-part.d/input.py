tail = "x"
key = "alpha" + tail
