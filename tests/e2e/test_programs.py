"""Real programs, executed before and after a migration, with the same result.

Each program runs with the interpreter of the test environment, in a folder of
its own, with the network limited to loopback servers of this file. Secrets are
made when the test runs.
"""

import hashlib
import http.server
import socket
import struct
import textwrap
import threading

import pytest

from support import made, made_aws_id, made_password

def run_python(project, *arguments):
    run = project.python(*arguments)
    assert run.returncode == 0, run.stderr
    return run.stdout


def write(project, name, text):
    return project.write(name, textwrap.dedent(text))


def sources_of(project):
    return "\n".join(path.read_text() for path in sorted(project.path.rglob("*.py")))


def migrate(keylift, project, values, *arguments):
    """Migrates, and checks what must hold for every migration."""
    run = keylift("migrate", "--yes", *arguments, ".", cwd=project)
    output = run.stdout + run.stderr
    for value in values:
        assert value in (project / ".env").read_text()
        assert value not in output
        assert value not in sources_of(project)
    assert (project / ".env").stat().st_mode & 0o777 == 0o600
    before = sources_of(project), (project / ".env").read_bytes()
    again = keylift("migrate", "--yes", *arguments, ".", cwd=project)
    assert again.returncode == run.returncode, again.stdout + again.stderr
    assert before == (sources_of(project), (project / ".env").read_bytes())
    return run


def test_a_new_django_project_keeps_its_secret_key(keylift, project):
    run_python(project, "-m", "django", "startproject", "mysite", ".")
    show = ("-c", "import os, hashlib; os.environ['DJANGO_SETTINGS_MODULE'] = 'mysite.settings';"
                  "from django.conf import settings;"
                  "print(hashlib.sha256(settings.SECRET_KEY.encode()).hexdigest())")
    before = run_python(project, *show)
    settings = (project / "mysite" / "settings.py").read_text()
    key = settings.split("SECRET_KEY = '")[1].split("'\n")[0]
    run = migrate(keylift, project, [key])
    assert run.returncode == 0, run.stdout + run.stderr
    assert run_python(project, *show) == before
    assert "no issues" in run_python(project, "manage.py", "check")
    assert "OK" in run_python(project, "manage.py", "migrate")


@pytest.mark.thorough
def test_alembic_reads_the_database_url_from_the_vault(keylift, project):
    password = made_password()
    run_python(project, "-m", "alembic", "init", "migrations")
    env = project / "migrations" / "env.py"
    text = env.read_text()
    marker = "config = context.config\n"
    assert marker in text
    url = f"postgresql://app:{password}@127.0.0.1:5432/shop"
    env.write_text(text.replace(marker, f'{marker}config.set_main_option("sqlalchemy.url", "{url}")\n'
                                        'import hashlib\n'
                                        'print(hashlib.sha256(config.get_main_option("sqlalchemy.url")'
                                        '.encode()).hexdigest())\n'))
    run_python(project, "-m", "alembic", "revision", "-m", "first")
    before = run_python(project, "-m", "alembic", "upgrade", "head", "--sql")
    assert hashlib.sha256(url.encode()).hexdigest() in before
    migrate(keylift, project, [password])
    assert run_python(project, "-m", "alembic", "upgrade", "head", "--sql") == before


def test_a_flask_application_still_knows_its_users(keylift, project):
    session_key, password = made_password(), made_password()
    write(project, "shop/__init__.py", f'''\
        """A shop."""
        from flask import Flask

        from shop.login import pages


        def create_app():
            app = Flask(__name__)
            app.config["SECRET_KEY"] = "{session_key}"
            app.register_blueprint(pages)
            return app
        ''')
    write(project, "shop/login.py", f'''\
        from flask import Blueprint, request, session

        from shop import users

        pages = Blueprint("pages", __name__)
        ADMIN_PASSWORD = "{password}"


        @pages.post("/login")
        def login():
            if request.form["password"] != ADMIN_PASSWORD:
                return "no", 403
            session["user"] = users.NAMES[0]
            return "welcome " + session["user"]
        ''')
    write(project, "shop/users.py", 'NAMES = ["ada", "grace"]\n')
    write(project, "visit.py", '''\
        import hashlib
        import sys

        from shop import create_app

        app = create_app()
        client = app.test_client()
        for attempt in (sys.argv[1], "wrong"):
            answer = client.post("/login", data={"password": attempt})
            print(answer.status_code, answer.text)
        print(hashlib.sha256(app.secret_key.encode()).hexdigest())
        ''')
    before = run_python(project, "visit.py", password)
    assert before.startswith("200 welcome ada\n403 no\n")
    run = migrate(keylift, project, [session_key, password])
    assert run.returncode == 0, run.stdout + run.stderr
    assert run_python(project, "visit.py", password) == before


