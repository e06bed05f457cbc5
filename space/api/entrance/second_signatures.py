"""Who may be the second person of an act over HTTP 双人, where the caller names one.

Decides that it is another of the caller's organisation, or one of the data authority, who may do the act.
"""

from __future__ import annotations

from sqlalchemy import Connection

from catalog.clocks.owed import authority_on
from policies.access import Act
from space.api.entrance.acting import Doing
from space.identity.second_person import second_person


def among(connection: Connection, do: Doing) -> tuple[str, str]:
    """Codes of the organisations whose people may sign beside the caller: its own, and the data authority."""
    return do.who.organisation, authority_on(connection, do.today)[1]


def consenting(do: Doing, connection: Connection, called: str, act: Act, *, by: str) -> str:
    """Id of the person who is to sign.

    Args:
        do: the act.
        connection: to read with.
        called: who is to sign, as the caller names it.
        act: what is done.
        by: who does it.

    Raises:
        Refused: it is the caller, or nobody who may do the act there.
    """
    return second_person(
        connection, called, first=(by, do.who.person), act=act, organisations=among(connection, do),
        on=do.today, where="approved_by",
    )  # fmt: skip
