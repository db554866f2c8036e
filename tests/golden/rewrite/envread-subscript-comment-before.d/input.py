import os

key = (os  # the module
    .environ["API_KEY"])
