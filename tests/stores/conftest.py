"""A real S3 server, started by the tests, that can be told to fail."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread

import pytest
from click.testing import CliRunner

from invgray.cli import main

ACCESS, SECRET = "AKIATESTONLY", "hush-hush-not-to-be-told"


@dataclass(frozen=True)
class Asked:
    """A request that the server has heard."""

    method: str
    path: str
    query: str

    @property
    def kind(self):
        """What is asked for, in a word."""
        if self.method == "GET" and "list-type" in self.query:
            return "LIST"
        return "PART" if "partNumber" in self.query else self.method


def _busy(_environ, start_response):
    start_response("503 Slow Down", [("Content-Type", "application/xml")])
    return [b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Slow</Message></Error>"]


def _forbidden(_environ, start_response):
    start_response("403 Forbidden", [("Content-Type", "application/xml")])
    return [b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>No</Message></Error>"]


def _reset(environ, _start_response):
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


FAULTS = {"busy": _busy, "forbidden": _forbidden, "reset": _reset}
"""Answers of a store that is asked too often, or by those who may not; and none."""


@dataclass
class Server:
    """The server: where it is, what it holds, what it was asked, and what goes wrong."""

    url: str
    backend: object
    asked: list[Asked] = field(default_factory=list)
    fault: Callable | None = None

    @property
    def kinds(self):
        """The requests so far, in words."""
        return [asked.kind for asked in self.asked]

    @contextmanager
    def failing(self, how, kind, times=10**9):
        """Requests of a kind fail as many times."""
        left, lock = [times], Lock()

        def fault(asked):
            with lock:
                left[0] -= asked.kind == kind
                return FAULTS[how] if asked.kind == kind and left[0] >= 0 else None

        self.fault = fault
        try:
            yield
        finally:
            self.fault = None

    def bucket(self, name):
        """A new bucket."""
        self.backend.create_bucket(name, "us-east-1")
        return name

    def put(self, bucket, key, data):
        """Put an object there, without a request."""
        self.backend.put_object(bucket, key, data)

    def get(self, bucket, key):
        """The bytes of an object, without a request; None for none."""
        found = self.backend.get_object(bucket, key)
        return None if found is None else found.value

    def keys(self, bucket):
        """The keys of all objects."""
        return sorted(self.backend.get_bucket(bucket).keys)

    def uploads(self, bucket):
        """Multipart uploads that are under way."""
        return list(self.backend.get_bucket(bucket).multiparts)


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.s3.models import s3_backends
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_arguments):
            pass

    moto = DomainDispatcherApplication(create_backend_app)

    def application(environ, start_response):
        asked = Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"])
        server.asked.append(asked)
        answer = server.fault and server.fault(asked)
        return (answer or moto)(environ, start_response)

    http = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{http.server_port}"
    server = Server(url, s3_backends[DEFAULT_ACCOUNT_ID]["aws"])
    thread = Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield server
    http.shutdown()
    http.server_close()


@pytest.fixture
def s3(_server, monkeypatch) -> Iterator[Server]:
    """The server, which the environment leads to; nobody has asked it anything yet."""
    import s3fs

    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", _server.url)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3fs.S3FileSystem.clear_instance_cache()
    _server.asked.clear()
    yield _server
    _server.fault = None
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def run(recwarn):
    """Run the command line within this process."""

    def run(*arguments):
        return CliRunner().invoke(main, [str(a) for a in arguments])

    return run


@pytest.fixture
def bucket(s3, request) -> str:
    """A bucket of the test's own."""
    return s3.bucket(f"b{abs(hash(request.node.nodeid))}")
