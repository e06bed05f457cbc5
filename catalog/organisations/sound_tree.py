"""Whether the tree stays a tree: no unit below itself or one that ended, no dataset without its unit."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection

from catalog.organisations import tree, units
from catalog.organisations.errors import OrganisationError

# How many names a refusal lists.
_LISTED: Final = 5


def refuse_below(connection: Connection, successor: str, ending: Container[str], on: date) -> None:
    """A unit that hangs, at any depth, below one that ends cannot take its place: it would hang below itself.

    Raises:
        OrganisationError: it does.
    """
    span = units.span_on(connection, successor, on)
    while span is not None and span.parent is not None:
        if span.parent in ending:
            raise OrganisationError(f"{successor} hangs below {span.parent} — move it first")
        span = units.span_on(connection, span.parent, on)


def units_below(connection: Connection, code: str, on: date) -> list[str]:
    """Codes of the units that hang directly below one."""
    return [span.code for span in tree.units_on(connection, on) if span.parent == code]


def refuse_circle(connection: Connection, code: str, parent: str, on: date) -> None:
    """A unit does not hang below itself.

    Raises:
        OrganisationError: it would.
    """
    above: str | None = parent
    while above is not None:
        if above == code:
            raise OrganisationError(f"{code} would hang below itself")
        above = units.in_force(connection, above, on).parent


def refuse_unassigned(owned: Sequence[str], assigned: Mapping[str, str], codes: Sequence[str]) -> None:
    """A split says of every entry to which of its units it goes.

    Raises:
        OrganisationError: an entry is left over, foreign, or goes elsewhere.
    """
    left, foreign = sorted(set(owned) - set(assigned)), sorted(set(assigned) - set(owned))
    if left:
        raise OrganisationError(f"a split says of each entry where it goes: {some(left)} — assign it")
    if foreign:
        raise OrganisationError(f"{some(foreign)}: the unit does not answer for it")
    elsewhere = sorted(set(assigned.values()) - set(codes))
    if elsewhere:
        raise OrganisationError(f"{elsewhere[0]} is none of the units it splits into: {', '.join(codes)}")


def some(names: Sequence[str]) -> str:
    """Names as a refusal lists them: the first, and how many more."""
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
