"""Lamps catalogued, and the server they are read from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from contracts.model import Contract
from tests.catalog.linking.lamps import LAMPS, NOW, Gateway


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    served = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            served.asked.append((self.command, self.path, dict(self.headers), body))
            if self.path == "/drip":
                self.send_response(200)
                self.end_headers()
                while not served.dripping.wait(0.05):
                    self.wfile.write(b" ")
                return
            status, answer = served.answers.get(self.path.partition("?")[0], (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", served.url("/good"))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815 (the server looks for it by this name)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    served.dripping.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lamps(engine: Engine) -> Contract:
    catalogue_all(engine, [(LAMPS, None)], Acts(by="张三", reason="first", now=NOW))
    return LAMPS
