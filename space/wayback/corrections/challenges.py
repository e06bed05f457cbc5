"""A challenge 校核 before it is sent: is it in order, and about which published row.

Decides that it says why and that what it proposes fits the field; where its reporter saw the value, and so
which rows are open to it, is :mod:`space.wayback.corrections.origins`'. Nobody is told whether a value they
propose is the one that stands, unless they hold it already: a right guess is a case like a wrong one. Sending
and answering are :mod:`space.wayback.corrections.cases`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as stated

from sqlalchemy import Engine

from catalog import keys
from catalog.home import Home
from catalog.stops import closed
from catalog.store import reading
from contracts.codes import valid
from contracts.model import Contract
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.authoritative import Found, Source, as_text, source
from space.wayback.corrections.origins import opened
from space.wayback.corrections.spelling import typed_text

__all__ = ["Challenge", "Prepared", "fitting_text", "prepare", "typed_text"]


@dataclass(frozen=True, slots=True)
class Challenge:
    """What somebody says is wrong.

    Attributes:
        asker: code of the body, or of the organisation that saw the value in a query.
        dataset, row, field: which value; ``row`` as a delivery or a prefilled form names it.
        value: what it should be, as text.
        reason: why, and on what evidence.
        origin: where the asker saw it: a submission, a delivery, or the receipt of a 核验 or list; empty: a
            row of its own area.
        record: of a query, instead of ``row``: the fields that name the record, as they were asked for.
    """

    asker: str
    dataset: str
    row: str
    field: str
    value: str
    reason: str
    origin: str = ""
    record: Mapping[str, str] = stated(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A challenge found to be in order, not yet sent.

    Attributes:
        challenge: as asked, its value in the spelling a release holds, its row by reference.
        found: the dataset as published.
        row: the row it is about.
        subscription, grant: the value was seen under, which has to stand when the challenge is sent; empty
            where a form showed it.
    """

    challenge: Challenge
    found: Source
    row: Found
    subscription: str = ""
    grant: str = ""


def prepare(home: Home, engine: Engine, challenge: Challenge) -> Prepared:
    """Judge a challenge against what is published now.

    Raises:
        Unknown, UnknownDataset: the asker, the dataset or the origin is not there.
        NotInArea: the row is not in the body's area, or the value was not seen where the challenge says.
        Refused: no such field, no reason, a value that does not fit, one its reporter holds already, or a
            stop closes the dataset to it.
    """
    secret = keys.load(home).pseudonym
    with reading(engine) as connection:
        stop = closed(connection, challenge.asker, (challenge.dataset,))
        if stop is not None:
            raise Refused(Deny((stop,)))
        found = source(connection, challenge.dataset)
        value = fitting_text(found.contract, challenge)
        seen = opened(home, connection, found, challenge, secret)
    row = seen.row
    if challenge.field in seen.plain and value == as_text(row.values[challenge.field]):
        raise Refused(Deny((Reason("correction.nothing", "the source says so already", challenge.field),)))
    asked = replace(challenge, value=value, row=row.reference)
    return Prepared(asked, found, row, seen.subscription, seen.grant)


def fitting_text(contract: Contract, challenge: Challenge) -> str:
    """The proposed value in the spelling a release would hold.

    Raises:
        Refused: no such field, no reason, or a value that does not fit the field.
    """
    named = next((f for f in contract.fields if f.name == challenge.field), None)
    if named is None:
        raise Refused(Deny((Reason("correction.field.unknown", "no such field", challenge.field),)))
    if not challenge.reason.strip():
        raise Refused(Deny((Reason("correction.reason", "a challenge states its reason", "reason"),)))
    value = typed_text(contract, named.name, challenge.value)
    fits = value is not None and (not named.allowed or value in named.allowed)
    if not fits or (named.check is not None and not valid(named.check, str(value))):
        raise Refused(Deny((Reason("correction.value", "the value does not fit the field", named.name),)))
    return str(value)
