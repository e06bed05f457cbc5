"""Traces: a span for each request goes to the receiver that is named, and holds no word of what was asked."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sqlalchemy import Engine

from catalog.home import Home
from space.api.app import create_app
from tests.space.serving import serving

SAID = "110101199003071234"


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """A receiver of OTLP over HTTP; gives its address and what it was sent."""
    sent: list[bytes] = []

    class Taken(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taken) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", sent
        server.shutdown()


def spans(sent: list[bytes]) -> list[Span]:
    read = [ExportTraceServiceRequest.FromString(each) for each in sent]
    return [span for one in read for of in one.resource_spans for s in of.scope_spans for span in s.spans]


def told(span: Span) -> dict[str, object]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_span_of_each_request_is_sent_when_the_service_ends_at_the_latest(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as (address, sent):
        monkeypatch.setenv("YBZ_TRACES_URL", address)
        with serving(create_app(home)) as served:
            httpx.get(f"{served}/healthz", timeout=60)
            httpx.get(f"{served}/v1/entries/{SAID}", headers={"Authorization": f"Bearer {SAID}"})
    found = {span.name: told(span) for span in spans(sent)}
    assert found["GET /healthz"] == {
        "http.request.method": "GET", "http.route": "/healthz", "http.response.status_code": 200,
    }  # fmt: skip
    assert found["GET /v1/entries/{name}"]["http.response.status_code"] == 401
    assert not [each for each in sent if SAID.encode() in each]
