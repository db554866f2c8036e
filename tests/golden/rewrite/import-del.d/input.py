import os
sep = os.sep
key = "alpha"
del os
