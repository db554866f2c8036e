import os

import subprocess


def run():
    subprocess.run(["true"], env=os.environ)
    subprocess.run(["true"], env={**os.environ, "API_KEY": os.environ["API_KEY"]})


call = 1
