"""A challenge 校核 before it is sent: is it in order, and about which published row.

Decides that a body may challenge values of its own area only, that it says why, and that what it
proposes fits the field. Sending and answering are :mod:`space.wayback.corrections.cases`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Engine

from catalog import keys
from catalog.home import Home
from catalog.store import reading
from contracts.codes import valid
from contracts.model import Contract
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.authoritative import Found, Source, as_text, row_by_reference, source
from space.wayback.backflow.bodies import body


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a body says is wrong.

    Attributes:
        asker: code of the body.
        dataset, row, field: which value; ``row`` as a delivery or a prefilled form names it.
        value: what it should be, as text.
        reason: why, and on what evidence.
    """

    asker: str
    dataset: str
    row: str
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A challenge found to be in order, not yet sent.

    Attributes:
        challenge: as asked, its value in the spelling a release holds.
        found: the dataset as published.
        row: the row it is about.
    """

    challenge: Challenge
    found: Source
    row: Found


def prepare(home: Home, engine: Engine, challenge: Challenge) -> Prepared:
    """Judge a challenge against what is published now.

    Raises:
        Unknown, UnknownDataset: the body or the dataset is not there.
        NotInArea: the row is not in the body's area.
        Refused: no such field, no reason, a value that does not fit, or what the source says already.
    """
    with reading(engine) as connection:
        asker = body(connection, challenge.asker)
        found = source(connection, challenge.dataset)
    value = fitting_text(found.contract, challenge)
    secret = keys.load(home).pseudonym
    row = row_by_reference(home, found, asker.area, challenge.row, (challenge.field,), secret)
    if value == as_text(row.values[challenge.field]):
        raise Refused(Deny((Reason("correction.nothing", "the source says so already", challenge.field),)))
    return Prepared(replace(challenge, value=value), found, row)


def fitting_text(contract: Contract, challenge: Challenge) -> str:
    """The proposed value in the spelling a release would hold.

    Raises:
        Refused: no such field, no reason, or a value that does not fit the field.
    """
    field = next((f for f in contract.fields if f.name == challenge.field), None)
    if field is None:
        raise Refused(Deny((Reason("correction.field.unknown", "no such field", challenge.field),)))
    if not challenge.reason.strip():
        raise Refused(Deny((Reason("correction.reason", "a challenge states its reason", "reason"),)))
    value = typed_text(contract, field.name, challenge.value)
    fits = value is not None and (not field.allowed or value in field.allowed)
    if not fits or (field.check is not None and not valid(field.check, str(value))):
        raise Refused(Deny((Reason("correction.value", "the value does not fit the field", field.name),)))
    return str(value)


def typed_text(contract: Contract, field: str, text: str) -> str | None:
    """``text`` cast like a landed value of the field and written back; None where it does not fit."""
    import pyarrow as pa

    from contracts.cast import cast

    raw = pa.table({field: [text], "_file": [""], "_line": pa.array([0], pa.int64())})
    typed = cast(contract, raw).typed
    return as_text(typed[field][0].as_py()) if typed.num_rows else None
