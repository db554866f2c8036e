import os

found = [k for _ in range(2) if (k := os.environ["V_1"])]
