import os

key = "alpha"
