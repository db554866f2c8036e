import os

key = os.environ["V_1"]
foo("beta" = = 2)
