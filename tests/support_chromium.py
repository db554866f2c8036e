"""A real Chromium, driven over its own protocol (Chrome DevTools Protocol) through two pipes: nothing is
installed but the browser, and no port is open.

    with Chromium(folder) as browser:
        page = browser.open(file)
        page.evaluate("document.title")
        page.press("Tab"); page.click("#clear"); page.type("#text", "shop")
        page.problems          # what the console and the browser complained of
        page.requests          # every address that the page asked for
"""

import base64
import json
import os
import shutil
import subprocess
import time

import support

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
WAIT_SECONDS = 240  # a bound against hangs
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40, "Escape": 27}


def find():
    found = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    assert found, "no Chromium: apt-get install chromium-headless-shell (./test does it)"
    return found


class Chromium:
    def __init__(self, folder):
        self.folder, self.next_id, self.pending = folder, 0, b""
        self.pages = {}

    def __enter__(self):
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()
        command = [find(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
                   f"--user-data-dir={self.folder}", "--remote-debugging-pipe", "about:blank"]  # fmt: skip
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "TZ": "UTC"}
        # It reads descriptor 3 and writes descriptor 4, where these may lie themselves.
        ends = support.prepared(f"ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in ({to_browser}, {from_browser})]"
                                "; os.dup2(ends[0], 3); os.dup2(ends[1], 4)")  # fmt: skip
        self.process = subprocess.Popen(
            [*ends, *command], env=env, pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser), os.close(from_browser)
        os.set_blocking(self.read, False)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.write), os.close(self.read)

    def message(self, until):
        while b"\0" not in self.pending:
            assert time.monotonic() < until and self.process.poll() is None, "Chromium does not answer"
            try:
                self.pending += os.read(self.read, 1 << 20)
            except BlockingIOError:
                time.sleep(0.005)
        line, self.pending = self.pending.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, session=None, **params):
        self.next_id += 1
        asked = {"id": self.next_id, "method": method, "params": params, **({"sessionId": session} if session else {})}
        text = json.dumps(asked).encode() + b"\0"
        while text:
            text = text[os.write(self.write, text) :]
        until = time.monotonic() + WAIT_SECONDS
        while True:
            got = self.message(until)
            if got.get("id") == asked["id"]:
                assert "error" not in got, (method, got["error"])
                return got["result"]
            if got.get("sessionId") in self.pages:
                self.pages[got["sessionId"]].heard(got)

    def open(self, path, width=1280, height=900, dark=False):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        page.media(dark)
        page.go(f"file://{path}")
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session, self.problems, self.requests, self.loaded = browser, session, [], [], False

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def heard(self, event):
        method, params = event["method"], event["params"]
        if method == "Runtime.exceptionThrown":
            self.problems.append(params["exceptionDetails"].get("exception", {}).get("description", params))
        elif method == "Runtime.consoleAPICalled":
            self.problems.append([arg.get("value") for arg in params["args"]])
        elif method == "Log.entryAdded":
            self.problems.append(params["entry"]["text"])
        elif method == "Audits.issueAdded":
            self.problems.append(params["issue"]["code"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded = True

    def go(self, address):
        self.loaded = False
        self.call("Page.navigate", url=address)
        until = time.monotonic() + WAIT_SECONDS
        while not self.loaded:
            assert time.monotonic() < until, "the page does not load"
            self.evaluate("0")

    def media(self, dark):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def evaluate(self, expression):
        got = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in got, got["exceptionDetails"]
        return got["result"].get("value")

    def texts(self, selector):
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.innerText)")

    def press(self, key):
        more = {"key": key, "windowsVirtualKeyCode": KEYS[key], **({"text": "\r"} if key == "Enter" else {})}
        if key == " ":
            more["text"] = " "
        self.call("Input.dispatchKeyEvent", type="keyDown", **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=KEYS[key])

    def click(self, selector):
        x, y = self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.evaluate("new Promise((done) => setTimeout(done))")  # behind what the page put off by setTimeout

    def type(self, selector, text):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def choose(self, selector, value):
        """As a person who picks an entry: the value changes, and the page hears of it."""
        self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(value)};"
            " e.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )

    def screenshot(self, path):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=False)
        path.write_bytes(base64.b64decode(shot["data"]))
