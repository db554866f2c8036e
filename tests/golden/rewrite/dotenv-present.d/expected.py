import os
from dotenv import load_dotenv

load_dotenv()

key = os.environ["V_1"]