class SigningServer(http.server.BaseHTTPRequestHandler):
    """Takes an S3 request and checks its signature with the secret it knows."""

    secret_key = None
    access_key = None

    def do_GET(self):
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        sent = self.headers["Authorization"]
        signed = sent.split("SignedHeaders=")[1].split(",")[0].split(";")
        request = AWSRequest("GET", f"http://{self.headers['Host']}{self.path}",
                             headers={name: self.headers[name] for name in signed})
        signer = SigV4Auth(Credentials(self.access_key, self.secret_key), "s3", "eu-west-1")
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        canonical = signer.canonical_request(request)
        signature = signer.signature(signer.string_to_sign(request, canonical), request)
        valid = sent.endswith("Signature=" + signature) and self.access_key in sent
        body = (b'<?xml version="1.0"?><ListAllMyBucketsResult><Buckets><Bucket><Name>%s</Name></Bucket></Buckets>'
                b"</ListAllMyBucketsResult>" % (b"signature-valid" if valid else b"signature-wrong"))
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def postgres_that_asks_for_a_password(listener, seen):
    """Speaks just enough of the protocol to receive a clear-text password."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            while True:
                size, code = struct.unpack("!ii", connection.recv(8, socket.MSG_WAITALL))
                rest = connection.recv(size - 8, socket.MSG_WAITALL) if size > 8 else b""
                if code != 80877103 and code != 80877104:  # neither SSL nor GSS encryption is offered
                    break
                connection.sendall(b"N")
            assert b"user" in rest
            connection.sendall(b"R" + struct.pack("!ii", 8, 3))
            head = connection.recv(5, socket.MSG_WAITALL)
            password = connection.recv(struct.unpack("!i", head[1:])[0] - 4, socket.MSG_WAITALL)
            seen.append(password.rstrip(b"\0").decode())
            fields = b"SFATAL\0C28P01\0Mno such user here\0\0"
            connection.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)


def test_a_data_script_presents_the_same_credentials_to_its_servers(keylift, project):
    key_id, secret_key = made_aws_id(), made(length=40)
    password = made_password()
    seen = []
    handler = type("Handler", (SigningServer,), {"secret_key": secret_key, "access_key": key_id})
    storage = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=storage.serve_forever, daemon=True).start()
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=postgres_that_asks_for_a_password, args=(listener, seen), daemon=True).start()
    write(project, "load.py", f'''\
        #!/usr/bin/env python3
        """Copies rows from the database into the lake."""
        import boto3
        import psycopg

        storage = boto3.client(
            "s3",
            region_name="eu-west-1",
            endpoint_url="http://127.0.0.1:{storage.server_address[1]}",
            aws_access_key_id="{key_id}",
            aws_secret_access_key="{secret_key}",
        )
        print([bucket["Name"] for bucket in storage.list_buckets()["Buckets"]])
        try:
            psycopg.connect(host="127.0.0.1", port={listener.getsockname()[1]}, user="loader", dbname="shop",
                            password="{password}", sslmode="disable")
        except psycopg.OperationalError as error:
            print("refused" if "no such user here" in str(error) else error)
        ''')
    try:
        before = run_python(project, "load.py")
        assert before == "['signature-valid']\nrefused\n"
        run = migrate(keylift, project, [secret_key, password])
        assert run.returncode == 0, run.stdout + run.stderr
        assert run_python(project, "load.py") == before
    finally:
        storage.shutdown()
        storage.server_close()
        listener.close()
    assert len(seen) >= 2 and set(seen) == {password}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_script_keeps_its_line_ends(keylift, project, newline):
    password = made_password()
    path = project / "job.py"
    text = newline.join(["# a job", f"password = '{password}'", "print(len(password))"])
    path.write_bytes(text.encode())
    before = run_python(project, "job.py")
    run = migrate(keylift, project, [password])
    assert run.returncode == 0, run.stdout + run.stderr
    assert run_python(project, "job.py") == before
    after = path.read_bytes()
    assert after.count(b"\r") == (after.count(b"\n") if newline == "\r\n" else 0)
    assert not after.endswith(b"\n")
