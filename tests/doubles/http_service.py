"""What the HTTP doubles share: requests and answers as values, a threaded server on loopback, with or without TLS."""

import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

MAX_BODY = 1 << 20


class Request:
    def __init__(self, handler, body):
        parts = urlsplit(handler.path)
        self.method, self.path, self.body = handler.command, parts.path, body
        self.query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.headers = handler.headers

    def form(self):
        return {k: v[0] for k, v in parse_qs(self.body.decode(), keep_blank_values=True).items()}


class Reply(Exception):
    """An answer; raised where that is shorter. `body`: None, JSON, or bytes as they are to be sent."""

    def __init__(self, status, body=None, headers=()):
        super().__init__(status)
        self.status, self.headers = status, dict(headers)
        self.body = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()


class Hangup(Exception):
    """The connection is closed without an answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *args):
        pass

    def handle_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            return
        body = self.rfile.read(length)
        if len(body) < length:  # whoever asked has died
            self.close_connection = True
            return
        request = Request(self, body)
        try:
            reply = self.server.answer(request)
        except Reply as raised:
            reply = raised
        except Hangup:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Content-Type" not in reply.headers:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_one


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer, tls=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self._tls = None
        if tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(tls.cert_file, tls.key_file)

    @property
    def url(self):
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request, client_address):
        """The handshake happens in the thread of the connection: a slow client stops nobody else."""
        request.settimeout(30)
        if self._tls:
            request = self._tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that hangs up, or does not trust us, is no error of ours."""
