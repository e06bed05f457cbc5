"""Traces 链路追踪 by OpenTelemetry: optional, and with nothing in them that the log may not hold.

Decides that a span is made of what :class:`space.observing.requests.Seen` tells and nothing else: the usual
instrumentation would put addresses with their queries into it. Needs the extra `telemetry`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from space.errors import SpaceError
from space.observing.requests import Seen


class NotInstalled(SpaceError):
    """Traces are asked for, and the libraries for them are not installed."""


class Traces:
    """Sends one span for each request to a receiver, in the background."""

    def __init__(self, url: str) -> None:
        """Begin to send.

        Args:
            url: of the receiver of traces, OTLP over HTTP, e.g. ``http://collector:4318/v1/traces``.

        Raises:
            NotInstalled: the extra is missing.
        """
        try:
            sdk = import_module("opentelemetry.sdk.trace")
            export = import_module("opentelemetry.sdk.trace.export")
            sender = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
            resource = import_module("opentelemetry.sdk.resources")
        except ImportError:
            raise NotInstalled(
                "YBZ_TRACES_URL is set and OpenTelemetry is not installed — install what `requirements.lock`"
                " names (extra `telemetry`), or unset it"
            ) from None
        self._provider: Any = sdk.TracerProvider(resource=resource.Resource({"service.name": "ybz"}))
        self._provider.add_span_processor(export.BatchSpanProcessor(sender.OTLPSpanExporter(endpoint=url)))
        self._tracer: Any = self._provider.get_tracer("ybz")

    def seen(self, request: Seen) -> None:
        """Send the span of a request that is over."""
        attributes: dict[str, str | int] = {
            "http.request.method": request.method,
            "http.route": request.route,
            "http.response.status_code": request.status,
        }
        if request.code:
            attributes["ybz.problem"] = request.code
        span = self._tracer.start_span(
            f"{request.method} {request.route}", start_time=request.began_ns, attributes=attributes
        )
        span.end(end_time=request.began_ns + int(request.seconds * 1e9))

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()
