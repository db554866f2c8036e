import os

dsn = """redis://:""" + os.environ["API_KEY_1"] + """@h"""
