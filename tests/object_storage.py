"""A real S3-compatible server (moto) on this machine, which can be made to fail."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Thread
from typing import Any
from uuid import uuid4

CODES = {"403": "AccessDenied", "429": "SlowDown", "500": "InternalError"}
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class ObjectStorage:
    """The server as a WSGI application: every request passes here before it reaches moto."""

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self.moto = DomainDispatcherApplication(create_backend_app)
        self.port = 0
        self.requests: list[str] = []  # method and path
        self.misbehave: Callable[[str], str | float | None] = lambda request: None

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        self.requests.append(request)
        wrong = self.misbehave(request)
        if isinstance(wrong, str):
            return self._refuse(wrong, start)
        time.sleep(wrong or 0)
        answer: Iterable[bytes] = self.moto(environ, start)
        return answer

    @staticmethod
    def _refuse(status: str, start: Any) -> list[bytes]:
        code = CODES.get(status[:3], "ServiceUnavailable")
        ids = f"<RequestId>{'4' * 16}</RequestId><HostId>{'x' * 76}</HostId>"  # as S3 does
        body = f"<Error><Code>{code}</Code><Message>{status}</Message>{ids}</Error>".encode()
        start(status, [("Content-Length", str(len(body)))])
        return [body]

    @contextmanager
    def failing(self, times: int, how: str | float, where: str = "") -> Iterator[None]:
        """The next requests that have `where` in them: an HTTP status, or seconds of silence."""
        seen = count()
        self.misbehave = lambda request: how if where in request and next(seen) < times else None
        try:
            yield
        finally:
            self.misbehave = lambda request: None

    def uri(self, prefix: str = "results") -> str:
        """Make a new bucket; returns the URI of a prefix in it."""
        from pyarrow.fs import S3FileSystem

        bucket = f"orch-{uuid4().hex[:12]}"
        at = {"endpoint_override": f"127.0.0.1:{self.port}", "scheme": "http"}
        S3FileSystem(region="us-east-1", allow_bucket_creation=True, **at).create_dir(bucket)
        return f"s3://{bucket}/{prefix}?endpoint_override={at['endpoint_override']}&scheme=http"


@contextmanager
def serving() -> Iterator[ObjectStorage]:
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    storage = ObjectStorage()
    server = make_server("127.0.0.1", 0, storage, threaded=True)
    storage.port = server.server_port
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield storage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
