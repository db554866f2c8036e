from collections import OrderedDict

key = "alpha"
