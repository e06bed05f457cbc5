"""How ``ybz serve`` runs: its processes, their ends, and how long a silent connection is kept.

Decides that a stop takes no new connection, lets calls end within the deadline of the rules, then kills
their workers: what ran is lost by its own rule, and nothing stays half. Whoever opens a connection and says
nothing, or half of a request, is not waited for.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from catalog.home import Home
from catalog.settings import reading as settings
from policies.clocks import local_date
from policies.rulebook import rule
from space.observing import logs


@dataclass(frozen=True, slots=True)
class Service:
    """How the service is run.

    Attributes:
        host: address to listen on.
        port: to listen on; 0: any free one.
        processes: that share it.
        console: whether the console is served, too; it is of one process.
    """

    host: str
    port: int
    processes: int = 1
    console: bool = False


# Bytes of one message of a page; the longest is a question.
_LARGEST_MESSAGE: Final = 1024 * 1024
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)
# How long a thread that computes keeps the interpreter while others wait for it, in seconds. A call waits
# for it at every statement: at the usual 5 ms short calls took as long as the long ones beside them.
_TURN_S: Final = 0.0005
# Bytes of a head that goes on; the door takes half of it whole. The parser itself would keep any number.
_LONGEST_HEAD: Final = 64 * 1024


class Patient(HttpToolsProtocol):
    """HTTP/1.1 that closes a connection on which no request begins for a whole interval."""

    # Kills the workers of this process; what waits for one is then told that there is no answer.
    abandon: ClassVar[Callable[[], object]] = int
    _timer: asyncio.TimerHandle | None = None
    # Heads that came whole, and how many there were at the last look.
    _heads, _last = 0, 0
    # Bytes of a head that goes on, since it began; None between heads.
    _head: int | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at a connection."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, but no head without end."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > _LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head came whole."""
        self._head = None
        self._heads += 1
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection on: from now on its line has a pulse of its own."""
        if self._timer is not None:
            self._timer.cancel()
        super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """End the connection with its request, and that at the deadline."""
        super().shutdown()
        self.loop.call_later(float(_ruled("shutdown_deadline")), type(self).abandon)

    def _wait(self) -> None:
        seconds = float(_ruled("idle_connection"))
        self._timer = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        between = self.cycle is None or self.cycle.response_complete
        if between and self._heads == self._last:
            if self._head is not None:  # the beginning of a request that does not go on
                self.transport.write(_TOO_SLOW)
            self.transport.close()
            return
        self._last = self._heads
        self._wait()


def application(console: bool = False) -> FastAPI:
    """The application of one process, over the installation the environment names."""
    from space.api.app import create_app

    logs.configure(settings.value("YBZ_LOG_LEVEL"))
    sys.setswitchinterval(_TURN_S)
    app = create_app(Home.find(), console=console)
    Patient.abandon = app.state.abandon
    lay_out(app)
    return app


def lay_out(app: FastAPI) -> None:
    """Have the routes of every room made before the first call comes.

    The framework makes those of a room when an address is first looked for there: whoever asked for the last
    room first, or for an address there is not, held up all others for seconds.
    """
    asked: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []}
    for route in app.routes:
        route.matches(dict(asked))


def _of_a_line(record: logging.LogRecord) -> bool:
    """Whether a record may be written: the address of a page's line names the page, and is not noted."""
    return '"WebSocket ' not in str(record.msg)


def run(service: Service) -> None:
    """Serve until a signal ends it.

    Raises:
        SettingsError: a setting is none, or cannot be what it is.
    """
    settings.require(Home.find().root)
    logs.configure(settings.value("YBZ_LOG_LEVEL"))
    logging.getLogger("uvicorn.error").addFilter(_of_a_line)
    how: dict[str, Any] = {
        "host": service.host,
        "port": service.port,
        "http": Patient,
        "loop": "auto",  # uvloop, where there is one for the system
        "ws": "websockets-sansio" if service.console else "none",
        "ws_max_size": _LARGEST_MESSAGE,
        "ws_per_message_deflate": False,  # packed bytes could be anything's; and secrets lie beside them
        "log_config": None,
        # No access log: it would keep the words people search for.
        "access_log": False,
        "server_header": False,
        "forwarded_allow_ips": settings.value("YBZ_PROXIES"),
        "limit_concurrency": int(_ruled("connections_at_once")),
        "timeout_keep_alive": int(_ruled("idle_connection")),
        "timeout_worker_healthcheck": int(_ruled("process_answers")),
        "timeout_graceful_shutdown": int(_ruled("shutdown_deadline") + _ruled("settled_within")),
    }
    if service.processes == 1:
        uvicorn.run(application(service.console), **how)
        return
    with tempfile.TemporaryDirectory(prefix="ybz-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        uvicorn.run("space.api.server:application", factory=True, workers=service.processes, **how)


def _ruled(name: str) -> Any:
    return rule("service", name, local_date(datetime.now(UTC))).value
