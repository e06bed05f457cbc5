"""The thread of a process that gathers events and sends what is due, apart from its other chores.

Decides that a receiver which is slow keeps nothing else waiting, and that a turn which fails is tried again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import CatalogError
from catalog.home import Home
from policies.rulebook import RuleError
from space.errors import SpaceError
from space.webhooks import sending

# Between two turns, in seconds.
_PAUSE_S: Final = 1.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Teller:
    """Sends the webhooks of one process.

    Attributes:
        home: of the installation.
        engine: of the store.
        clock: gives the aware instant now.
    """

    home: Home
    engine: Engine
    clock: Callable[[], datetime]
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._thread = threading.Thread(target=self._run, name="ybz-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the message that is under way."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_PAUSE_S):
            try:
                sending.turn(self.home, self.engine, self.clock(), self._over.is_set)
            except (SQLAlchemyError, CatalogError, SpaceError, RuleError, OSError) as error:
                # The kind alone: the words of a driver may repeat what stands in a row.
                _log.error("webhooks: a turn failed (%s); it is tried again", type(error).__name__)
