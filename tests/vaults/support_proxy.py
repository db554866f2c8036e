"""A server on loopback that plays faults: between keylift and a vault's server, or alone.

    with FaultProxy(authority.issue("localhost"), upstream="https://localhost:8200", upstream_ca=ca) as proxy:
        proxy.inject("reset-mid-body", method="POST", path=r"/v1/secret/.*")   the next such call
        proxy.inject(503, times=2, retry_after=1)
        ...                                                                    use proxy.url
        proxy.calls                                                            what came: method, path, headers, body

It ends TLS itself (certificate None: plain HTTP) and reads whole requests, so that a fault can be played
at each phase of a call. Without upstream, `handler(call)` answers: (status, headers, body).

The faults, besides any status (answered without asking the server; "500-after": after it has done its work):
"""

import contextlib
import http.client
import re
import socket
import ssl
import struct
import threading
import time
import urllib.parse

# What happens, in the order of a call. "lost": the server has done its work, the client does not hear of it.
FAULTS = {
    "reset-at-connect": "a reset before TLS begins",
    "reset-in-handshake": "a reset after the client's first bytes of TLS (of plain HTTP: of the request)",
    "reset-after-request-head": "a reset when the head of the request is read",
    "reset-after-request": "a reset when the request is read; the server does not hear of it",
    "stall": "no answer at all",
    "lost-reply": "the server works; then a reset instead of the answer",
    "reset-after-response-head": "a reset after the head of the answer",
    "reset-mid-body": "a reset after half of the body",
    "truncated": "a proper end of the connection after half of the body",
    "slow": "the answer, a byte at a time",
    "short-length": "a Content-Length that is one too small",
    "long-length": "a Content-Length that is one too large, then the end",
    "not-http": "bytes that are no HTTP",
    "garbage": "200 with half a JSON text",
    "wrong-json": "200 with JSON that holds nothing expected",
    "huge-body": "200 with 10 MB",
    "huge-headers": "200 with 1 MB of headers",
    "redirect": "302 to another server",
}
PHASES_BEFORE_SERVER = ("reset-at-connect", "reset-in-handshake", "reset-after-request-head", "reset-after-request")
__doc__ += "\n".join(f"  {name:26}{what}" for name, what in FAULTS.items())

LIMIT_S = 60  # of any wait: against hangs of the test run
SLOW_S = 0.05
MAX_HEAD = 1 << 20


