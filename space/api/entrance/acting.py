"""What every handler of a room needs: reading in one transaction, an act done once, who acts in which office.

Decides nothing of an act. A handler says which act it is (`permit`), towards whose thing, and hands the
service on; the transaction, the repetition and the state it was made on are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine

from catalog.store import reading, writing
from policies.clocks import local_date
from space.api.answering import etags
from space.api.entrance.once import Once, Repeated
from space.api.services import Known, Services, Wired
from space.identity.one_person import is_one
from space.identity.tokens import Caller

Document = dict[str, Any]
_T = TypeVar("_T")


class Signed(BaseModel):
    """Who acts."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(
        "", max_length=200, description="The person who acts for you; of a person's own token, that person."
    )


class Reasoned(Signed):
    """Who acts, and why."""

    reason: str = Field(min_length=1, max_length=2000)


class Based(Signed):
    """Who acts, and the law, rule or decision it rests on."""

    basis: str = Field(min_length=1, max_length=2000, description="Law, rule or decision it rests on.")


@dataclass(frozen=True, slots=True)
class Looking:
    """A read.

    Attributes:
        who: asks.
        wired: the services.
    """

    who: Caller
    wired: Services

    def at(self, take: Callable[[Connection], _T]) -> _T:
        """What is read in one transaction."""
        with reading(self.wired.engine) as connection:
            return take(connection)

    def by(self, signed: Signed) -> str:
        """The person who acts: whoever the token is of, else whom the caller names, else its organisation."""
        return getattr(self.who, "person", None) or signed.by or self.who.organisation

    @property
    def now(self) -> datetime:
        """The aware instant now."""
        return self.wired.clock()

    @property
    def today(self) -> date:
        """The day it is."""
        return local_date(self.wired.clock())

    @property
    def engine(self) -> Engine:
        """Of the store."""
        return self.wired.engine


@dataclass(frozen=True, slots=True)
class Doing(Looking):
    """An act.

    Attributes:
        once: what the request says of its repetition.
        if_match: the state it was made on, where the request names it.
    """

    once: Once
    if_match: str | None

    def second(self, connection: Connection, signed: Signed, first: str | None) -> str:
        """The person who acts after another; the first one's own words where both are one person.

        Args:
            connection: to read with.
            signed: what the caller says of itself.
            first: who acted before, as recorded: by name or by id.
        """
        person = self.who.person
        if first is not None and person is not None and is_one(connection, first, person):
            return first
        return self.by(signed)

    def inside(
        self,
        act: Callable[[Connection, datetime], Document],
        looked: Callable[[Connection], Document] | None = None,
    ) -> Document:
        """Do an act in one transaction.

        Args:
            act: does it, and gives the answer.
            looked: what a read of the thing answers; for acts that may name a state (``If-Match``).

        Raises:
            Changed: it was made on another state.
        """
        with writing(self.engine) as connection:
            now = self.wired.clock()

            def done() -> Document:
                if looked is not None and self.if_match is not None:
                    etags.require(self.if_match, looked(connection))
                return act(connection, now)

            return self.once.told(connection, done, now)

    def apart(
        self,
        act: Callable[[datetime], Document],
        looked: Callable[[Connection], Document] | None = None,
    ) -> Document:
        """Do an act that writes in transactions of its own; see :meth:`inside`."""

        def done() -> Document:
            if looked is not None and self.if_match is not None:
                etags.require(self.if_match, self.at(looked))
            return act(self.wired.clock())

        return self.once.apart(self.engine, done, self.wired.clock)


async def _looking(who: Known, wired: Wired) -> Looking:
    # What waits for nothing needs no thread of its own.
    return Looking(who, wired)


async def _doing(
    who: Known,
    wired: Wired,
    once: Repeated,
    if_match: Annotated[
        str | None, Header(max_length=2000, description="`ETag` of the state you decided on; 412 on another.")
    ] = None,
) -> Doing:
    return Doing(who, wired, once, if_match)


Look = Annotated[Looking, Depends(_looking)]
Do = Annotated[Doing, Depends(_doing)]
