"""The providers' side of `keylift scan --verify`, on loopback: a proxy, and behind it any host by name.

    with Providers(folder) as providers:
        providers.answers["api.github.com"] = lambda call: (200, {}, b"{}")
        keylift("scan", "--verify", "github", env=providers.env)
        providers.calls                    what came: Call

keylift has no option that leads a token elsewhere, and the tests need none: as behind a company's proxy, they
name a proxy and a certificate authority in the environment (https_proxy, SSL_CERT_FILE), which only whoever
starts keylift sets. The proxy connects to nothing: it speaks TLS itself, with a certificate for the host that
was asked for, and so sees the request as that host would see it.
"""

import contextlib
import socket
import ssl
import threading

from vaults.support_tls import Authority

LIMIT_S = 30
MAX_HEAD = 1 << 16


class Call:
    """`host` and `port` as the proxy was asked to connect, `sni` as TLS named it, the rest as HTTP has it."""

    def __init__(self, host, port, sni, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.path = self.target.partition("?")[0]
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        self.host, self.port, self.sni, self.body = host, port, sni, body


class Providers:
    def __init__(self, folder, certificate_for=None):
        """certificate_for: the name in every certificate, instead of the host's own."""
        self.authority = Authority(folder)
        self.answers, self.calls, self.connects = {}, [], []
        self._certificate_for, self._contexts, self._lock = certificate_for, {}, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._closed = False

    @property
    def env(self):
        proxy = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        return {"https_proxy": proxy, "SSL_CERT_FILE": str(self.authority.ca_file)}

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(LIMIT_S)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _context(self, host):
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self.authority.issue(self._certificate_for or host).server_context()
            return self._contexts[host]

    def _serve(self, raw):
        with contextlib.suppress(OSError, ssl.SSLError, ValueError), raw:
            head, _ = read_head(raw)
            method, target, _ = head.decode("latin-1").split(" ", 2)
            host, _, port = target.rpartition(":")
            with self._lock:
                self.connects.append((method, host))
            if method != "CONNECT" or host not in self.answers:
                raw.sendall(b"HTTP/1.1 502 No such host\r\nContent-Length: 0\r\n\r\n")
                return
            raw.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            context, names = self._context(host), []
            context.sni_callback = lambda connection, name, _: setattr(connection, "asked_for", name)
            with context.wrap_socket(raw, server_side=True) as connection:
                names.append(getattr(connection, "asked_for", None))
                self._answer(connection, host, int(port), names[0])

    def _answer(self, connection, host, port, sni):
        head, body = read_head(connection)
        call = Call(host, port, sni, head, b"")
        while len(body) < int(call.headers.get("content-length", 0)):
            body += receive(connection)
        call.body = body
        with self._lock:
            self.calls.append(call)
        status, headers, body = self.answers[host](call)
        lines = [f"HTTP/1.1 {status} Answer", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        with contextlib.suppress(OSError):
            connection.unwrap()


def receive(connection):
    received = connection.recv(65536)
    if not received:
        raise ValueError("the client is gone")
    return received


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        if len(head) > MAX_HEAD:
            raise ValueError("too long")
        head += receive(connection)
    return head.split(b"\r\n\r\n", 1)