class Call:
    """A request as it came. `answered`: the status that was sent back whole, else None."""

    def __init__(self, index, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.index, self.body, self.answered, self.fault = index, body, None, None
        self.method, self.path, _ = lines[0].split(" ", 2)
        self.headers = [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "") for line in lines[1:]]

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class _Fault:
    def __init__(self, kind, times, method, path, skip, headers):
        if not isinstance(kind, int) and kind not in FAULTS and not re.fullmatch(r"\d{3}-after", kind):
            raise ValueError(kind)
        self.kind, self.times, self.method, self.skip, self.headers = kind, times, method, skip, headers
        self.path = re.compile(path) if path else None

    def applies(self, call):
        if self.times == 0 or (call is None) != (self.kind in PHASES_BEFORE_SERVER[:2]):
            return False
        if call is not None and self.method not in (None, call.method):
            return False
        if call is not None and self.path and not self.path.search(call.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class _Gone(Exception):
    """The connection is at its end."""


class FaultProxy:
    def __init__(self, certificate=None, upstream=None, upstream_ca=None, handler=None, host="localhost", client_ca=None):
        self._context = certificate.server_context(client_ca) if certificate else None
        self._upstream = urllib.parse.urlsplit(upstream) if upstream else None
        self._upstream_context = ssl.create_default_context(cafile=upstream_ca) if upstream_ca else None
        self._handler = handler or (lambda call: (200, [("Content-Type", "application/json")], b"{}"))
        self._lock = threading.Lock()
        self._faults, self._open = [], set()
        self.calls, self.connections = [], 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://{host}:{self.port}"
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(LIMIT_S)

    def inject(self, kind, times=1, method=None, path=None, skip=0, headers=(), retry_after=None):
        """Plays `kind` on the next `times` calls that match, after `skip` of them. kind: a name of FAULTS, or
        a status. The first two names know no call yet: they are played on connections."""
        extra = list(headers) + ([("Retry-After", str(retry_after))] if retry_after is not None else [])
        with self._lock:
            self._faults.append(_Fault(kind, times, method, path, skip, extra))

    def clear(self):
        with self._lock:
            self._faults.clear()

    def _next_fault(self, call):
        with self._lock:
            fault = next((fault for fault in self._faults if fault.applies(call)), None)
        if call is not None and fault:
            call.fault = fault.kind
        return fault

    # --- connections --------------------------------------------------------------
    def _accept(self):
        while not self._closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, raw):
        raw.settimeout(LIMIT_S)
        connection = raw
        try:
            fault = self._next_fault(None)
            if fault:
                if fault.kind == "reset-in-handshake":
                    raw.recv(1)
                raise _reset(raw)
            if self._context:
                connection = self._context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
                self._shake_hands(connection)
            while not self._closed.is_set():
                self._one_call(connection)
        except (_Gone, OSError, ssl.SSLError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(raw)
            connection.close()
            raw.close()

    @staticmethod
    def _shake_hands(connection):
        try:
            connection.do_handshake()
        except ssl.SSLError:
            # A TLS 1.3 client may have sent its request already; closing on unread bytes sends a reset,
            # which throws away the alert that the client has yet to read.
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
            raise

    def _one_call(self, connection):
        head, rest = _read_head(connection)
        with self._lock:
            call = Call(len(self.calls), head, b"")
            self.calls.append(call)
        length = int(call.header("Content-Length") or 0)
        if call.header("Transfer-Encoding"):
            raise ValueError("requests in chunks are not understood")
        fault = self._next_fault(call)
        if fault and fault.kind == "reset-after-request-head":
            raise _reset(connection)
        while len(rest) < length:
            rest += _receive(connection)
        call.body = rest[:length]
        self._answer(connection, call, fault)
        if (call.header("Connection") or "").lower() == "close":
            raise _Gone

    def _ask_server(self, call):
        if not self._upstream:
            return self._handler(call)
        kind, more = http.client.HTTPConnection, {}
        if self._upstream.scheme == "https":
            kind, more = http.client.HTTPSConnection, {"context": self._upstream_context}
        server = kind(self._upstream.hostname, self._upstream.port, timeout=LIMIT_S, **more)
        try:
            server.putrequest(call.method, call.path, skip_host=True, skip_accept_encoding=True)
            for name, value in call.headers:
                server.putheader(name, value)
            server.endheaders(call.body)
            answer = server.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            server.close()

    # --- answers ------------------------------------------------------------------
    def _answer(self, connection, call, fault):
        kind = fault.kind if fault else None
        extra = fault.headers if fault else []
        if kind == "reset-after-request":
            raise _reset(connection)
        if kind == "stall":
            self._closed.wait(LIMIT_S)
            raise _Gone
        if kind == "not-http":
            connection.sendall(b"\x15\x03\x01\x00\x02\x02\x16 this is not HTTP\r\n\r\n")
            raise _end(connection)
        if isinstance(kind, int):
            return self._send(connection, call, kind, [("Content-Type", "application/json"), *extra], b"{}")
        if kind in _OWN_ANSWERS:
            return self._send(connection, call, *_OWN_ANSWERS[kind])
        status, headers, body = self._ask_server(call)
        if kind == "lost-reply":
            raise _reset(connection)
        if kind and kind.endswith("-after"):
            status, headers, body = int(kind[:3]), [("Content-Type", "application/json"), *extra], b"{}"
            kind = None
        self._send(connection, call, status, headers, body, kind)

    def _send(self, connection, call, status, headers, body, kind=None):
        length = len(body) + {"short-length": -1, "long-length": 1}.get(kind, 0)
        left_out = ("content-length", "transfer-encoding", "connection")
        kept = [(name, value) for name, value in headers if name.lower() not in left_out]
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in kept]
        if status >= 200 and status != 204:
            lines.append(f"Content-Length: {max(length, 0)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        if call.method == "HEAD" or status == 204:
            body = b""
        if kind == "slow":
            for byte in head + body:
                if self._closed.is_set():
                    raise _Gone
                connection.sendall(bytes([byte]))
                time.sleep(SLOW_S)
        elif kind in ("reset-after-response-head", "reset-mid-body", "truncated"):
            connection.sendall(head + body[: 0 if kind == "reset-after-response-head" else len(body) // 2])
            time.sleep(SLOW_S)  # what was sent must arrive before the reset overtakes it
            raise _end(connection) if kind == "truncated" else _reset(connection)
        else:
            call.answered = status  # first: who has the answer may look at once
            connection.sendall(head + body)
        if kind in ("short-length", "long-length"):
            raise _end(connection)


_OWN_ANSWERS = {
    "garbage": (200, [("Content-Type", "application/json")], b'{"value": "abc'),
    "wrong-json": (200, [("Content-Type", "application/json")], b'{"unexpected": [1, null, {}]}'),
    "huge-body": (200, [("Content-Type", "application/json")], b'{"value": "' + b"a" * 10_000_000 + b'"}'),
    "huge-headers": (200, [(f"X-Filler-{i}", "a" * 1000) for i in range(1000)], b"{}"),
    "redirect": (302, [("Location", "https://redirected.invalid/")], b""),
}


def _reset(connection):
    """Ends with a TCP reset. To be raised."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return _Gone()


def _end(connection):
    """Ends as the protocol has it. To be raised."""
    if isinstance(connection, ssl.SSLSocket):
        with contextlib.suppress(OSError):
            connection.settimeout(1)
            connection.unwrap()
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    return _Gone()


def _receive(connection):
    received = connection.recv(65536)
    if not received:
        raise _Gone
    return received


def _read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        if len(head) > MAX_HEAD:
            raise _Gone
        head += _receive(connection)
    return head.split(b"\r\n\r\n", 1)


def free_port():
    """A port of 127.0.0.1 on which nobody listens: for connections that must be refused."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
