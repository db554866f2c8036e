"""`python -m keylift`: becomes the keylift binary that was installed with this package."""

import os
import sys
import sysconfig


def find_binary():
    """Where this installation's scripts are: a virtual environment, the system, --user or --target."""
    schemes = [sysconfig.get_default_scheme() if hasattr(sysconfig, "get_default_scheme") else None]
    schemes.append(os.name + "_user")
    folders = [sysconfig.get_path("scripts", *([scheme] if scheme else [])) for scheme in schemes]
    # pip install --target FOLDER puts commands into FOLDER/bin.
    folders.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin"))
    tried = []
    for folder in folders:
        path = os.path.join(folder, "keylift")
        if os.access(path, os.X_OK):
            return path
        tried.append(path)
    raise SystemExit("keylift: the program is missing; looked for " + " and ".join(tried))


def main():
    path = find_binary()
    os.execv(path, [path] + sys.argv[1:])


if __name__ == "__main__":
    main()
