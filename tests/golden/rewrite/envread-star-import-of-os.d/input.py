from os import *

key = getenv("API_KEY")
