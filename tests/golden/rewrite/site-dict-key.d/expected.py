import os

users = {os.environ["V_1"]: "bob"}
