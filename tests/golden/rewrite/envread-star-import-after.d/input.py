import os
from string import *

key = os.environ.get("API_KEY")
