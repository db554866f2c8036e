"""A program on a terminal of its own: what it shows there, and what is typed."""

import os
import pty
import select
import subprocess
import tempfile
import time

import support

BOUND_SECONDS = 120  # against hangs, not for speed


def run(command, cwd, env, answers=lambda shown: None, **streams):
    """(status, standard output where `streams` takes it from the terminal, what the terminal got).

    answers(all that was shown so far) -> what is typed now, or None. The program leads a session of its
    own, of which this is the terminal: Ctrl-C ("\\x03") reaches it. Its standard error is always the terminal.
    """
    ours, theirs = pty.openpty()
    leads = support.prepared("os.setsid(); fcntl.ioctl(2, termios.TIOCSCTTY, 0)")
    with tempfile.TemporaryFile() as out:
        streams = {name: out if stream == subprocess.PIPE else stream for name, stream in streams.items()}
        program = subprocess.Popen([*leads, *support.INTERRUPTIBLE, *command], cwd=cwd, env=env,
                                   **{"stdin": theirs, "stdout": theirs, "stderr": theirs, **streams})  # fmt: skip
        os.close(theirs)
        shown, until = b"", time.monotonic() + BOUND_SECONDS
        while time.monotonic() < until:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                shown += os.read(ours, 4096)
            except OSError:  # the last one has closed the other end
                break
            if (answer := answers(shown)) is not None:
                os.write(ours, answer.encode())
        os.close(ours)
        status = program.wait(timeout=60)
        out.seek(0)
        return status, out.read().decode(), shown.decode()
