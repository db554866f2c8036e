import sys, os, json

key = os.environ["V_1"]
