import os

if (key := os.environ["V_1"]):
    seen = key
