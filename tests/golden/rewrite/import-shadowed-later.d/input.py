import os

key = "alpha"
os = "linux"
