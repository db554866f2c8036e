"""Real services, started before and after their secrets went to a vault on a server, with the same answers. Each
program has one vault and each vault one program; Flask, boto3, alembic: tests/e2e/test_programs.py, with .env;
a notebook: tests/cli/test_notebook.py."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import textwrap
import threading

import pytest

from support import made, made_password
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import double, gcp  # noqa: F401
from vaults.support_programs import PLACES, keylift, python, sources


def write(project, files):
    for name, text in files.items():
        project.write(name, textwrap.dedent(text))


def stays_the_same(place, project, values, *program):
    """Run, migrated, run, taken back. What it printed."""
    source = sources(project)
    before = python(place, project, *program)
    keylift(place, project, "migrate", *place.arguments, "--yes", ".")
    moved = sources(project)
    assert not any(value.encode() in text for value in values for text in moved.values())
    assert python(place, project, *program) == before
    keylift(place, project, "undo", *place.undo, "--yes")
    assert sources(project) == source
    return before


@pytest.mark.slow
def test_a_fastapi_service_under_uvicorn_with_secrets_manager(request, project, home):
    place, token = PLACES["aws"](request, home), made("", 40)
    write(project, {"shop/__init__.py": "", "shop/main.py": f'''\
        from typing import Annotated

        from fastapi import Depends, FastAPI, Header, HTTPException

        app = FastAPI()
        API_TOKEN = "{token}"


        def signed_in(authorization: Annotated[str, Header()] = ""):
            if authorization != "Bearer " + API_TOKEN:
                raise HTTPException(401, "who are you?")


        @app.get("/orders", dependencies=[Depends(signed_in)])
        def orders():
            return ["one", "two"]
        ''', "visit.py": '''\
        import http.client
        import sys
        import threading
        import time

        import uvicorn

        server = uvicorn.Server(uvicorn.Config("shop.main:app", host="127.0.0.1", port=0, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        end = time.monotonic() + 60
        while not server.started and thread.is_alive() and time.monotonic() < end:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        for token in (sys.argv[1], "wrong"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/orders", headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            print(answer.status, answer.read().decode())
            connection.close()
        server.should_exit = True
        thread.join(60)
        '''})  # fmt: skip
    said = stays_the_same(place, project, [token], "visit.py", token)
    assert said == '200 ["one","two"]\n401 {"detail":"who are you?"}\n'


@pytest.mark.slow
def test_a_celery_worker_with_openbao(request, project, home):
    place, key = PLACES["vault"](request, home), made_password(32)
    write(project, {"shop/__init__.py": "", "shop/tasks.py": f'''\
        import hashlib
        import hmac

        from celery import Celery

        SIGNING_KEY = b"{key}"
        # The broker is a folder, so that nothing has to be installed.
        app = Celery("shop", broker="filesystem://", backend="file://results")
        app.conf.broker_transport_options = {{"data_folder_in": "queue", "data_folder_out": "queue",
                                             "control_folder": "control"}}


        @app.task
        def sign(order):
            return hmac.new(SIGNING_KEY, order.encode(), hashlib.sha256).hexdigest()
        ''', "visit.py": '''\
        import os
        import subprocess
        import sys

        for folder in ("queue", "results", "control"):
            os.makedirs(folder, exist_ok=True)
        words = ["-A", "shop.tasks", "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "-l", "error"]
        worker = subprocess.Popen([sys.executable, "-m", "celery", *words], stdout=subprocess.DEVNULL)
        # Only the worker reads the secret: what puts an order into the queue needs the name of the task alone.
        from celery import Celery

        shop = Celery("visit", broker="filesystem://", backend="file://results")
        shop.conf.broker_transport_options = {"data_folder_in": "queue", "data_folder_out": "queue",
                                              "control_folder": "control"}
        try:
            print(shop.send_task("shop.tasks.sign", ["order 7"]).get(timeout=120))
        finally:
            worker.terminate()
            print(worker.wait(60))
        '''})  # fmt: skip
    said = stays_the_same(place, project, [key], "visit.py")
    assert said == hmac.new(key.encode(), b"order 7", hashlib.sha256).hexdigest() + "\n0\n"


class AsksForAPassword(http.server.BaseHTTPRequestHandler):
    expected = ""

    def do_GET(self):
        allowed = self.headers.get("Authorization") == self.expected
        page = b"<b>two</b>" if self.path == "/2" else b'<a href="/2">next</a><b>one</b>'
        body = page if allowed else b"no"
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def pages_behind(user, password):
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Pages", (AsksForAPassword,), {"expected": expected}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_a_scrapy_spider_with_google(request, project, home):
    place, password = PLACES["gcp"](request, home), made_password()
    with pages_behind("reader", password) as url:
        write(project, {"spiders/__init__.py": "", "spiders/news.py": f'''\
            import scrapy
            from w3lib.http import basic_auth_header

            NEWS_PASSWORD = "{password}"


            class News(scrapy.Spider):
                name = "news"
                start_urls = ["{url}"]
                custom_settings = {{
                    "DEFAULT_REQUEST_HEADERS": {{"Authorization": basic_auth_header("reader", NEWS_PASSWORD)}}
                }}

                def parse(self, response):
                    yield {{"title": response.css("b::text").get()}}
                    yield from response.follow_all(css="a")
            ''', "crawl.py": '''\
            from scrapy.crawler import CrawlerProcess

            from spiders.news import News

            crawl = CrawlerProcess({"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
                                    "REMOTE_CONTROL_ENABLED": False, "FEEDS": {"stdout:": {"format": "jsonlines"}}})
            crawl.crawl(News)
            crawl.start()
            '''})  # fmt: skip
        said = stays_the_same(place, project, [password], "crawl.py")
    assert said == '{"title": "one"}\n{"title": "two"}\n'


@pytest.mark.slow
def test_a_django_site_with_key_vault(request, project, home):
    place = PLACES["azure"](request, home)
    python(place, project, "-m", "django", "startproject", "mysite", ".")
    settings = project.read("mysite/settings.py")
    key = settings.split("SECRET_KEY = '")[1].split("'\n")[0]
    write(project, {"visit.py": '''\
        import os
        import warnings

        os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
        warnings.simplefilter("error", ImportWarning)
        import django

        django.setup()
        from django.core import signing
        from django.core.management import call_command
        from django.test import Client

        call_command("check")
        call_command("migrate", verbosity=0)
        print(signing.Signer().sign("bob"), Client().get("/admin/login/", headers={"host": "localhost"}).status_code)
        os.remove("db.sqlite3")
        '''})  # fmt: skip
    said = stays_the_same(place, project, [key], "visit.py")
    assert "no issues" in said and "bob:" in said and said.endswith(" 200\n")
