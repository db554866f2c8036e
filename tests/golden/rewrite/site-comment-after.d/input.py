key = "alpha"  # the key	
