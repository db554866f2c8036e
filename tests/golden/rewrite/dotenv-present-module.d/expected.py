import os
import dotenv

dotenv.load_dotenv(dotenv.find_dotenv())
key = os.environ["V_1"]
