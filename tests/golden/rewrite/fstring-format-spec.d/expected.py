import os

n = 4.5
text = f"{n:>10.2f}{os.environ['API_KEY_1']}{n!r:^{8}}"
