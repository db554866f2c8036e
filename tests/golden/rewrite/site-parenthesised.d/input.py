key = (("alpha"))
