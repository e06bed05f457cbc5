"""Questions kept in the reader's own browser: their texts stand nowhere else, as the interface keeps none.

Decides that what is kept is under the reader's own name, and that a question under way can be come back for
with its key of repetition.
"""

from __future__ import annotations

from typing import Any, Final

from space.console.parts.scripts import asked, call
from space.console.seats import Seat

_SCRIPT: Final = "operator"
Question = dict[str, Any]


def keep(seat: Seat, question: Question) -> None:
    """Keep a question, in place of the one of its key."""
    call(_SCRIPT, "keep", _owner(seat), question)


def drop(seat: Seat, key: str) -> None:
    """Keep a question no longer."""
    call(_SCRIPT, "drop", _owner(seat), key)


def forget(seat: Seat) -> None:
    """Keep none."""
    call(_SCRIPT, "forget", _owner(seat))


async def kept(seat: Seat) -> list[Question]:
    """The questions this browser keeps for its reader, the newest first."""
    try:
        found = await asked(_SCRIPT, "kept", _owner(seat))
    except TimeoutError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _owner(seat: Seat) -> str:
    return f"{seat.person or seat.name}:{seat.organisation}"
