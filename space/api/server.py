"""How ``ybz serve`` runs: its processes, their ends, and how long a silent connection is kept.

Decides that a stop takes no new connection, lets calls end within the deadline of the rules, then kills
their workers: what ran is lost by its own rule, and nothing stays half. Whoever opens a connection and says
nothing, or half of a request, is not waited for.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

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
    """

    host: str
    port: int
    processes: int = 1


_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Patient(H11Protocol):
    """HTTP/1.1 that closes a connection on which no request begins for a whole interval."""

    # Kills the workers of this process; what waits for one is then told that there is no answer.
    abandon: ClassVar[Callable[[], object]] = int
    _last: Any = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at a connection."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

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
        if between and self.scope is self._last:
            if self.conn.trailing_data[0]:  # the beginning of a request that does not go on
                self.transport.write(_TOO_SLOW)
            self.transport.close()
            return
        self._last = self.scope
        self._wait()


def application() -> FastAPI:
    """The application of one process, over the installation the environment names."""
    from space.api.app import create_app

    logs.configure(settings.value("YBZ_LOG_LEVEL"))
    app = create_app(Home.find())
    Patient.abandon = app.state.abandon
    return app


def run(service: Service) -> None:
    """Serve until a signal ends it.

    Raises:
        SettingsError: a setting is none, or cannot be what it is.
    """
    settings.require(Home.find().root)
    logs.configure(settings.value("YBZ_LOG_LEVEL"))
    how: dict[str, Any] = {
        "host": service.host,
        "port": service.port,
        "http": Patient,
        "loop": "asyncio",
        "ws": "none",
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
        uvicorn.run(application(), **how)
        return
    with tempfile.TemporaryDirectory(prefix="ybz-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        uvicorn.run("space.api.server:application", factory=True, workers=service.processes, **how)


def _ruled(name: str) -> Any:
    return rule("service", name, local_date(datetime.now(UTC))).value
