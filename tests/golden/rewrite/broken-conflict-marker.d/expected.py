import os

key = os.environ["V_1"]
<<<<<<< HEAD
x = os.environ["V_2"]
=======
x = 2
>>>>>>> branch
