"""A vault's calls from Python (tests/tools/vaulttool.c).

    with VaultTool("azure", env, endpoint=url, ca_file=ca) as vault:
        vault.put("API_KEY", "value")     an Answer: status, version, value (bytes), message, names, lines
        vault.output                      all that was printed, for a search for secrets
"""

import base64
import json
import subprocess
import threading

import support

PROGRAM = support.BINARY.parent / "tests" / "tools" / "vaulttool"
LIMIT_S = 300


class Answer:
    def __init__(self, line):
        answer = json.loads(line)
        self.status, self.message, self.version = answer["status"], answer["message"], answer.get("version", "")
        self.value = base64.b64decode(answer["value"]) if "value" in answer else None
        self.binary, self.stored = answer.get("binary"), answer.get("stored")
        self.names, self.lines = answer.get("names"), answer.get("lines")
        assert not answer["leaks"], self.message
        parts = ("client", "read_text", "read_bytes", "missing_error", "module", "environ", "environ_one")
        self.python = {key: answer[key] for key in parts if key in answer}

    @property
    def ok(self):
        return self.status == "ok"

    def __repr__(self):
        return f"<{self.status} {self.message}>"


class VaultTool:
    def __init__(self, vault, env, **options):
        pairs = [f"{key}={value}" for key, value in options.items() if value is not None]
        self.process = subprocess.Popen(
            [PROGRAM, vault, *pairs], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        # Against a hang of the test run: every deadline of keylift's own is far shorter.
        self.watchdog = threading.Timer(LIMIT_S, self.process.kill)
        self.watchdog.start()
        self.said = []  # messages, lines and names: what a person would see
        self.opened = self._read()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.watchdog.cancel()
        self.trace = self.process.communicate(timeout=120)[1].decode("utf-8", "replace")

    def _read(self):
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=60)[1].decode("utf-8", "replace")
        answer = Answer(line)
        self.said += [answer.message, *(answer.lines or []), *(answer.names or [])]
        return answer

    def __call__(self, op, name=None, value=None, version=None, binary=None, names=None):
        if isinstance(value, str):
            value = value.encode()
        request = {"op": op, "name": name, "version": version, "binary": binary, "names": names}
        request["value"] = None if value is None else base64.b64encode(value).decode()
        self.process.stdin.write(json.dumps({k: v for k, v in request.items() if v is not None}).encode() + b"\n")
        self.process.stdin.flush()
        return self._read()

    def get(self, name, version=None):
        return self("get", name, version=version)

    def many(self, names):
        return self("many", names=names)

    def put(self, name, value, binary=None):
        return self("put", name, value, binary=binary)

    def add(self, name, value, binary=None):
        return self("add", name, value, binary=binary)

    def map(self, name):
        return self("map", name)

    def accepts(self, name, value, binary=None):
        return self("accepts", name, value, binary=binary)

    def list(self):
        return self("list")

    def identity(self):
        return self("identity")

    def check(self):
        return self("check")

    def python(self):
        return self("python")
