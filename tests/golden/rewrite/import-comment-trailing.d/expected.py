import os
import sys  # noqa
key = os.environ["V_1"]
