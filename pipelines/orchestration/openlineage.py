"""OpenLineage: tells another system which build read and wrote what.

Decides where events go (``YBZ_LINEAGE_URL``: a file, or an http address) and that a receiver which
fails costs a build nothing but a line in the log. What an event says is
:mod:`pipelines.orchestration.lineage_events`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from catalog.settings import reading as settings
from contracts.model import Contract
from pipelines.building.account import Account
from pipelines.building.outcome import Outcome
from pipelines.errors import PipelineError
from policies.clocks import local_date

# Names a file (a path, or file://…), to which events are appended as lines of JSON, or an http address.
VARIABLE: Final = "YBZ_LINEAGE_URL"
# How long a receiver may take for one event, in seconds: a build waits for it.
TIMEOUT_S: Final = 3.0
# Where a receiver takes events if the address names no path. Source: OpenLineage HTTP API.
ENDPOINT: Final = "/api/v1/lineage"

Told = Callable[[Outcome, Account], None]
Send = Callable[[Any], None]

_log = logging.getLogger(__name__)


class LineageUrlWrong(PipelineError):
    """``YBZ_LINEAGE_URL`` names neither a file nor an http address."""


class Emitter:
    """Sends the events of one run; nothing where no receiver is named.

    Args:
        send: delivers one event; None = nobody listens.
        run: identifier of the run around the builds.
        clock: gives the instant, UTC.
    """

    def __init__(self, send: Send | None, run: str, clock: Callable[[], datetime]) -> None:
        self._send, self._run, self._clock = send, run, clock
        self.lost = 0

    @contextmanager
    def building(self, contract: Contract, contracts: Mapping[str, Contract]) -> Iterator[Told]:
        """START before the block; COMPLETE or FAIL, and the checks, once the outcome is told."""
        if self._send is None:
            yield lambda _outcome, _account: None
            return
        from pipelines.orchestration.lineage_events import Building

        made: list[Building] = []

        def start() -> None:
            made.append(Building.begin(contract, contracts, self._run))
            self._emit(made[0].started(self._clock()))

        def end(outcome: Outcome, account: Account) -> None:
            now = self._clock()
            for event in made[0].ended(outcome, account, now, local_date(now)) if made else ():
                self._emit(event)

        self._guarded(start)
        yield lambda outcome, account: self._guarded(lambda: end(outcome, account))

    def _emit(self, event: Any) -> None:
        if self.lost:
            self.lost += 1  # a receiver that failed once is not waited for again in this run
        elif self._send is not None:
            self._send(event)

    def _guarded(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        # Telling others about a build must never break it, whatever a receiver or its client raises; the
        # text of a foreign error is not shown.
        except Exception as error:
            self.lost += 1
            _log.warning("lineage events are not sent for the rest of this run: %s", type(error).__name__)

    def close(self) -> None:
        """Say how many events were lost."""
        if self.lost:
            _log.warning("%d lineage events were lost — check %s", self.lost, VARIABLE)


@contextmanager
def emitter(*, run: str, clock: Callable[[], datetime], url: str | None = None) -> Iterator[Emitter]:
    """The emitter of one run.

    Args:
        run: identifier of the run, a UUID.
        clock: gives the instant, UTC.
        url: receiver; what ``YBZ_LINEAGE_URL`` names where None, nobody where that is empty.

    Raises:
        LineageUrlWrong: it is neither a file nor an http address.
    """
    named = settings.value(VARIABLE) if url is None else url
    with _sender(named) as send:
        made = Emitter(send, run, clock)
        try:
            yield made
        finally:
            made.close()


@contextmanager
def _sender(url: str) -> Iterator[Send | None]:
    """What delivers one event to the receiver a URL names."""
    if not url:
        yield None
        return
    transport = _transport(url)
    try:
        yield transport.emit
    finally:
        transport.close()


def _transport(url: str) -> Any:
    """The client's own transport for an address or a file."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        from openlineage.client.transport.http import HttpConfig, HttpTransport

        return HttpTransport(
            HttpConfig(
                url=f"{parts.scheme}://{parts.netloc}",
                endpoint=parts.path if parts.path.strip("/") else ENDPOINT,
                timeout=TIMEOUT_S,
                retry={"total": 0},
            )
        )
    if parts.scheme == "file" or "://" not in url:
        from openlineage.client.transport.file import FileConfig, FileTransport

        path = unquote(parts.path) if parts.scheme == "file" else url
        return FileTransport(FileConfig(log_file_path=path, append=True))
    raise LineageUrlWrong(f"{VARIABLE} begins with {parts.scheme}:// — name a file path or an http address")
