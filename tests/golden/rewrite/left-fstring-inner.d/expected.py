import os

x = {'a': 1}
a = f'{x[os.environ["V_1"]]}'
b = f"{x!r:>{10}}"
