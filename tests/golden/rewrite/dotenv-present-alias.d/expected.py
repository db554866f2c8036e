import os
from dotenv import load_dotenv as ld

ld(verbose=True)
key = os.environ["V_1"]
