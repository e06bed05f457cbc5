"""Who stands where: what is in authorised operation, and how much of it is registered.

Decides the word a dataset's registration is in, and the share of authorised data not yet registered.
Figures are over datasets, and over products and services made from them by their operators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from catalog.clocks.place import place_on
from catalog.registration import rows, rulings
from catalog.registration.authorisations import Operation, in_operation
from catalog.registration.rows import Glance, Registration
from catalog.registration.rulings import Kind, Object
from policies.rulebook import NATIONAL

NONE: Final = "none"
LAPSED: Final = "lapsed"


@dataclass(frozen=True, slots=True)
class Expiring:
    """A registration whose renewal window is open.

    Attributes:
        name: of what is registered.
        valid_until: its last day.
        renewal: state of the renewal on its way, or None.
    """

    name: str
    valid_until: date
    renewal: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How registration stands on a day.

    Attributes:
        authorised: how many datasets, products and services are in authorised operation.
        registered: how many of them are registered.
        unregistered: names of the others.
        expiring: registrations whose renewal window is open, in operation or not.
        by_state: word → how many of those in operation are in it; ``none`` = never applied for.
        owed: names of the unregistered that must be registered; of the others it is encouraged.
    """

    authorised: int
    registered: int
    unregistered: tuple[str, ...]
    expiring: tuple[Expiring, ...]
    by_state: Mapping[str, int]
    owed: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Share of what is in operation that is registered; None where nothing is."""
        return self.registered / self.authorised if self.authorised else None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "authorised": self.authorised,
            "registered": self.registered,
            "unregistered": list(self.unregistered),
            "owed": list(self.owed),
            "share": None if self.share is None else round(self.share, 4),
            "by_state": dict(self.by_state),
            "expiring": [asdict(e) | {"valid_until": e.valid_until.isoformat()} for e in self.expiring],
        }


def standing(connection: Connection, on: date, place: str | None = None) -> Standing:
    """How registration stands on a day.

    Args:
        connection: to read with.
        on: day, Asia/Shanghai.
        place: whose rules go before the national ones; the installation's own where None.
    """
    place = place_on(connection, on) if place is None else place
    known, filed = rows.newest(connection), rows.glances(connection)
    operated = in_operation(connection, on)
    objects = dict.fromkeys(operated, Object.RESOURCE) | _products(connection, known, operated)
    words = {name: _word(known.get(name), filed, on, place) or NONE for name in objects}
    unregistered = tuple(sorted(name for name, word in words.items() if word != rows.REGISTERED))
    return Standing(
        authorised=len(objects),
        registered=len(objects) - len(unregistered),
        unregistered=unregistered,
        expiring=_expiring(known, filed, on, place),
        by_state=MappingProxyType(dict(sorted(Counter(words.values()).items()))),
        owed=tuple(name for name in unregistered if rulings.obligatory(objects[name], on, place)),
    )


def state_of(connection: Connection, dataset: str) -> str | None:
    """The word a dataset's registration is in, or None where it was never applied for.

    ``registered``, ``lapsed``, ``deregistered``, or the state of its first application.
    """
    found = rows.newest(connection, [dataset]).get(dataset)
    return None if found is None else _word(found, rows.glances(connection, found.id))


def states(connection: Connection) -> Mapping[str, str]:
    """Object name → the word its registration is in, for all that were ever applied for."""
    filed = rows.glances(connection)
    found = {name: _word(each, filed) for name, each in rows.newest(connection).items()}
    return {name: word for name, word in found.items() if word is not None}


def stands(registration: Registration, filed: tuple[Glance, ...], on: date, place: str) -> bool:
    """Whether a coded registration stands on a day, by the rules of a place.

    One whose renewal was filed in its window stands until that is decided, where the rules say so.
    """
    assert registration.valid_until is not None
    if on <= registration.valid_until:
        return True
    keeps = rulings.ruled("renewal_keeps", on, place).value
    return bool(keeps) and any(each.kind == Kind.RENEWAL and each.open for each in filed)


def _word(
    registration: Registration | None,
    filed: Mapping[str, tuple[Glance, ...]],
    on: date | None = None,
    place: str = NATIONAL,
) -> str | None:
    """The word of a registration on a day; None as day: as it is recorded."""
    if registration is None:
        return None
    own = filed.get(registration.id, ())
    if registration.state in (rows.PENDING, rows.CLOSED):
        return own[-1].state if own else registration.state
    if registration.state == rows.REGISTERED and on is not None and not stands(registration, own, on, place):
        return LAPSED
    return registration.state


def _products(
    connection: Connection, known: Mapping[str, Registration], operated: Mapping[str, Operation]
) -> dict[str, Object]:
    """Products and services of operators, made from what they are authorised to operate."""
    made_from = rows.sources(connection)
    return {
        each.name: Object(each.object)
        for each in known.values()
        if each.object != Object.RESOURCE
        and any(
            each.registrant_code in operated[name].operators
            for name in made_from.get(each.id, ())
            if name in operated
        )
    }


def _expiring(
    known: Mapping[str, Registration], filed: Mapping[str, tuple[Glance, ...]], on: date, place: str
) -> tuple[Expiring, ...]:
    found = []
    for each in known.values():
        if each.state != rows.REGISTERED or each.valid_until is None:
            continue
        own = filed.get(each.id, ())
        if rulings.window_opens(each.valid_until, on, place) <= on and stands(each, own, on, place):
            renewal = next((a.state for a in own if a.kind == Kind.RENEWAL and a.open), None)
            found.append(Expiring(each.name, each.valid_until, renewal))
    return tuple(sorted(found, key=lambda each: (each.valid_until, each.name)))
