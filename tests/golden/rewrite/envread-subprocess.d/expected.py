import os

import subprocess

from vault_secrets import get_secret


def run():
    subprocess.run(["true"], env=os.environ)
    subprocess.run(["true"], env={**os.environ, "API_KEY": get_secret("API_KEY")})


call = 1
