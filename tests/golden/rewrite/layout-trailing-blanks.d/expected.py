import os
import sys   
   
key = os.environ["V_1"]   
	
