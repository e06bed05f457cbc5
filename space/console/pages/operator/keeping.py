"""Questions kept in the reader's own browser: their texts stand nowhere else, as the interface keeps none.

Decides that what is kept is under the reader's own name, that a question under way can be come back for with
its key of repetition, and that what is being written outlives a reload or a session.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from policies.clocks import local_date
from policies.rulebook import rule
from space.console.parts.scripts import asked, at_editor, call
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


def is_there(question: Question) -> bool:
    """Whether the answer of a question can be had again by its key, which is then no further call."""
    now = datetime.now(UTC)
    try:
        asked_at = datetime.fromisoformat(str(question.get("at")))
    except ValueError:
        return False
    lasts = timedelta(hours=int(rule("grants", "idempotency", local_date(now)).value))
    return question.get("state") == "answered" and asked_at + lasts > now


async def drafted(seat: Seat, grant: str) -> str:
    """What was being written under a grant when its page was left; empty where nothing was."""
    try:
        return str(await asked(_SCRIPT, "drafted", _owner(seat), grant) or "")
    except TimeoutError:
        return ""


def watch(seat: Seat, grant: str, editor: Any) -> None:
    """Keep what is being written from now on."""
    at_editor(editor, _SCRIPT, "watch", _owner(seat), grant)


def _owner(seat: Seat) -> str:
    return f"{seat.person or seat.name}:{seat.organisation}"
