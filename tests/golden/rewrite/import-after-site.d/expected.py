import os

key = os.environ["V_1"]
import os

sep = os.sep
