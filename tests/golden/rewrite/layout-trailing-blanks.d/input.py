import sys   
   
key = "alpha"   
	
