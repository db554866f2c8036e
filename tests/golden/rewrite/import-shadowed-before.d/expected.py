os = "linux"
import os
key = os.environ["V_1"]
