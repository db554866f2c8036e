import os

key = os.environ["V_1"]  # the key	
