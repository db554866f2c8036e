import os
result = ["alpha" for os in range(2)]
other = "beta"
