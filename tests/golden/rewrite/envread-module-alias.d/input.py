import os as system

key = system.environ["API_KEY"]
