"""Acts a command does beside its own 附带的行为, as rows of a file that are acts; and what it may tell.

Decides nothing: whoever judges commands before they run leaves the judge with the running command, and the
command asks it, with what its own transaction has entered. Where commands are not judged there is none, and
whoever is at the shell is told all: the store is theirs to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import click
from sqlalchemy import Connection

from policies.decision import Deny

# Of the words of a command and what it would be given: what stands against it.
Against: TypeAlias = Callable[[Connection, str, Mapping[str, Any], datetime], Deny | None]
# Codes of the departments whose entries are told to whoever runs the command in any state; None = of all.
Seen: TypeAlias = Callable[[Connection, datetime], frozenset[str] | None]
_KEY: Final = "ybz.beside"
_SEEN: Final = "ybz.seen"


def leave(context: click.Context, against: Against, seen: Seen) -> None:
    """Leave the judge of further acts, and of what is told, with a command that passed."""
    context.meta[_KEY], context.meta[_SEEN] = against, seen


def judge() -> Against | None:
    """The judge of further acts of the command that runs; None where commands are not judged."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_KEY)


def details_seen(connection: Connection) -> frozenset[str] | None:
    """Codes of the departments of whose entries the command may tell in any state; None = of all."""
    context = click.get_current_context(silent=True)
    seen: Seen | None = None if context is None else context.meta.get(_SEEN)
    return None if seen is None else seen(connection, datetime.now(UTC))
