import builtins
import os
print = lambda *a, **k: a
result = print(os.environ["V_1"], sep=os.environ["V_2"])
