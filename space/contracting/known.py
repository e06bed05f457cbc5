"""What a party knows of a contract: all that it wrote itself, and of the other side what that offered.

Decides that a draft is its writer's alone until it is offered, and for ever where it never was; and that of
the versions before the first offer the other side reads none: neither terms, nor why, nor what they changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, exists, or_

from catalog.store.tables.contracting import contract_steps, digital_contracts
from space.contracting.contracts import offers_of, steps_of
from space.contracting.values import DigitalContract, Offer, Side

# Steps of whoever writes alone.
_WRITTEN: Final = ("draft", "redraft")
# Steps from which on both sides know of a contract.
_MADE_KNOWN: Final = ("offer", "issue")


@dataclass(frozen=True, slots=True)
class Known:
    """What a party knows of a contract.

    Attributes:
        offers: those it may read, in order.
        steps: those it may read, in order.
    """

    offers: tuple[Offer, ...]
    steps: tuple[Mapping[str, Any], ...]


def known(connection: Connection, contract: DigitalContract, party: str | None) -> Known | None:
    """What a party knows of a contract; None where it knows of none.

    Args:
        connection: to read with.
        contract: of this party and another.
        party: code of the party; None for whoever reads everything.
    """
    offers, steps = offers_of(connection, contract.id), steps_of(connection, contract.id)
    events = [str(each["event"]) for each in steps]
    if party is None or (steps and events[0] == "draft" and _of(contract, str(steps[0]["side"])) == party):
        return Known(offers, steps)
    if not set(events) & set(_MADE_KNOWN):
        return None
    # Every version has its step: of those before the first offer the last was offered.
    unseen = max(sum(event in _WRITTEN for event in events) - 1, 0)
    if not unseen:
        return Known(offers, steps)
    first, *later = offers[unseen:]
    return Known((replace(first, differences=()), *later), steps[unseen:])


def under(grant_id: str) -> ColumnElement[bool]:
    """The condition on contracts of being that of a grant."""
    return digital_contracts.c.grant_id == grant_id


def knows(party: str) -> ColumnElement[bool]:
    """The condition on contracts of a party under which it knows of them."""
    c, s = digital_contracts.c, contract_steps.c
    mine = or_(
        and_(s.side == Side.PROVIDER.value, c.provider == party),
        and_(s.side == Side.CONSUMER.value, c.consumer == party),
    )
    told = or_(s.event.in_(_MADE_KNOWN), and_(s.event == "draft", mine))
    return exists().where(s.contract_id == c.id, told)


def _of(contract: DigitalContract, side: str) -> str:
    """Code of the organisation on a side that negotiates; of none else."""
    return {Side.PROVIDER.value: contract.provider, Side.CONSUMER.value: contract.consumer}.get(side, "")
