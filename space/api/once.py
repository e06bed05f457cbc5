"""``Idempotency-Key`` on acts: the header of a request, and the act done once for it.

Decides nothing; see :mod:`space.calls.idempotency`. A repeated request is told what it made as it stands now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from sqlalchemy import Connection

from space.api.services import Known
from space.calls import idempotency
from space.identity.tokens import Caller


@dataclass(frozen=True, slots=True)
class Once:
    """What a request says of its repetition.

    Attributes:
        who: sends it.
        key: its ``Idempotency-Key``; None where it has none.
        path: it is sent to, with its body the request itself.
        body: as sent.
    """

    who: Caller
    key: str | None
    path: str
    body: str

    def do(self, connection: Connection, act: Callable[[], str], now: datetime) -> str:
        """Do an act in its transaction, unless the same request did it before.

        Returns:
            The id of what it made or moved.

        Raises:
            KeyReused: the key was used for another request.
        """
        asked = (self.path, self.body)
        return idempotency.once(connection, self.who.organisation, self.key, asked, act, now)


async def _once(
    request: Request,
    who: Known,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
) -> Once:
    body = await request.body()
    return Once(who, idempotency_key, request.url.path, body.decode("utf-8", "replace"))


Repeated = Annotated[Once, Depends(_once)]
