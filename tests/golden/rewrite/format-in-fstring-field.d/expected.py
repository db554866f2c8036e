import os

n = 1
x = f"{'{}'.format(n) + os.environ['API_KEY_1']}"
