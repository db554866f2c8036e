from os import environ

key = "alpha"
