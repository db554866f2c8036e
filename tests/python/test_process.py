"""A library does nothing to the process that it lives in."""

import os
import sys

import pytest

import support_package
from support import made_password, made_stripe_key

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux
def test_settings_of_the_process_stay_as_they_are(home, project):
    project.write("a.py", f'token = "{made_stripe_key()}"\n')
    project.git_init()
    shown = support_package.output(home, """
        import ctypes, locale, os, resource, signal, threading

        def state():
            status = open("/proc/self/status").read()
            kept = [line for line in status.splitlines() if line.startswith(("SigB", "SigI", "SigC", "Umask"))]
            return (kept, [resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith("RLIMIT_")],
                    locale.setlocale(locale.LC_ALL), os.getcwd(), sorted(os.listdir("/proc/self/fd")),
                    ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), dict(os.environ))

        thread = threading.Thread(target=print)  # the first one makes the C library catch a signal of its own
        thread.start()
        thread.join()
        before = state()
        import keylift
        findings = keylift.scan_paths(".", jobs=2) + keylift.scan_bytes("a.py", open("a.py", "rb").read())
        after = state()
        print(len(findings), before == after, [pair for pair in zip(before, after) if pair[0] != pair[1]])
        """, cwd=project.path)  # fmt: skip
    assert shown == "\n2 True []\n"


def test_a_signal_ends_a_scan_while_other_threads_run(home, project):
    """The thread that sends the signal can only run when the scan has released the lock, and the scan only ends when
    it looks for signals: it has minutes to go. (One path named often is one path.)"""
    first = project.write("part.py", "x = [\n" + '    "some text", 12345, name,\n' * 20000 + "]\n")
    for i in range(3000):
        os.link(first, project / f"part{i}.py")
    shown = support_package.output(home, """
        import os, signal, sys, threading
        import keylift

        class Stop(Exception):
            pass

        def stop(*_):
            raise Stop

        signal.signal(signal.SIGUSR1, stop)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        try:
            keylift.scan_paths(".")
        except Stop:
            print("stopped")
        print(len(keylift.scan_bytes("a.py", b'password = "' + sys.argv[1].encode() + b'"')))
        """, made_password(), cwd=project.path, timeout=120)  # fmt: skip
    assert shown == "stopped\n1\n"


@linux
@pytest.mark.thorough  # the sanitizers' own memory is beyond any such limit
@pytest.mark.parametrize("call", ["keylift.scan_bytes('a.py', data)", "keylift.scan_paths('a.py')",
                                  "keylift.scan_paths('many', jobs=4)"])  # fmt: skip
def test_out_of_memory_is_an_exception_and_the_process_goes_on(home, project, call):
    text = "x = [\n" + '    "a", 1, b,\n' * 250_000 + "]\n"  # not so large that it is scanned in pieces
    project.write("a.py", text)
    for i in range(40):  # more than one batch
        project.write(f"many/{i}.py", "x = 1\n")
    project.write("many/z.py", text)
    shown = support_package.output(home, f"""
        import resource, sys
        import keylift

        data = open("a.py", "rb").read()
        small = b'password = "' + sys.argv[1].encode() + b'"'
        keylift.scan_bytes("b.py", small)
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        unlimited = resource.getrlimit(resource.RLIMIT_AS)
        for room in (2, 6, 48):
            resource.setrlimit(resource.RLIMIT_AS, (used + (room << 20), unlimited[1]))
            try:
                {call}
            except MemoryError as error:
                print(error)
            finally:
                resource.setrlimit(resource.RLIMIT_AS, unlimited)
            print(len(keylift.scan_bytes("b.py", small)))
        {call}
        """, made_password(), cwd=project.path)  # fmt: skip
    assert "the scan could not go on: out of memory" in shown or "gave no thread" in shown, shown
    assert shown.count("1\n") >= 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.thorough  # a child of many threads may find the sanitizers' own locks taken
def test_a_child_made_by_fork_scans_while_the_parent_does(home):
    shown = support_package.output(home, """
        import multiprocessing, sys, threading
        import keylift

        DATA = b'password = "' + sys.argv[1].encode() + b'"'
        done = threading.Event()

        def scan(_=None):
            return len(keylift.scan_bytes("a.py", DATA))

        def keep_scanning():
            while not done.is_set():
                scan()

        threads = [threading.Thread(target=keep_scanning) for _ in range(4)]
        for thread in threads:
            thread.start()
        with multiprocessing.get_context("fork").Pool(4) as pool:
            print(pool.map(scan, range(8)))
        done.set()
        for thread in threads:
            thread.join()
        """, made_password())  # fmt: skip
    assert shown == f"{[1] * 8}\n"


@linux
@pytest.mark.thorough  # under the sanitizers freed memory is kept for a while
def test_ten_thousand_scans_need_no_more_memory_than_the_first(home, project):
    project.write("a.py", f'token = "{made_stripe_key()}"\nname = "caf\u00e9"\n')
    shown = support_package.output(home, """
        import resource
        import keylift

        data = open("a.py", "rb").read()

        def scans(count):
            for i in range(count):
                assert len(keylift.scan_bytes("a.py", data)) == 1
                if i % 10 == 0:
                    assert len(keylift.scan_paths("a.py")) == 1
                    try:
                        keylift.scan_paths("missing.py")
                    except keylift.ScanError:
                        pass
            return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

        before = scans(2000)
        print(scans(10_000) - before)
        """, cwd=project.path)  # fmt: skip
    assert int(shown) < 1 << 20  # a leak of a hundred bytes a call would show
