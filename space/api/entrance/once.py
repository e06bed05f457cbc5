"""``Idempotency-Key`` on acts: the header of a request, and the act done once for it.

Decides nothing; see :mod:`space.calls.idempotency`. A repeated request is told what it made as it stands now.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from sqlalchemy import Connection, Engine

from catalog.store import writing
from space.api.services import Known
from space.calls import idempotency, repeating
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

    def told(
        self, connection: Connection, act: Callable[[], dict[str, Any]], now: datetime
    ) -> dict[str, Any]:
        """Do an act in its transaction and tell its answer; repeated, tell what was told then.

        Raises:
            KeyReused: the key was used for another request.
        """
        if self.key is None:
            return act()
        answer = self.do(connection, lambda: repeating.keep(connection, _text(act()), now), now)
        return repeating.kept(connection, answer)

    def apart(
        self, engine: Engine, act: Callable[[], dict[str, Any]], clock: Callable[[], datetime]
    ) -> dict[str, Any]:
        """Do an act that writes in transactions of its own; repeated, tell what was told then.

        Raises:
            KeyReused: the key was used for another request.
            StillRunning: the first request of the key has not ended.
        """
        if self.key is None:
            return act()
        organisation, key = self.who.organisation, self.key
        with writing(engine) as connection:
            before = idempotency.begin(connection, organisation, key, (self.path, self.body), clock())
            if before is not None:
                return repeating.kept(connection, before)
        try:
            done = act()
        except BaseException:
            # Refused or failed: the key is free again; the failure goes on as it was.
            with writing(engine) as connection:
                idempotency.free(connection, organisation, key)
            raise
        with writing(engine) as connection:
            now = clock()
            idempotency.stand_for(
                connection, organisation, key, repeating.keep(connection, _text(done), now), now
            )
        return done


def _text(document: dict[str, Any]) -> str:
    return json.dumps(jsonable_encoder(document), ensure_ascii=False, separators=(",", ":"))


async def _once(
    request: Request,
    who: Known,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
) -> Once:
    body = await request.body()
    return Once(who, idempotency_key, request.url.path, body.decode("utf-8", "replace"))


Repeated = Annotated[Once, Depends(_once)]
