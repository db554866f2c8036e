key = b"alpha"
raw = rb"be\ta"
