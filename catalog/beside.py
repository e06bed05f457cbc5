"""Acts a command does beside its own 附带的行为: a row of a file that is an act by itself.

Decides nothing: whoever judges commands before they run leaves the judge with the running command, and the
command asks it, with what its own transaction has entered. Where commands are not judged there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import click
from sqlalchemy import Connection

from policies.decision import Deny

# Of the words of a command and what it would be given: what stands against it.
Against: TypeAlias = Callable[[Connection, str, Mapping[str, Any], datetime], Deny | None]
_KEY: Final = "ybz.beside"


def leave(context: click.Context, against: Against) -> None:
    """Leave the judge of further acts with a command that passed."""
    context.meta[_KEY] = against


def judge() -> Against | None:
    """The judge of further acts of the command that runs; None where commands are not judged."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_KEY)
